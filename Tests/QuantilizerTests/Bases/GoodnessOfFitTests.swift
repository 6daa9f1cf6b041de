// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import TestMarks
import Testing

/// Samples of every base against its distribution function, by χ² over 128 cells of equal mass (or
/// over single values) and by Kolmogorov–Smirnov at the cells' ends.
///
/// Fixed seeds; α = .001 a test and base, so 74 tests would fail together once in 14 seeds: a change
/// of seed after a failure needs a reason. 10^7 samples in release, 2 · 10^5 in debug.
@Suite(.disabled(if: isQuick, "millions of samples a law")) struct GoodnessOfFitTests {
    typealias S = SpecialFunctions
    #if DEBUG
        static let samples = 200_000
    #else
        static let samples = 10_000_000
    #endif

    struct Law: CustomTestStringConvertible, Sendable {
        var name: String
        var node: JobNode
        var cdf: @Sendable (Double) -> Double
        /// The single values to count, where the law is discrete.
        var values: [Double] = []
        var testDescription: String { name }
    }

    static func law(
        _ name: String, _ node: Node, values: [Double] = [],
        _ cdf: @escaping @Sendable (Double) -> Double
    ) -> Law {
        Law(name: name, node: node.job, cdf: cdf, values: values)
    }

    static let laws: [Law] = [
        law("uniform", ["uniform": ["lower": -1, "upper": 3]]) { min(max(($0 + 1) / 4, 0), 1) },
        law("normal", ["normal": ["mean": 1, "sd": 2]]) { S.normalCDF(($0 - 1) / 2) },
        law(
            "truncated normal", ["truncated": ["base": ["normal": [:]], "lower": 2, "upper": 5]]
        ) {
            (S.normalUpperTail(2) - S.normalUpperTail(min(max($0, 2), 5)))
                / (S.normalUpperTail(2) - S.normalUpperTail(5))
        },
        law(
            "truncated exponential",
            ["truncated": ["base": ["exponential": ["rate": 2]], "lower": 0.5, "upper": 1]]
        ) { $0 <= 0.5 ? 0 : $0 >= 1 ? 1 : (exp(-1) - exp(-2 * $0)) / (exp(-1) - exp(-2)) },
        law("lognormal", ["lognormal": ["mu": 1, "sigma": 0.5]]) {
            $0 <= 0 ? 0 : S.normalCDF((log($0) - 1) / 0.5)
        },
        law("exponential", ["exponential": ["rate": 2]]) { $0 <= 0 ? 0 : -expm1(-2 * $0) },
        law("gamma 0.3", ["gamma": ["shape": 0.3]]) { $0 <= 0 ? 0 : S.gammaCDF($0, 0.3) },
        law("gamma 7", ["gamma": ["shape": 7, "scale": 2]]) {
            $0 <= 0 ? 0 : S.gammaCDF($0 / 2, 7)
        },
        law("beta", ["beta": ["a": 0.7, "b": 3]]) {
            $0 <= 0 ? 0 : $0 >= 1 ? 1 : S.betaCDF($0, 0.7, 3)
        },
        law("t 3", ["student-t": ["df": 3]]) {
            // Closed form for three degrees of freedom.
            let u = $0 / sqrt(3.0)
            return 0.5 + (u / (1 + u * u) + atan(u)) / .pi
        },
        law("cauchy", ["cauchy": ["scale": 2]]) { 0.5 + atan($0 / 2) / .pi },
        law("pareto", ["pareto": ["shape": 1.5]]) { $0 <= 1 ? 0 : 1 - pow($0, -1.5) },
        law("gumbel", ["gumbel": ["location": 1]]) { exp(-exp(1 - $0)) },
        law("weibull", ["weibull": ["shape": 0.7]]) { $0 <= 0 ? 0 : -expm1(-pow($0, 0.7)) },
        law("poisson", ["poisson": ["mean": 30]], values: (10...55).map(Double.init)) {
            $0 < 0 ? 0 : S.gammaUpperTail(30, $0.rounded(.down) + 1)
        },
        law(
            "binomial", ["binomial": ["trials": 100, "probability": 0.3]],
            values: (16...46).map(Double.init)
        ) { S.binomialCDF(Int($0), trials: 100, probability: 0.3) },
        law(
            "categorical", ["categorical": ["weights": [1, 0, 2, 5]]], values: [0, 1, 2, 3]
        ) { [1, 1, 3, 8][min(max(Int($0), 0), 3)] / 8.0 },
        law(
            "mixture",
            [
                "mixture": [
                    ["weight": 1, "label": "a", "normal": [:]],
                    ["weight": 3, "label": "b", "exponential": [:]],
                ]
            ]
        ) { 0.25 * S.normalCDF($0) + 0.75 * ($0 <= 0 ? 0 : -expm1(-$0)) },
        law("empirical", ["empirical": ["file": "t", "weights": "w"]], values: [1, 2, 4]) {
            $0 < 1 ? 0 : $0 < 2 ? 0.25 : $0 < 4 ? 0.375 : 1
        },
        law("laplace", ["laplace": ["scale": 2]]) {
            $0 < 0 ? 0.5 * exp($0 / 2) : 1 - 0.5 * exp(-$0 / 2)
        },
        law("logistic", ["logistic": ["location": 1]]) { 1 / (1 + exp(1 - $0)) },
        law("log-logistic", ["log-logistic": ["shape": 3, "scale": 2]]) {
            $0 <= 0 ? 0 : 1 / (1 + pow($0 / 2, -3))
        },
        law("triangular", ["triangular": ["mode": 0.25]]) {
            let x = min(max($0, 0), 1)
            return x < 0.25 ? x * x / 0.25 : 1 - (1 - x) * (1 - x) / 0.75
        },
        law("generalized-pareto", ["generalized-pareto": ["shape": 0.2, "scale": 2]]) {
            $0 <= 0 ? 0 : 1 - pow(1 + 0.1 * $0, -5)
        },
        law("generalized-extreme-value", ["generalized-extreme-value": ["shape": -0.5]]) {
            $0 >= 2 ? 1 : exp(-pow(1 - 0.5 * $0, 2))
        },
        law("rayleigh", ["rayleigh": ["scale": 2]]) { $0 <= 0 ? 0 : -expm1(-$0 * $0 / 8) },
        law("chi-squared", ["chi-squared": ["df": 3]]) {
            $0 <= 0 ? 0 : S.gammaCDF($0 / 2, 1.5)
        },
        law("inverse-gamma", ["inverse-gamma": ["shape": 3, "scale": 2]]) {
            $0 <= 0 ? 0 : S.gammaUpperTail(2 / $0, 3)
        },
        law("half-normal", ["half-normal": ["scale": 2]]) {
            $0 <= 0 ? 0 : 1 - 2 * S.normalUpperTail($0 / 2)
        },
        law("inverse-gaussian", ["inverse-gaussian": ["mean": 2, "shape": 3]]) {
            guard $0 > 0 else { return 0 }
            let root = sqrt(3 / $0)
            return S.normalCDF(root * ($0 / 2 - 1))
                + exp(3) * S.normalUpperTail(root * ($0 / 2 + 1))
        },
        law("geometric", ["geometric": ["probability": 0.2]], values: (1...40).map(Double.init)) {
            $0 < 1 ? 0 : 1 - pow(0.8, $0.rounded(.down))
        },
        law(
            "negative-binomial", ["negative-binomial": ["successes": 2.5, "probability": 0.2]],
            values: (0...50).map(Double.init)
        ) { $0 < 0 ? 0 : S.betaCDF(0.2, 2.5, $0.rounded(.down) + 1) },
        law(
            "hypergeometric",
            ["hypergeometric": ["population": 10, "successes": 4, "draws": 5]],
            values: [0, 1, 2, 3, 4]
        ) { [6, 66, 186, 246, 252][min(max(Int($0), 0), 4)] / 252 },
        law(
            "discrete-uniform", ["discrete-uniform": ["lower": 1, "upper": 6]],
            values: [1, 2, 3, 4, 5, 6]
        ) { min(max($0.rounded(.down), 0), 6) / 6 },
        // The first of several components.
        law(
            "multinomial", ["multinomial": ["trials": 10, "probabilities": [0.3, 0.5, 0.2]]],
            values: (0...10).map(Double.init)
        ) { S.binomialCDF(Int($0), trials: 10, probability: 0.3) },
        law("dirichlet", ["dirichlet": ["concentration": [0.7, 2, 1]]]) {
            $0 <= 0 ? 0 : $0 >= 1 ? 1 : S.betaCDF($0, 0.7, 3)
        },
        law(
            "multivariate-student-t",
            [
                "multivariate-student-t": [
                    "df": 4, "location": [1, 0], "scale": [[4, 1.2], [1.2, 1]],
                ]
            ]
        ) { S.studentCDF(($0 - 1) / 2, 4) },
    ]

    static let resources = JobResources(tables: [
        "t": DataTable(columnNames: ["v", "w"], columns: [[1, 2, 4], [2, 1, 5]])
    ])

    @Test(arguments: laws)
    func samplesFollowTheirLaw(_ law: Law) throws {
        let base = try BaseRegistry.make(law.node, resources: Self.resources, path: "base")
        // Cells: (ends[i − 1], ends[i]], and one above the last end.
        let ends =
            law.values.isEmpty
            ? (1..<128).map { quantile(Double($0) / 128, law.cdf) } : law.values
        var counts = [Int](repeating: 0, count: ends.count + 1)
        let block = 4096
        // A seed of its own for each law: with one for all, equal cells would hold equal samples.
        let number = try #require(Self.laws.firstIndex { $0.name == law.name })
        var generator = BaseSamples.Words(state: 20_261_120 + UInt64(number) << 32)
        var noise = NoiseBlock(base.noise, capacity: block)
        var values = Columns(count: base.dimension, capacity: block)
        var scratch = Columns(count: base.scratchColumns, capacity: block)
        var total = 0
        while total < Self.samples {
            for lane in 0..<block {
                for slot in 0..<base.noise.normals {
                    let u = (Double(generator.next() >> 11) + 0.5) * 0x1p-53
                    noise.normals[slot, lane] = S.normalQuantile(u)
                }
                for slot in 0..<base.noise.words { noise.words[slot, lane] = generator.next() }
            }
            base.transform(
                lanes: block, noise: noise, values: &values, scratch: &scratch, at: Placement())
            for lane in 0..<block {
                let x = values[0, lane]
                var low = 0
                var high = ends.count
                while low < high {
                    let middle = (low + high) / 2
                    if ends[middle] < x { low = middle + 1 } else { high = middle }
                }
                counts[low] += 1
            }
            total += block
        }
        var before = 0.0
        var chiSquare = 0.0
        var cells = 0
        var seen = 0
        var worst = 0.0
        for (i, count) in counts.enumerated() {
            let upTo = i < ends.count ? law.cdf(ends[i]) : 1
            let expected = (upTo - before) * Double(total)
            seen += count
            worst = max(worst, abs(Double(seen) / Double(total) - upTo))
            before = upTo
            if expected < 1e-6 {
                #expect(count == 0, "cell \(i)")
                continue
            }
            cells += 1
            chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        // χ² with cells − 1 degrees of freedom is twice a gamma.
        let p = S.gammaUpperTail(0.5 * chiSquare, 0.5 * Double(cells - 1))
        #expect(p > 0.001, "χ² \(chiSquare) over \(cells) cells")
        // Kolmogorov's limit at α = .001; at the cells' ends alone it errs on the lenient side.
        #expect(worst < 1.9495 / Double(total).squareRoot())
    }

    /// The harness rejects a law that is a little wrong: 2 % in the rate.
    @Test func theHarnessSeesSmallErrors() throws {
        let base = try ExponentialBase(rate: 1.02)
        var generator = BaseSamples.Words(state: 4)
        let words = (0..<200_000).map { _ in generator.next() }
        let values = BaseSamples.values(base, words: words)
        let above = values.count { $0 > 1 }
        let expected = exp(-1.0) * 200_000
        #expect(abs(Double(above) - expected) > 3.3 * (expected * (1 - exp(-1.0))).squareRoot())
    }

    /// By bisection of a distribution function.
    func quantile(_ p: Double, _ cdf: (Double) -> Double) -> Double {
        var low = -1e6
        var high = 1e6
        for _ in 0..<90 {
            let middle = 0.5 * (low + high)
            if cdf(middle) < p { low = middle } else { high = middle }
        }
        return high
    }
}
