// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// The promise of weighed samples, by counting where dP/dγ can be counted.
@Suite struct ImportanceCertificateTests {
    /// Outcomes, their masses, and their utilities: two are best, of which a proposal sees the rare one.
    private static let weights = [0.5, 0.3, 0.1978, 0.002, 0.0002]
    private static let gate = 0.0019
    private static let amplification = 1 / gate + 1

    private static func ratios(_ counts: [Int], of repeats: Int) -> [(ratio: Double, error: Double)]
    {
        zip(counts, weights).map { count, mass in
            let p = Double(count) / Double(repeats)
            return (p / mass, (max(p, 1e-4) / Double(repeats)).squareRoot() / mass)
        }
    }

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
    @Test func theGateKeepsThePromiseThatWeightsAloneBreak() throws {
        let repeats = 10_000
        let settings = ImportanceSettings(defensive: 0.1, samples: 256)
        var gated = [Int](repeating: 0, count: 5)
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
            ungated[chosen] += 1
            gated[tail.mass >= Self.gate ? chosen : fallback] += 1
        }
        for (ratio, error) in Self.ratios(gated, of: repeats) {
            #expect(ratio <= Self.amplification + 4 * error, "\(ratio)")
        }
        let (decoy, error) = Self.ratios(ungated, of: repeats)[4]
        #expect(decoy > Self.amplification + 10 * error, "\(decoy)")
        #expect(gated[3] > 100)
    }

    /// 10⁴ whole jobs of cross-entropy, small ones: pilot, levels and proposals are all made anew. The
    /// better summit has a slope that leads away from it, as in the splitting trap.
    @Test func wholeCrossEntropyRunsKeepThePromise() throws {
        let repeats = 10_000
        let hills: @Sendable (Double) -> Double = { u in
            if u < 0.002 || u > 0.9998 { return 10 }
            if u > 0.998 { return 3 }
            if u > 0.98 { return 2 }
            return u > 0.8 ? 1 : 0
        }
        var counts = ["left": 0, "right": 0, "below": 0]
        var fallbacks = 0
        for seed in 0..<repeats {
            let settings = ImportanceSettings(
                defensive: 0.1, samples: 256,
                adaptation: .init(round: 256, elite: 0.1, family: .independent))
            let job = CompiledJob(
                settings: JobSettings(
                    seed: UInt64(seed), samples: 1, quantiles: [Self.gate],
                    method: .crossEntropy(settings)),
                base: UnitBase(),
                utilities: [
                    NamedUtility(name: "u", source: "u", utility: MapUtility(map: hills))
                ])
            let selection = try #require(run(job).result?.selections.first)
            let draw = try #require(selection.draws.first)
            let u = draw.value[0]
            counts[hills(u) < 10 ? "below" : u < 0.5 ? "left" : "right", default: 0] += 1
            fallbacks += draw.fallback ? 1 : 0
            #expect(selection.certificate.amplification == Self.amplification)
        }
        for (cell, mass) in ["left": 0.002, "right": 0.0002, "below": 0.9978] {
            let p = Double(counts[cell] ?? 0) / Double(repeats)
            let error = (max(p, 1e-4) / Double(repeats)).squareRoot() / mass
            #expect(p / mass <= Self.amplification + 4 * error, "\(cell): \(p / mass)")
        }
        // The trap is not so deep that all is turned down.
        #expect(fallbacks < repeats / 5)
    }
}
