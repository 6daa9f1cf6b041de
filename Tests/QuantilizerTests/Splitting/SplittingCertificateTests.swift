// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// The promise, by counting where dP/dγ can be counted.
@Suite struct SplittingCertificateTests {
    /// 10⁴ islands on two hills that moves do not connect. With the gate every measured ratio is at most
    /// A, allowing four standard errors of the count; without it one is over A by more than ten.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func theGateKeepsThePromiseThatIslandsAloneBreak() throws {
        let hills = try CountedBase.hills()
        let repeats = max(10_000, RatioCount.asked ?? 0)
        let settings = SplittingSettings(particleBits: 8, islands: 1, moves: 1)
        var gated = RatioCount(masses: hills.masses)
        var ungated = gated
        let job = hills.job(.splitting(settings), seed: 50, quantile: hills.gate)
        let pass = SplittingPass(
            phase: .production,
            plan: SplittingPlan(
                levels: [level(1), level(2), level(3), level(10)],
                steps: [MoveSteps](repeating: MoveSteps(0.2), count: 4)))
        let evaluator = RangeEvaluator(job: job)
        let amplification = 1 / hills.gate + 1
        // Islands share no random word, so each is a run of its own.
        for run in 0..<UInt64(repeats) {
            let record = try #require(
                IslandRecord.run(pass, island: run, job: job, isCancelled: { false }))
            let gate = Gate(
                mass: hills.gate, weight: record.weight(levels: 4, particles: 256), seed: 50)
            let fallback = hills.cell(evaluator.regenerate(index: run)[0])
            let own = record.particles.first.map { hills.cell($0.value[0]) } ?? fallback
            ungated.add(own, promised: amplification)
            gated.add(gate.passes(Int(run)) ? own : fallback, promised: amplification)
        }
        ungated.row("splitting, without the gate", hills.name)
        gated.row("splitting, the same islands behind it", hills.name)
        gated.expectAtMost(amplification)
        let decoy = ungated.ratios[2]
        #expect(decoy.ratio > amplification + 10 * decoy.error, "\(decoy)")
        // The gate does not just turn everything down.
        #expect(gated.ratios[1].ratio > 50)
    }
}

/// The gate's chance is the weight over its mass, and never above.
@Suite struct GateTests {
    @Test(arguments: [0, 0.05, 0.5, 0.99, 1, 7]) func passesInProportion(_ share: Double) {
        let gate = Gate(mass: 1e-6, weight: share * 1e-6, seed: 3)
        let repeats = 20_000
        let passed = Double((0..<repeats).count { gate.passes($0) }) / Double(repeats)
        let chance = min(1, share)
        let error = (chance * (1 - chance) / Double(repeats)).squareRoot()
        #expect(abs(passed - chance) <= 4 * error, "\(passed)")
    }
}
