// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

@testable import Quantilizer

/// Log densities against values at 40 digits, and against the laws they belong to.
@Suite struct DensityTests {
    private func base(_ node: Node) throws -> any BaseDistribution { try node.base() }

    /// Relative to the value or to 1, whichever is larger; the parameters of the largest shapes lose
    /// as many digits as their logarithms have.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func knownValues() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(
            contentsOf: folder.appending(path: "References/densities.txt"), encoding: .utf8)
        var lines = 0
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let words = parts[0].split(separator: " ")
            let parameters = words.dropFirst().map { word -> (String, Node) in
                let pair = word.split(separator: "=")
                return (String(pair[0]), .scalar(String(pair[1]), false))
            }
            let base = try Node.map([(String(words[0]), .map(parameters))]).base()
            let x = try #require(Double(parts[1]))
            let exact = try #require(Double(parts[2]))
            let value = base.logDensity(of: [x])
            #expect(abs(value - exact) <= 2e-12 * max(1, abs(exact)), "\(line): \(value)")
            lines += 1
        }
        #expect(lines == 104)
    }

    /// The trapezoid rule in a variable in which the density falls off exponentially.
    private func integral(
        _ base: any BaseDistribution, from low: Double, to high: Double,
        _ map: (Double) -> (x: Double, slope: Double)
    ) -> Double {
        let step = 1.0 / 256
        var sum = 0.0
        for k in Int(low / step)...Int(high / step) {
            let (x, slope) = map(Double(k) * step)
            sum += step * slope * Foundation.exp(base.logDensity(of: [x]))
        }
        return sum
    }

    @Test func continuousDensitiesIntegrateToOne() throws {
        let positive: (Double) -> (Double, Double) = { (Foundation.exp($0), Foundation.exp($0)) }
        for node: Node in [
            ["exponential": ["rate": 3]], ["gamma": ["shape": 0.5, "scale": 2]],
            ["gamma": ["shape": 30, "scale": 2]], ["weibull": ["shape": 0.7, "scale": 2]],
            ["lognormal": ["mu": 0.5, "sigma": 2]],
            ["log-logistic": ["shape": 3, "scale": 2]], ["rayleigh": ["scale": 2]],
            ["chi-squared": ["df": 3]], ["inverse-gamma": ["shape": 3, "scale": 2]],
            ["half-normal": ["scale": 2]], ["inverse-gaussian": ["mean": 2, "shape": 3]],
            ["generalized-pareto": ["shape": 0.2, "scale": 2]],
        ] {
            let total = integral(try base(node), from: -80, to: 40, positive)
            #expect(abs(total - 1) < 1e-9, "\(node): \(total)")
        }
        let line: (Double) -> (Double, Double) = { (Foundation.sinh($0), Foundation.cosh($0)) }
        for node: Node in [
            ["normal": ["mean": 1, "sd": 2]], ["cauchy": ["scale": 2]], ["student-t": ["df": 3]],
            ["gumbel": ["location": 1, "scale": 2]],
            ["logistic": ["location": 1, "scale": 2]],
            [
                "mixture": [
                    ["weight": 1, "normal": ["mean": 9]], ["weight": 3, "student-t": ["df": 2.5]],
                ]
            ],
        ] {
            let total = integral(try base(node), from: -40, to: 40, line)
            #expect(abs(total - 1) < 1e-9, "\(node): \(total)")
        }
        let unit: (Double) -> (Double, Double) = {
            let x = 1 / (1 + Foundation.exp(-$0))
            return (x, x / (1 + Foundation.exp($0)))
        }
        for node: Node in [
            ["beta": ["a": 2, "b": 3]], ["uniform": [:]],
            ["generalized-pareto": ["shape": -0.5, "scale": 0.5]],
        ] {
            let total = integral(try base(node), from: -30, to: 30, unit)
            #expect(abs(total - 1) < 1e-9, "\(node): \(total)")
        }
        // Twice one side: the trapezoid rule does not take the peak's corner.
        let laplace = 2 * integral(try base(["laplace": ["scale": 2]]), from: -40, to: 40, positive)
        #expect(abs(laplace - 1) < 1e-9)
        let pareto = integral(
            try base(["pareto": ["shape": 1.5, "scale": 2]]), from: -40, to: 40
        ) { (2 + Foundation.exp($0), Foundation.exp($0)) }
        #expect(abs(pareto - 1) < 1e-9)
    }

    @Test func discreteDensitiesSumToOne() throws {
        for node: Node in [
            ["poisson": ["mean": 4]], ["binomial": ["trials": 40, "probability": 0.3]],
            ["categorical": ["values": [5, 0, 7, 5], "weights": [1, 2, 3, 4]]],
            ["geometric": ["probability": 0.25]],
            ["negative-binomial": ["successes": 2.5, "probability": 0.25]],
            ["hypergeometric": ["population": 50, "successes": 5, "draws": 10]],
            ["discrete-uniform": ["lower": 3, "upper": 9]],
            [
                "mixture": [
                    ["weight": 1, "poisson": ["mean": 2]], ["weight": 2, "poisson": ["mean": 50]],
                ]
            ],
        ] {
            let base = try base(node)
            let total = (0..<400).reduce(0) {
                $0 + Foundation.exp(base.logDensity(of: [Double($1)]))
            }
            #expect(abs(total - 1) < 1e-12, "\(node): \(total)")
            #expect(base.logDensity(of: [2.5]) == -.infinity)
            #expect(base.logDensity(of: [-1]) == -.infinity)
        }
        let twice = try base(["categorical": ["values": [5, 0, 5], "weights": [1, 2, 1]]])
        #expect(abs(twice.logDensity(of: [5]) - Foundation.log(0.5)) < 1e-15)
    }

    @Test func vectorsAndTheirMeasures() throws {
        let normal = try base([
            "normal": ["mean": [1, -1], "covariance": [[4, 1.2], [1.2, 1]]]
        ])
        // 2π √det = 2π √2.56; the quadratic form by hand.
        let (u, v) = (0.7, 0.9)
        let form = (u * u * 1 - 2 * 1.2 * u * v + 4 * v * v) / 2.56
        let exact = -0.5 * form - Foundation.log(2 * .pi) - 0.5 * Foundation.log(2.56)
        #expect(abs(normal.logDensity(of: [1 + u, -1 + v]) - exact) < 1e-13)
        let product = try base([
            "product": ["a": ["normal": ["dimension": 2]], "b": ["poisson": ["mean": 4]]]
        ])
        #expect(product.densityMeasures == [.length, .length, .count])
        let parts =
            -0.5 * (0.25 + 4) - Foundation.log(2 * .pi) + Foundation.log(8 * Foundation.exp(-4))
        #expect(abs(product.logDensity(of: [0.5, -2, 2]) - parts) < 1e-13)
        let student = try base([
            "multivariate-student-t": [
                "df": 4, "location": [1, -1], "scale": [[4, 1.2], [1.2, 1]],
            ]
        ])
        // Γ(3) / (Γ(2) 4π √det) (1 + form / 4)^-3.
        let density =
            Foundation.log(2 / (4 * .pi * Foundation.sqrt(2.56))) - 3 * Foundation.log1p(form / 4)
        #expect(abs(student.logDensity(of: [1 + u, -1 + v]) - density) < 1e-13)
        let counts = try base(["multinomial": ["trials": 5, "probabilities": [0.25, 0.25, 0.5]]])
        // 5! / (2! 1! 2!) / 4^2 / 4 / 2^2.
        #expect(abs(counts.logDensity(of: [2, 1, 2]) - Foundation.log(30.0 / 256)) < 1e-14)
        #expect(counts.logDensity(of: [2, 1, 1]) == -.infinity)
        #expect(try base(["dirichlet": ["concentration": [1, 2]]]).densityMeasures == nil)
        // Continuous with discrete: no density, and a product of one has none either.
        let mixed: Node = [
            "mixture": [["normal": [:]], ["label": "b", "poisson": ["mean": 1]]]
        ]
        #expect(try base(mixed).densityMeasures == nil)
        #expect(try base(mixed).logDensity(of: [0]).isNaN)
        #expect(try base(["product": ["a": mixed]]).densityMeasures == nil)
        let table = DataTable(
            columnNames: ["a", "b"], columns: [[1, 1, 2], [5, 5, 6]])
        let rows = try EmpiricalBase(table, file: "t")
        #expect(abs(rows.logDensity(of: [1, 5]) - Foundation.log(2.0 / 3)) < 1e-15)
        #expect(rows.logDensity(of: [1, 6]) == -.infinity)
        let smooth = try MixtureBase([
            .init(weight: 1, label: "a", base: try EmpiricalBase(table, file: "t")),
            .init(weight: 1, label: "b", base: try NormalBase(dimension: 2)),
        ])
        #expect(smooth.densityMeasures == nil)
    }
}
