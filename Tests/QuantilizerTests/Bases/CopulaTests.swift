// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

@testable import Quantilizer

/// Copulas: exact marginals, rank correlations by their formulas, densities by closed forms, and the
/// methods that work on noise and on densities.
@Suite struct CopulaTests {
    typealias S = SpecialFunctions

    static func node(_ correlation: Node, df: Node? = nil) -> Node {
        var entries: [(String, Node)] = [
            (
                "marginals",
                [
                    "a": ["normal": ["mean": 1, "sd": 2]], "b": ["exponential": ["rate": 2]],
                    "c": ["gamma": ["shape": 0.3]], "d": ["poisson": ["mean": 3]],
                ]
            ), ("correlation", correlation),
        ]
        if let df { entries.append(("df", df)) }
        return .map([("copula", .map(entries))])
    }

    static let matrix: Node = [
        [1, 0.6, 0.3, -0.5], [0.6, 1, 0, 0.2], [0.3, 0, 1, 0.1], [-0.5, 0.2, 0.1, 1],
    ]

    /// Kolmogorov's limit at α = 1e-4 for each of eight marginals (2.226/√n): once in 1,250 seeds.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [nil, 3.0])
    func marginalsAreTheirLaws(_ df: Double?) throws {
        let base = try Self.node(Self.matrix, df: df.map { .scalar("\($0)", false) }).base()
        #expect(base.componentNames == ["a", "b", "c", "d"])
        let rows = BaseSamples.rows(base, seed: 5, first: 0, lanes: 100_000)
        let laws: [(Double) -> Double] = [
            { S.normalCDF(($0 - 1) / 2) }, { -expm1(-2 * $0) }, { S.gammaCDF($0, 0.3) },
        ]
        for (column, law) in laws.enumerated() {
            let sorted = rows.map { $0[column] }.sorted()
            var worst = 0.0
            for (i, x) in sorted.enumerated() {
                let p = law(x)
                worst = max(worst, abs(p - Double(i) / 1e5), abs(p - Double(i + 1) / 1e5))
            }
            #expect(worst < 2.226 / 1e5.squareRoot(), "\(column): \(worst)")
        }
        // Counts by χ² over 0…9 and the rest, ten degrees of freedom: 35.56 at 1e-4.
        var chi = 0.0
        var left = 1.0
        for k in 0...10 {
            let p = k == 10 ? left : exp(Double(k) * log(3) - 3 - lgamma(Double(k + 1)))
            left -= p
            let found = Double(rows.count { k == 10 ? $0[3] >= 10 : $0[3] == Double(k) })
            chi += pow(found - p * 1e5, 2) / (p * 1e5)
        }
        #expect(chi < 35.56)
    }

