// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

/// Against `References/special_functions.txt`, integrals at 40 digits that share no algorithm with
/// the code.
@Suite struct SpecialFunctionTests {
    typealias S = SpecialFunctions

    struct Line: CustomStringConvertible {
        var name: String
        var arguments: [Double]
        var lower: Double
        var upper: Double
        var description: String { "\(name) \(arguments)" }
    }

    static func lines(_ name: String) throws -> [Line] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "References/special_functions.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
            let words = $0.split(separator: " ")
            guard words[0] == name else { return nil }
            let numbers = try words.dropFirst().map { try #require(Double($0)) }
            return Line(
                name: name, arguments: Array(numbers.dropLast(2)),
                lower: numbers[numbers.count - 2], upper: numbers[numbers.count - 1])
        }
    }

    /// Both tails relatively within `tolerance`, and the smaller tail's quantile brings back the
    /// argument within `quantileTolerance`.
    func check(
        _ line: Line, _ cdf: (Double) -> Double, _ tail: (Double) -> Double,
        _ quantile: (Double) -> Double, _ tailQuantile: (Double) -> Double,
        tolerance: Double, quantileTolerance: Double
    ) {
        let x = line.arguments[line.arguments.count - 1]
        #expect(abs(cdf(x) - line.lower) <= tolerance * line.lower + 1e-300, "\(line)")
        #expect(abs(tail(x) - line.upper) <= tolerance * line.upper + 1e-300, "\(line)")
        let small = min(line.lower, line.upper)
        guard small > 1e-300 else { return }
        let back = line.lower <= line.upper ? quantile(small) : tailQuantile(small)
        #expect(abs(back - x) <= quantileTolerance * abs(x) + 1e-15, "\(line): \(back)")
    }

    @Test func normal() throws {
        let lines = try Self.lines("normal")
        #expect(lines.count == 15)
        for line in lines {
            check(
                line, S.normalCDF, S.normalUpperTail, S.normalQuantile, S.normalUpperQuantile,
                tolerance: 2e-15, quantileTolerance: 5e-16)
        }
    }

    @Test func beta() throws {
        let lines = try Self.lines("beta")
        #expect(lines.count > 150)
        for line in lines {
            let (a, b) = (line.arguments[0], line.arguments[1])
            check(
                line, { S.betaCDF($0, a, b) }, { S.betaUpperTail($0, a, b) },
                { S.betaQuantile($0, a, b) }, { S.betaUpperQuantile($0, a, b) },
                tolerance: 1e-12, quantileTolerance: 1e-12)
        }
    }

    @Test func gamma() throws {
        let lines = try Self.lines("gamma")
        #expect(lines.count == 77)
        for line in lines {
            let a = line.arguments[0]
            check(
                line, { S.gammaCDF($0, a) }, { S.gammaUpperTail($0, a) },
                { S.gammaQuantile($0, a) }, { S.gammaUpperQuantile($0, a) },
                tolerance: 1e-12, quantileTolerance: 1e-12)
        }
    }

    @Test func student() throws {
        let lines = try Self.lines("student")
        #expect(lines.count == 60)
        for line in lines {
            let n = line.arguments[0]
            check(
                line, { S.studentCDF($0, n) }, { S.studentUpperTail($0, n) },
                { S.studentQuantile($0, n) }, { S.studentUpperQuantile($0, n) },
                tolerance: 1e-12, quantileTolerance: 1e-12)
        }
    }

    /// Clopper–Pearson's lower limit, and the binomial tails it inverts.
    @Test func binomialAndItsLimits() {
        // n clean draws: the upper 95 % limit is 1 − 0.05^(1/n).
        #expect(abs(S.betaUpperQuantile(0.05, 1, 100) - 0.029513049607) < 1e-12)
        #expect(abs(S.betaQuantile(0.05, 1e8, 1e11 - 1e8 + 1) - 0.0009998356025645299) < 1e-18)
        // Bin(10, ½): masses 1, 10, 45, … over 1024.
        #expect(abs(S.binomialUpperTail(9, trials: 10, probability: 0.5) - 11.0 / 1024) < 1e-17)
        #expect(abs(S.binomialCDF(2, trials: 10, probability: 0.5) - 56.0 / 1024) < 1e-16)
        #expect(S.binomialCDF(-1, trials: 10, probability: 0.5) == 0)
        #expect(S.binomialCDF(10, trials: 10, probability: 0.5) == 1)
        #expect(S.binomialUpperTail(0, trials: 10, probability: 0.5) == 1)
    }

    @Test func edgesAndNonsense() {
        #expect(S.normalQuantile(0) == -.infinity && S.normalQuantile(1) == .infinity)
        #expect(S.normalQuantile(0.5) == 0 && S.normalCDF(-.infinity) == 0)
        #expect(abs(S.normalUpperQuantile(1e-300) - 37.0471) < 1e-4)
        #expect(S.betaQuantile(0, 2, 3) == 0 && S.betaQuantile(1, 2, 3) == 1)
        #expect(S.gammaQuantile(1, 2) == .infinity && S.gammaCDF(.infinity, 2) == 1)
        #expect(S.studentQuantile(0.5, 3) == 0)
        for bad in [Double.nan, -1, .infinity] {
            #expect(S.betaCDF(0.5, bad, 1).isNaN && S.betaQuantile(0.5, 1, bad).isNaN)
            #expect(S.gammaCDF(0.5, bad).isNaN && S.studentCDF(0.5, bad).isNaN)
        }
        #expect(S.normalQuantile(.nan).isNaN && S.normalQuantile(-0.1).isNaN)
        #expect(S.betaQuantile(1.5, 2, 3).isNaN && S.gammaQuantile(.nan, 3).isNaN)
    }

    /// Quantiles stay finite and ordered for parameters far outside the promised range.
    @Test func extremesDoNotTrap() {
        for a in [1e-8, 1e-3, 0.7, 1e3, 1e13] {
            for b in [1e-8, 1e-3, 0.7, 1e3, 1e13] {
                var last = 0.0
                for p in [1e-19, 1e-5, 0.5, 0.9999] {
                    let x = S.betaQuantile(p, a, b)
                    #expect(x >= last && x <= 1, "\(a) \(b) \(p)")
                    last = x
                }
            }
            #expect(S.gammaUpperQuantile(1e-19, a).isFinite)
            #expect(S.gammaQuantile(1e-19, a) >= 0)
        }
    }
}
