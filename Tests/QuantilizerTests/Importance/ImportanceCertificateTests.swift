// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// The promise of weighed samples, by counting where dP/dγ can be counted.
@Suite struct ImportanceCertificateTests {
    /// Outcomes, their masses, and their utilities: two are best, of which a proposal sees the rare one.
    private static let weights = [0.5, 0.3, 0.1978, 0.002, 0.0002]
    private static let gate = 0.0019
    private static let amplification = 1 / gate + 1

    private func job(seed: UInt64, _ settings: ImportanceSettings) throws -> CompiledJob {
        let utility: @Sendable (Double) -> Double = { $0 >= 3 ? 10 : $0 }
        return CompiledJob(
            settings: JobSettings(
                seed: seed, samples: 1, quantiles: [Self.gate], method: .importance(settings)),
            base: try CategoricalBase(weights: Self.weights),
            utilities: [
                NamedUtility(name: "u", source: "u", utility: MapUtility(map: utility))
            ],
            proposal: try CategoricalBase(weights: [0.05, 0.05, 0.05, 0, 0.85]))
    }

    /// 10⁴ production runs with the level frozen at the best two outcomes. With the gate every ratio is
    /// at most A, allowing four standard errors of its count; without it that of the outcome that the
    /// proposal prefers is over A by more than ten.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func theGateKeepsThePromiseThatWeightsAloneBreak() throws {
        let repeats = max(10_000, RatioCount.asked ?? 0)
        let settings = ImportanceSettings(defensive: 0.1, samples: 256)
        var gated = RatioCount(masses: Self.weights)
        var ungated = gated
        let job = try job(seed: 5, settings)
        let pass = WeighingPass(number: 1, proposal: nil, floor: level(10), measures: true)
        var sampler = ProposalSampler(job: job, settings: settings, pass: pass)
        let evaluator = RangeEvaluator(job: job)
        let picks = RandomStream(seed: 6, domain: .pick)
        for run in 0..<UInt64(repeats) {
            // Blocks share no random word, so each is a run of its own.
            let block = WeighedBlock.run(pass, start: run * 256, job: job, sampler: &sampler)
            let tail = WeighedTail(block.samples, of: 256, bound: 10)
            var place = Double(picks.word(index: run, block: 0) >> 11) * 0x1p-53
            place *= block.samples.reduce(0) { $0 + $1.weight }
            var own: UInt64?
            for sample in block.samples where own == nil {
                place -= sample.weight
                if place < 0 { own = sample.index }
            }
            let fallback = Int(evaluator.regenerate(index: run)[0])
            let chosen = own.map { Int(sampler.values[0, Int($0 - run * 256)]) } ?? fallback
            let gate = Gate(mass: Self.gate, weight: tail.mass, seed: 6)
            ungated.add(chosen, promised: Self.amplification)
            gated.add(gate.passes(Int(run)) ? chosen : fallback, promised: Self.amplification)
        }
        ungated.row("importance, without the gate", "five outcomes, a proposal of one")
        gated.row("importance, the same samples behind it", "five outcomes, a proposal of one")
        gated.expectAtMost(Self.amplification)
        let (decoy, error) = ungated.ratios[4]
        #expect(decoy > Self.amplification + 10 * error, "\(decoy)")
        #expect(gated.ratios[3].ratio > 5)
    }
}