    /// Kendall's τ = 2/π asin ρ for both, Spearman's 6/π asin(ρ/2) for the Gaussian; τ over 6,000
    /// samples has a standard error of at most 0.0088 (2/3 of 1/√n under independence, less beyond).
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [nil, 4.0])
    func rankCorrelationsAreKnown(_ df: Double?) throws {
        let base = try Self.node(Self.matrix, df: df.map { .scalar("\($0)", false) }).base()
        let count = 6_000
        let rows = BaseSamples.rows(base, seed: 8, first: 0, lanes: count)
        for (i, j, rho) in [(0, 1, 0.6), (0, 2, 0.3), (1, 2, 0.0)] {
            var agree = 0
            for x in 0..<count {
                for y in 0..<x {
                    let a = rows[x][i] - rows[y][i]
                    let b = rows[x][j] - rows[y][j]
                    agree += (a > 0) == (b > 0) ? 1 : -1
                }
            }
            let tau = Double(agree) / Double(count * (count - 1) / 2)
            #expect(abs(tau - 2 / Double.pi * asin(rho)) < 4.5 * 0.0095, "\(i) \(j): \(tau)")
            guard df == nil else { continue }
            func ranks(_ column: Int) -> [Double] {
                var result = [Double](repeating: 0, count: count)
                let order = (0..<count).sorted { rows[$0][column] < rows[$1][column] }
                for (rank, row) in order.enumerated() { result[row] = Double(rank) }
                return result
            }
            let (a, b) = (ranks(i), ranks(j))
            let middle = Double(count - 1) / 2
            let sum = zip(a, b).reduce(0) { $0 + ($1.0 - middle) * ($1.1 - middle) }
            let rhoS = 12 * sum / (Double(count) * (Double(count) * Double(count) - 1))
            #expect(abs(rhoS - 6 / Double.pi * asin(rho / 2)) < 4.5 * 0.013, "\(i) \(j): \(rhoS)")
        }
        // A falling dependence: of the first and the last.
        let mean = rows.reduce(0) { $0 + $1[3] } / Double(count)
        #expect(rows.reduce(0) { $0 + ($1[0] - 1) * ($1[3] - mean) } < 0)
    }

    /// Normal marginals give the normal vector, to the bit; t marginals of the same degrees the
    /// multivariate t, whose extremes come together.
    @Test func knownVectors() throws {
        let normals: Node = [
            "copula": [
                "marginals": ["a": ["normal": [:]], "b": ["normal": [:]]],
                "correlation": 0.5,
            ]
        ]
        let vector = try NormalBase(mean: [0, 0], covariance: [[1, 0.5], [0.5, 1]])
        #expect(
            BaseSamples.rows(try normals.base(), seed: 3, first: 0, lanes: 300)
                == BaseSamples.rows(vector, seed: 3, first: 0, lanes: 300))
        let copula = try Self.students()
        let square = try GammaBase(shape: 1.5, scale: 2.0 / 3)
        var noise = NoiseBlock(copula.noise, capacity: 200)
        var words = BaseSamples.Words(state: 12)
        for lane in 0..<200 {
            for slot in 0..<2 {
                noise.normals[slot, lane] = S.normalQuantile(
                    (Double(words.next() >> 11) + 0.5) * 0x1p-53)
            }
            noise.words[0, lane] = words.next()
        }
        let found = BaseSamples.run(copula, noise, lanes: 200, at: Placement())
        let squares = BaseSamples.run(square, noise, lanes: 200, at: Placement())
        for lane in 0..<200 {
            let root = squares[lane][0].squareRoot()
            let first = noise.normals[0, lane]
            let second = -0.4 * first + (1 - 0.16).squareRoot() * noise.normals[1, lane]
            #expect(abs(found[lane][0] - first / root) < 1e-9 * (1 + abs(first / root)))
            #expect(abs(found[lane][1] - second / root) < 1e-9 * (1 + abs(second / root)))
        }
    }

    static func students() throws -> CopulaBase {
        let marginal = try StudentTBase(df: 3)
        return try CopulaBase(
            [("a", marginal), ("b", marginal)], correlation: [[1, -0.4], [-0.4, 1]], df: 3)
    }

    @Test func densitiesHaveClosedForms() throws {
        let points = [[0.3, -0.2], [1.5, 2.0], [-2.5, 0.1], [4.0, 3.0]]
        let vector = try NormalBase(mean: [1, 0], covariance: [[4, 1.2], [1.2, 1]])
        let normals = try CopulaBase(
            [
                ("a", NormalBase(mean: [1], sd: [2])), ("b", NormalBase(dimension: 1)),
            ], correlation: [[1, 0.6], [0.6, 1]])
        for x in points {
            #expect(abs(normals.logDensity(of: x) - vector.logDensity(of: x)) < 1e-12)
        }
        // Exponentials: f(x) f(y) c(F(x), F(y)) with Bachelier's bivariate normal at Φ⁻¹(F).
        let exponentials = try CopulaBase(
            [("a", ExponentialBase(rate: 2)), ("b", ExponentialBase(rate: 0.5))],
            correlation: [[1, 0.6], [0.6, 1]])
        for (x, y) in [(0.1, 0.4), (1.3, 6.0), (0.01, 9.0), (7.0, 0.2)] {
            let u = S.normalUpperQuantile(exp(-2 * x))
            let v = S.normalUpperQuantile(exp(-0.5 * y))
            let form = (0.36 * (u * u + v * v) - 1.2 * u * v) / (2 * 0.64)
            let expected = log(2) - 2 * x + log(0.5) - 0.5 * y - 0.5 * log(0.64) - form
            #expect(abs(exponentials.logDensity(of: [x, y]) - expected) < 1e-8, "\(x) \(y)")
        }
        #expect(exponentials.logDensity(of: [-1, 1]) == -.infinity)
        // The bivariate t: −½ ln(1 − ρ²) − ln 2π − (ν + 2)/2 ln(1 + q/ν).
        let students = try Self.students()
        for x in points {
            let form = (x[0] * x[0] + 0.8 * x[0] * x[1] + x[1] * x[1]) / 0.84
            let expected = -0.5 * log(0.84) - log(2 * Double.pi) - 2.5 * log(1 + form / 3)
            #expect(abs(students.logDensity(of: x) - expected) < 1e-8, "\(x)")
        }
        // Counts have none of all.
        #expect(try Self.node(Self.matrix).base().densityMeasures == nil)
    }

    /// Two exponentials and a Gaussian copula far out: splitting moves the noise, importance takes the
    /// density; the truth by quadrature.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func rareEventsOfACopula() throws {
        let marginals: JobNode = ["a": ["exponential": [:]], "b": ["exponential": [:]]]
        let base: JobNode = ["copula": ["marginals": marginals, "correlation": 0.5]]
        // P[min > 7] = ∫ φ(z) Φ((ρz − t)/√(1 − ρ²)) over z > t, with Φ(−t) = e^−7.
        let t = S.normalUpperQuantile(exp(-7))
        var truth = 0.0
        let step = 1e-4
        for k in 0..<80_000 {
            let z = t + (Double(k) + 0.5) * step
            truth +=
                step * exp(-0.5 * z * z) * 0.3989422804014327
                * S.normalUpperTail((t - 0.5 * z) / 0.75.squareRoot())
        }
        let split: JobNode = [
            "seed": 3, "base": base, "event": "min(a, b) > 7", "utility": "min(a, b)",
            "method": ["splitting": ["particles": 1024, "islands": 8]],
        ]
        let heavier: JobNode = [
            "copula": [
                "marginals": [
                    "a": ["exponential": ["rate": 0.2]], "b": ["exponential": ["rate": 0.2]],
                ],
                "correlation": 0.5,
            ]
        ]
        let weighed: JobNode = [
            "seed": 3, "base": base, "event": "min(a, b) > 7",
            "method": ["importance": ["proposal": heavier, "samples": 8192]],
        ]
        for node in [split, weighed] {
            let spec = try JobSpec.parse(node)
            let estimate = try #require(run(spec.job).result?.estimate)
            #expect(abs(log(estimate.p / truth)) < 5 * max(estimate.variation, 0.05), "\(estimate)")
        }
    }

    @Test(
        arguments: [
            (
                [
                    "marginals": ["a": ["normal": [:]], "b": ["normal": [:]]],
                    "correlation": [[1, 2], [2, 1]],
                ],
                "a number at least -1 and at most 1"
            ),
            (
                [
                    "marginals": ["a": ["normal": [:]], "b": ["normal": [:]]],
                    "correlation": [[0.5, 0], [0, 1]],
                ],
                "1 on the diagonal"
            ),
            (
                [
                    "marginals": ["a": ["normal": [:]], "b": ["normal": [:]]],
                    "correlation": [[1, 0.2], [0.3, 1]],
                ],
                "not symmetric"
            ),
            (
                ["marginals": ["a": ["normal": [:]], "b": ["normal": [:]]], "correlation": 1],
                "not positive definite: the pivot of row 1"
            ),
            (
                [
                    "marginals": [
                        "a": ["normal": [:]], "b": ["normal": [:]], "c": ["normal": [:]],
                    ],
                    "correlation": -0.6,
                ], "the pivot of row 2"
            ),
            (
                ["marginals": ["a": ["normal": [:]], "b": ["normal": [:]]], "correlation": [[1]]],
                "2 rows of 2"
            ),
            (
                [
                    "marginals": ["a": ["normal": ["dimension": 2]], "b": ["normal": [:]]],
                    "correlation": 0,
                ],
                "a marginal of a copula is a univariate law"
            ),
            (
                [
                    "marginals": ["a": ["mixture": [["normal": [:]]]], "b": ["normal": [:]]],
                    "correlation": 0,
                ],
                "a marginal of a copula is a univariate law"
            ),
            (["marginals": ["a": ["normal": [:]]], "correlation": 0], "at least two"),
            (
                [
                    "marginals": ["a": ["normal": [:]], "b": ["normal": [:]]], "correlation": 0,
                    "df": 0,
                ],
                "df"
            ),
        ] as [(Node, String)])
    func mistakesAreNamed(_ node: Node, _ words: String) {
        let error = #expect(throws: JobError.self) { try Node.map([("copula", node)]).base() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
