// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Numbers whose squares are no numbers of ordinary size: every statistic is that of x[0], scaled.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct ScaleTests {
    /// Factors of ordinary size, and some whose squares and cubes vanish or overflow.
    static let factors: [Double] = [1e-305, 1e-200, 1e-152, 1e-90, 1e90, 1e152, 1e200, 1e300]

    private func near(_ found: Double, _ expected: Double, _ name: String) {
        #expect(
            (found - expected).magnitude <= 1e-9 * expected.magnitude,
            "\(name): \(found), \(expected)"
        )
    }

    private func result(_ factor: Double, _ more: [String: JobNode]) throws -> JobResult {
        var node: JobNode = [
            "seed": 1, "base": "normal", "utility": JobNode(stringLiteral: "\(factor)*x[0]"),
            "quantile": 0.1, "samples": 20_000,
        ]
        for (key, value) in more { node = node.with(key, value) }
        return try #require(run(try JobSpec.parse(node).job).result)
    }

    @Test(arguments: factors) func drawsAndCosts(_ factor: Double) throws {
        let cost = JobNode(stringLiteral: "\(factor)*abs(x[0])")
        let plain = try result(1, ["cost": "abs(x[0])"]).selections[0]
        let found = try result(factor, ["cost": cost]).selections[0]
        near(found.utility.mean, factor * plain.utility.mean, "mean")
        near(found.utility.standardDeviation, factor * plain.utility.standardDeviation, "sd")
        near(found.utility.topMean, factor * plain.utility.topMean, "top mean")
        let interval = try #require(found.utility.topMeanInterval)
        let expected = try #require(plain.utility.topMeanInterval)
        near(interval.lower, factor * expected.lower, "lower")
        near(interval.upper, factor * expected.upper, "upper")
        near(found.costs[0].deviation, factor * plain.costs[0].deviation, "cost sd")
        near(
            try #require(found.costs[0].limit).value,
            factor * (try #require(plain.costs[0].limit)).value, "cost limit")
        near(
            found.utility.kept.standardDeviation, factor * plain.utility.kept.standardDeviation,
            "top sd")
        near(
            try #require(found.utility.tailIndex).value,
            try #require(plain.utility.tailIndex).value, "tail")
    }

    @Test(arguments: factors) func otherMethods(_ factor: Double) throws {
        for method: JobNode in [
            ["band": ["cut": 0.01]], ["best-of-n": ["n": 10]],
            ["splitting": ["particles": 256, "islands": 8]],
            ["cross-entropy": ["samples": 2_048]],
            ["screened": ["screen": "x[0]", "survivors": 0.3]],
        ] {
            var more: [String: JobNode] = ["method": method]
            if case .mapping(let entries) = method.content, entries[0].key == "best-of-n" {
                more["draws"] = 50
            }
            func answer(_ factor: Double) throws -> SelectionResult {
                var node: JobNode = [
                    "seed": 1, "base": "normal",
                    "utility": JobNode(stringLiteral: "\(factor)*x[0]"),
                ]
                for (key, value) in more { node = node.with(key, value) }
                if more["draws"] == nil { node = node.with("quantile", 0.1) }
                return try #require(run(try JobSpec.parse(node).job).result).selections[0]
            }
            let plain = try answer(1)
            let found = try answer(factor)
            near(found.utility.topMean, factor * plain.utility.topMean, "\(method)")
            let interval = try #require(found.utility.topMeanInterval)
            let expected = try #require(plain.utility.topMeanInterval)
            near(interval.lower, factor * expected.lower, "\(method)")
            near(interval.upper, factor * expected.upper, "\(method)")
        }
    }

    /// Up to 1e200: at 1e300 the squares of a cost are beyond what its skewness is reckoned in.
    @Test(arguments: factors.filter { $0 < 1e300 }) func sweeps(_ factor: Double) throws {
        func table(_ factor: Double) throws -> AnalysisTable {
            try SweepTests.table(
                SweepTests.normal.with("utility", JobNode(stringLiteral: "\(factor)*x[0]"))
                    .with("cost", ["c": JobNode(stringLiteral: "\(factor)*x[0]^2")])
                    .with("samples", 20_000)
            ).1
        }
        let plain = try table(1)
        let found = try table(factor)
        for name in ["mean", "mean_lower", "mean_band_upper", "c_lower", "c_upper", "c_bound"] {
            for row in 0..<4 {
                near(found.number(name, row), factor * plain.number(name, row), name)
            }
        }
    }

    /// A few values of very different size among many: the unit is that of the largest, whatever the cut.
    @Test func mixedSizesGiveTheSameBitsHoweverCut() throws {
        let job = unitJob(
            JobSettings(seed: 3, samples: 40_000, quantiles: [0.05], draws: 5),
            utilities: [
                { $0 > 0.999 ? $0 * 1e250 : $0 < 0.001 ? $0 * 1e-250 : $0 }
            ], costs: [{ $0 * 1e-220 }, { $0 > 0.9999 ? 1e180 : 0 }])
        let whole = try #require(run(job).result)
        for level in [9, 12, 14] {
            #expect(try runShuffled(job, seed: 5, level: level).result == whole)
        }
        let statistics = whole.selections[0].utility
        #expect(statistics.standardDeviation > 1e247 && statistics.standardDeviation < 1e250)
        #expect(statistics.topMeanInterval != nil)
        near(whole.selections[0].costs[0].deviation, 1e-220 / 12.0.squareRoot(), "sd", within: 0.01)
    }

    private func near(_ found: Double, _ expected: Double, _ name: String, within: Double) {
        #expect((found - expected).magnitude <= within * expected.magnitude, "\(name): \(found)")
    }
}
