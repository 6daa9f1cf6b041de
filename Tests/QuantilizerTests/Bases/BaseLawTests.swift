// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import TestMarks
import Testing

/// Laws that every base keeps, and first values that must never change.
@Suite struct BaseLawTests {
    static let table = DataTable(
        columnNames: ["a", "b", "w"], columns: [[1, 2, 3, 4], [10, 20, 30, 40], [1, 0, 2, 5]])
    static let resources = JobResources(tables: ["rows.csv": table])

    struct Case: CustomStringConvertible, Sendable {
        var name: String
        var node: JobNode
        var support: ClosedRange<Double>
        var description: String { name }
    }

    static func makeCase(_ name: String, _ node: Node, _ support: ClosedRange<Double>) -> Case {
        Case(name: name, node: node.job, support: support)
    }

    static let line = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    static let half = 0...Double.greatestFiniteMagnitude
    static let cases: [Case] = [
        makeCase("uniform", ["uniform": ["lower": -1, "upper": 3, "dimension": 2]], -1...3),
        makeCase("normal", ["normal": ["dimension": 3]], line),
        makeCase("normal shifted", ["normal": ["mean": [1, -2], "sd": [0.5, 3]]], line),
        makeCase(
            "normal correlated",
            ["normal": ["mean": [0, 1, 2], "covariance": [[4, 1, 0], [1, 3, 1], [0, 1, 2]]]], line),
        makeCase("lognormal", ["lognormal": ["mu": 1, "sigma": 0.5]], half),
        makeCase("exponential", ["exponential": ["rate": 2.5]], half),
        makeCase("gamma 2.5", ["gamma": ["shape": 2.5, "scale": 2]], half),
        makeCase("gamma 0.01", ["gamma": ["shape": 0.01]], half),
        makeCase("gamma 1e9", ["gamma": ["shape": 1e9]], half),
        makeCase("beta 2 3", ["beta": ["a": 2, "b": 3]], 0...1),
        makeCase("beta 0.02 0.5", ["beta": ["a": 0.02, "b": 0.5]], 0...1),
        makeCase("beta 1e8 1e5", ["beta": ["a": 1e8, "b": 1e5]], 0...1),
        makeCase("t 3", ["student-t": ["df": 3, "dimension": 2]], line),
        makeCase("t 0.1", ["student-t": ["df": 0.1]], line),
        makeCase("t 1e6", ["student-t": ["df": 1e6, "location": 1, "scale": 2]], line),
        makeCase("cauchy", ["cauchy": ["location": 1, "scale": 2]], line),
        makeCase("pareto", ["pareto": ["shape": 1.5, "scale": 2]], 2...half.upperBound),
        makeCase("gumbel", ["gumbel": ["location": 1, "scale": 2]], line),
        makeCase("weibull", ["weibull": ["shape": 0.7, "scale": 2]], half),
        makeCase("poisson", ["poisson": ["mean": 4.5]], half),
        makeCase("binomial", ["binomial": ["trials": 10, "probability": 0.5]], 0...10),
        makeCase(
            "categorical",
            ["categorical": ["values": [-1, 0, 7], "probabilities": [0.2, 0.5, 0.3]]],
            -1...7),
        makeCase(
            "product",
            ["product": ["x": ["normal": ["dimension": 2]], "y": ["poisson": ["mean": 2]]]],
            line),
        makeCase(
            "mixture",
            [
                "mixture": [
                    ["weight": 3, "label": "calm", "normal": ["mean": [0, 1]]],
                    ["weight": 1, "label": "wild", "student-t": ["df": 3, "dimension": 2]],
                    [
                        "weight": 1, "label": "odd",
                        "product": ["p": ["poisson": ["mean": 2]], "q": ["uniform": [:]]],
                    ],
                ]
            ], line),
        makeCase(
            "truncated",
            ["truncated": ["base": ["normal": ["dimension": 2]], "lower": -1, "upper": 0.5]],
            -1...0.5),
        makeCase(
            "truncated poisson", ["truncated": ["base": ["poisson": ["mean": 3]], "lower": 2]],
            2...half.upperBound),
        makeCase(
            "markov",
            ["markov": ["transition": [[0.5, 0.5, 0], [0, 0.1, 0.9], [1, 0, 0]], "length": 3]],
            0...2),
        makeCase("copula", CopulaTests.node(CopulaTests.matrix), line),
        makeCase("copula t", CopulaTests.node(CopulaTests.matrix, df: 3.0), line),
        makeCase(
            "empirical smoothed", ["empirical": ["file": "rows.csv", "smooth": "auto"]], line),
        makeCase("empirical", ["empirical": ["file": "rows.csv", "columns": ["b", "a"]]], 1...40),
        makeCase(
            "empirical weighted", ["empirical": ["file": "rows.csv", "weights": "w"]], 1...40),
        makeCase("laplace", ["laplace": ["location": 1, "scale": 2]], line),
        makeCase("logistic", ["logistic": ["location": 1, "scale": 2]], line),
        makeCase("log-logistic", ["log-logistic": ["shape": 0.1, "scale": 2]], half),
        makeCase(
            "triangular", ["triangular": ["lower": -3, "mode": 2, "upper": 2.5, "dimension": 2]],
            -3...2.5),
        makeCase("gpd 0.2", ["generalized-pareto": ["shape": 0.2, "scale": 2]], half),
        makeCase("gpd -0.5", ["generalized-pareto": ["shape": -0.5, "location": 1]], 1...3),
        makeCase("gpd 15", ["generalized-pareto": ["shape": 15]], half),
        makeCase("gev 0.2", ["generalized-extreme-value": ["shape": 0.2, "scale": 2]], line),
        makeCase(
            "gev -3", ["generalized-extreme-value": ["shape": -3]],
            line.lowerBound...0.3333333333333334),
        makeCase("rayleigh", ["rayleigh": ["scale": 2]], half),
        makeCase("chi-squared", ["chi-squared": ["df": 4]], half),
        makeCase("inverse-gamma", ["inverse-gamma": ["shape": 0.1, "scale": 2]], half),
        makeCase("half-normal", ["half-normal": ["scale": 2]], half),
        makeCase("inverse-gaussian", ["inverse-gaussian": ["mean": 2, "shape": 3]], half),
        makeCase("inverse-gaussian 1e-4", ["inverse-gaussian": ["shape": 1e-4]], half),
        makeCase("inverse-gaussian 1e10", ["inverse-gaussian": ["shape": 1e10]], half),
        makeCase("geometric", ["geometric": ["probability": 1e-4]], 1...half.upperBound),
        makeCase(
            "negative-binomial",
            ["negative-binomial": ["successes": 0.01, "probability": 1e-3]], half),
        makeCase(
            "hypergeometric",
            [
                "hypergeometric": [
                    "population": 1_000_000_000_000_000, "successes": 500_000_000_000_000,
                    "draws": 1_000_000,
                ]
            ], 0...1_000_000),
        makeCase(
            "discrete-uniform",
            [
                "discrete-uniform": [
                    "lower": -1_000_000_000_000_000, "upper": 1_000_000_000_000_000,
                ]
            ], -1e15...1e15),
        makeCase(
            "multinomial", ["multinomial": ["trials": 20, "weights": [1, 0, 2, 5]]], 0...20),
        makeCase("dirichlet", ["dirichlet": ["concentration": [0.001, 2, 0.001, 1e6]]], 0...1),
        makeCase(
            "multivariate t",
            [
                "multivariate-student-t": [
                    "df": 0.5, "location": 1, "scale": [[2, 0.6], [0.6, 1]],
                ]
            ], line),
        makeCase(
            "truncated logistic",
            ["truncated": ["base": ["logistic": [:]], "lower": -1, "upper": 0.5]], -1...0.5),
    ]

