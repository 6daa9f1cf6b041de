// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Estimates at their edges: nearly everything, nearly nothing, spreads that are zero by chance, and what
/// could hide.
@Suite struct EstimateEdgeTests {
    private static func result(_ event: String, _ method: JobNode, seed: Int) throws -> JobResult {
        let job = try JobSpec.parse([
            "seed": JobNode(integerLiteral: seed), "base": ["normal": ["dimension": 2]],
            "utility": JobNode(stringLiteral: event.contains("<") ? "-x[0]" : "x[0]"),
            "event": JobNode(stringLiteral: event), "method": method,
        ]).job
        return try #require(run(job).result)
    }

    /// Φ(4.2), by every method: inside [0, 1], inside its own interval, and the interval holds.
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: ["splitting", "plain", "cross-entropy", "importance"])
    func nearlyEverything(_ name: String) throws {
        let truth = 0.9999866542509841
        let method: JobNode =
            name == "importance"
            ? ["importance": ["proposal": ["normal": ["mean": [-0.5, 0], "sd": 1.2]]]]
            : JobNode(stringLiteral: name)
        var missed = 0
        for seed in 0..<20 {
            let estimate = try #require(
                try Self.result("x[0] < 4.2", method, seed: seed).estimate)
            let interval = estimate.interval
            #expect(0 <= interval.lower && interval.upper <= 1)
            #expect(interval.lower <= estimate.p && estimate.p <= interval.upper, "\(estimate)")
            #expect(interval.lower < interval.upper, "no width: \(estimate)")
            if truth < interval.lower || truth > interval.upper { missed += 1 }
        }
        // Five of twenty at 5 % each are one in 400.
        #expect(missed <= 5, "\(missed)")
    }

    /// Up to one level particles are base draws that were counted.
    @Test func oneLevelIsACount() throws {
        let result = try Self.result("x[0] < 4.2", "splitting", seed: 1)
        let estimate = try #require(result.estimate)
        let trials: UInt64 = 20 * 2048
        let hits = UInt64((estimate.p * Double(trials)).rounded())
        #expect(
            estimate.interval
                == TailMass.clopperPearson(hits: hits, trials: trials, confidence: 0.95))
        // An exact interval hides nothing.
        #expect(result.hidden.isEmpty)
    }

    @Test func spreadsThatAreZeroByChance() {
        let alike = IslandMass(weights: [1e-6, 1e-6], leastVariation: 0.1, chanceShare: 1)
        let interval = alike.interval(confidence: 0.95)
        // exp(±12.7062 · 0.1/√2), the upper end by 1 + 0.1²/2 farther.
        #expect(abs(interval.lower / 4.0717e-7 - 1) < 1e-3, "\(interval)")
        #expect(abs(interval.upper / 2.4670e-6 - 1) < 1e-3, "\(interval)")
        #expect(
            IslandMass(weights: [0, 0], leastVariation: 0.1, chanceShare: 1)
                .interval(confidence: 0.95) == Interval(0, 1))
        func tail(_ weights: [Double], of count: Int) -> WeighedTail {
            WeighedTail(
                weights.map {
                    WeighedSample(index: 0, level: .lowest, weight: $0, costs: [])
                }, of: count, bound: 10)
        }
        let whole = tail([Double](repeating: 1, count: 1_000), of: 1_000)
        #expect(
            whole.interval(confidence: 0.95)
                == TailMass.clopperPearson(hits: 1_000, trials: 1_000, confidence: 0.95))
        // Above 1 by chance, with a spread that does not reach down to it.
        let above = tail((0..<10_000).map { 1.002 + 1e-6 * Double($0 % 2) }, of: 10_000)
        let exact = above.interval(confidence: 0.95)
        #expect(exact.upper == 1 && exact.lower > 0.5 && exact.lower < 1, "\(exact)")
    }

    /// ln p stands in nats with its own interval, −∞ where p may be 0.
    @Test func theLogarithmHasAnInterval() throws {
        let result = try Self.result("x[0] > 4", "splitting", seed: 2)
        let estimate = try #require(result.estimate)
        #expect(abs(Kernels.exp(estimate.logInterval.lower) / estimate.interval.lower - 1) < 1e-12)
        #expect(estimate.logInterval.lower < estimate.logP)
        #expect(estimate.logP < estimate.logInterval.upper)
        // ln Φ(−4)
        #expect(abs(estimate.logP + 10.36010148652728) < 5 * estimate.variation)
        let never = try #require(try Self.result("x[0] > 40", "plain", seed: 2).estimate)
        #expect(never.logInterval.lower == -.infinity && never.logInterval.upper < 0)
    }

    /// 1 − 0.05^(1/n) of the base, and of the last level but one.
    @Test func whatCouldHide() throws {
        let result = try Self.result("x[0] > 4", "splitting", seed: 2)
        #expect(result.hidden.count == 2)
        #expect(result.hidden[0].mass == 1)
        #expect(abs(result.hidden[0].share / 7.3136e-5 - 1) < 1e-3, "\(result.hidden)")
        let last = result.hidden[1]
        let estimate = try #require(result.estimate)
        #expect(last.mass > estimate.p && last.mass < 8.5 * estimate.p, "\(last)")
        // Some 256 survivors of each of twenty islands.
        #expect(last.share > 4e-4 && last.share < 8e-4)
        #expect(last.adds == last.mass * last.share)
        let weighed = try Self.result("x[0] > 4", "cross-entropy", seed: 2)
        // Only a tenth of 8,192 samples go everywhere.
        #expect(abs(weighed.hidden[0].share / 3.6562e-3 - 1) < 1e-3, "\(weighed.hidden)")
        #expect(try Self.result("x[0] > 2", "plain", seed: 2).hidden.isEmpty)
    }
}
