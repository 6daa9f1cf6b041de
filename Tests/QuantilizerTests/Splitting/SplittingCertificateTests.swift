// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// The promise, by counting where dP/dγ can be counted.
@Suite struct SplittingCertificateTests {
    /// Two hills that moves do not connect. The true one, at the left end, is thin and has no slope;
    /// the decoy leads up step by step to a summit of a tenth of its mass.
    private static let hills: @Sendable (Double) -> Double = { u in
        if u < 0.002 || u > 0.9998 { return 10 }
        if u > 0.998 { return 3 }
        if u > 0.98 { return 2 }
        return u > 0.8 ? 1 : 0
    }
    /// Cells, and their mass under the base.
    private static let masses = ["left": 0.002, "right": 0.0002, "below": 0.9978]

    private static func cell(_ u: Double) -> String {
        hills(u) < 10 ? "below" : u < 0.5 ? "left" : "right"
    }

    /// 10⁴ runs. With the gate every measured ratio is at most A, allowing four standard errors of the
    /// count; without it one is over A by more than ten.
    @Test func theGateKeepsThePromiseThatIslandsAloneBreak() throws {
        let repeats = 10_000
        let gate = 0.0019
        let settings = SplittingSettings(particleBits: 8, islands: 1, moves: 1)
        var gated: [String: Int] = [:]
        var ungated: [String: Int] = [:]
        let job = splittingJob(
            settings, seed: 50, quantile: gate, base: UnitBase(),
            utility: MapUtility(map: Self.hills))
        let pass = SplittingPass(
            phase: .production,
            plan: SplittingPlan(
                levels: [level(1), level(2), level(3), level(10)],
                steps: [Double](repeating: 0.2, count: 4)))
        let words = RandomStream(seed: 50, domain: .base)
        // Islands share no random word, so each is a run of its own.
        for run in 0..<UInt64(repeats) {
            let record = try #require(
                IslandRecord.run(pass, island: run, job: job, isCancelled: { false }))
            let weight = record.weight(levels: 4, particles: 256)
            let fallback = Self.cell(
                (Double(words.word(index: run, block: 0) >> 11) + 0.5) * 0x1p-53)
            let own = record.particles.first.map { Self.cell($0.value[0]) }
            ungated[own ?? fallback, default: 0] += 1
            gated[weight >= gate ? own ?? fallback : fallback, default: 0] += 1
        }
        let amplification = Certificate.gated(
            at: gate, weight: 1, isFallback: false, issued: 1, kept: 1
        ).amplification
        #expect(abs(amplification - (1 / gate + 1)) < 1e-9)
        for (cell, mass) in Self.masses {
            let p = Double(gated[cell] ?? 0) / Double(repeats)
            let error = (max(p, 1e-4) / Double(repeats)).squareRoot()
            #expect(p / mass <= amplification + 4 * error / mass, "\(cell): \(p / mass)")
        }
        let p = Double(ungated["right"] ?? 0) / Double(repeats)
        let error = (p / Double(repeats)).squareRoot()
        let decoy = 0.0002
        #expect(p / decoy > amplification + 10 * error / decoy, "\(p / decoy)")
        // The gate does not just turn everything down.
        #expect((gated["left"] ?? 0) > repeats / 10)
    }
}