    static func make(_ c: Case) throws -> any BaseDistribution {
        try BaseRegistry.make(c.node, resources: resources, path: "base")
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: cases)
    func valuesAreFiniteAndInTheSupport(_ c: Case) throws {
        let base = try Self.make(c)
        for row in BaseSamples.rows(base, seed: 5, first: 0, lanes: 500) {
            #expect(row.count == base.dimension)
            for value in row { #expect(value.isFinite && c.support.contains(value), "\(value)") }
        }
        let ends: [UInt64] = [
            0, 1, 2, 3, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, .max - 1, .max,
        ]
        for value in BaseSamples.values(base, words: ends) {
            #expect(value.isFinite && c.support.contains(value), "\(value)")
        }
    }

    /// A lane's value depends on its noise alone: not on the block's size or its place in it, nor
    /// on where slots, values and scratch begin.
    @Test(arguments: cases)
    func lanesAreIndependent(_ c: Case) throws {
        let base = try Self.make(c)
        let whole = BaseSamples.rows(base, seed: 9, first: 0, lanes: 67)
        for lanes in [1, 7, 64] {
            let part = BaseSamples.rows(base, seed: 9, first: 3, lanes: lanes)
            for (i, row) in part.enumerated() where i + 3 < 67 { #expect(row == whole[i + 3]) }
        }
        let moved = BaseSamples.rows(
            base, seed: 9, first: 0, lanes: 67,
            at: Placement(normal: 3, word: 5, value: 2, scratch: 4))
        #expect(moved == whole)
    }

    /// The normalised description builds the same base again, and describes it alike.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: cases)
    func descriptionsBuildTheSameBase(_ c: Case) throws {
        let base = try Self.make(c)
        let again = try BaseRegistry.make(
            base.specification, resources: Self.resources, path: "base")
        #expect("\(again.specification)" == "\(base.specification)")
        #expect(again.componentNames == base.componentNames)
        #expect(
            BaseSamples.rows(again, seed: 1, first: 0, lanes: 9)
                == BaseSamples.rows(base, seed: 1, first: 0, lanes: 9))
    }

    @Test func normalsPassThroughOnlyWhereNothingIsDone() throws {
        let plain: Node = ["normal": ["dimension": 4]]
        #expect(try plain.base().passesNormalsThrough)
        let product: Node = ["product": ["a": ["normal": [:]], "b": ["normal": ["dimension": 2]]]]
        let base = try product.base()
        #expect(base.passesNormalsThrough && base.componentNames == ["a", "b[0]", "b[1]"])
        let shifted: Node = ["normal": ["mean": 1]]
        #expect(try !shifted.base().passesNormalsThrough)
    }

    @Test func mixturesKeepTheirComponents() throws {
        let node: Node = [
            "mixture": [
                ["weight": 3, "label": "low", "uniform": [:]],
                ["label": "high", "uniform": ["lower": 5, "upper": 6]],
            ]
        ]
        let base = try #require(try node.base() as? MixtureBase)
        // Weights 3 and 1: the boundary is at 3/4 of the words.
        let boundary: UInt64 = 3 << 62
        #expect(
            base.component(choosing: boundary - 1) == 0 && base.component(choosing: boundary) == 1)
        #expect(base.noise == NoiseLayout(words: 2))
        for row in BaseSamples.rows(base, seed: 2, first: 0, lanes: 200) {
            #expect((0..<1).contains(row[0]) || (5..<6).contains(row[0]))
        }
    }
}
