// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

/// Values at given words against quantile functions, right to the last of the 64 bits.
@Suite struct BaseQuantileTests {
    typealias S = SpecialFunctions
    static let words: [UInt64] =
        [0, 1, 2, 7, 1000, 1 << 40, 1 << 62, (1 << 63) - 1].flatMap { [$0, ~$0] }
        + {
            var generator = BaseSamples.Words(state: 11)
            return (0..<120).map { i in
                let word = generator.next() >> (generator.next() % 60)
                return i & 1 == 0 ? word : ~word
            }
        }()

    /// A word's tail: its probability, and whether it is the upper one.
    static func tail(_ word: UInt64) -> (p: Double, isUpper: Bool) {
        let isUpper = word >> 63 == 1
        return (Double(isUpper ? ~word : word) * 0x1p-64 + 0x1p-65, isUpper)
    }

    struct Law: CustomTestStringConvertible, Sendable {
        var name: String
        var node: JobNode
        /// Of the lower tail and of the upper tail.
        var quantile: @Sendable (_ p: Double, _ isUpper: Bool) -> Double
        var tolerance = 2e-13
        /// Absolute, where the quantile passes 0.
        var absolute = 0.0
        var testDescription: String { name }
    }

    static func law(
        _ name: String, _ node: Node, tolerance: Double = 2e-13, absolute: Double = 0,
        _ quantile: @escaping @Sendable (Double, Bool) -> Double
    ) -> Law {
        Law(
            name: name, node: node.job, quantile: quantile, tolerance: tolerance,
            absolute: absolute)
    }

    static let laws: [Law] =
        [0.01, 0.05, 0.1, 0.5, 1, 2.5, 31, 1e4, 1e9].map { a in
            law("gamma \(a)", ["gamma": ["shape": .init(floatLiteral: a)]], tolerance: 1e-12) {
                $1 ? S.gammaUpperQuantile($0, a) : S.gammaQuantile($0, a)
            }
        }
        + [(0.02, 0.5), (0.5, 0.5), (1, 3), (2, 3), (10, 0.1), (1e3, 2), (1e6, 1e6)].map { a, b in
            law(
                "beta \(a) \(b)",
                ["beta": ["a": .init(floatLiteral: a), "b": .init(floatLiteral: b)]]
            ) { $1 ? S.betaUpperQuantile($0, a, b) : S.betaQuantile($0, a, b) }
        }
        + [0.1, 0.5, 1, 3, 30, 61, 1e6].map { n in
            law(
                "t \(n)", ["student-t": ["df": .init(floatLiteral: n)]], tolerance: 1e-12,
                absolute: 2e-15
            ) { $1 ? S.studentUpperQuantile($0, n) : S.studentQuantile($0, n) }
        }
        + [
            // From the platform's functions, as an oracle of the formulas.
            law("cauchy", ["cauchy": [:]], absolute: 2e-16) {
                let size = $0 < 0.25 ? 1 / tan(.pi * $0) : tan(.pi * (0.5 - $0))
                return $1 ? size : -size
            },
            law("pareto", ["pareto": ["shape": 1.5, "scale": 2]]) {
                2 * exp(($1 ? -log($0) : -log1p(-$0)) / 1.5)
            },
            law("weibull", ["weibull": ["shape": 0.7, "scale": 2]]) {
                2 * pow($1 ? -log($0) : -log1p(-$0), 1 / 0.7)
            },
            law("gumbel", ["gumbel": ["location": 0, "scale": 2]], absolute: 1e-15) {
                -2 * log($1 ? -log1p(-$0) : -log($0))
            },
            law("uniform", ["uniform": [:]], absolute: 0x1p-53) { $1 ? 1 - $0 : $0 },
        ]

    @Test(arguments: laws)
    func valuesAreQuantiles(_ law: Law) throws {
        let base = try BaseRegistry.make(law.node, resources: JobResources(), path: "base")
        let values = BaseSamples.values(base, words: Self.words)
        for (word, value) in zip(Self.words, values) {
            let (p, isUpper) = Self.tail(word)
            let exact = law.quantile(p, isUpper)
            #expect(
                abs(value - exact) <= law.tolerance * abs(exact) + law.absolute,
                "word \(word): \(value), not \(exact)")
        }
        // Monotone in the word, but for the rounding of neighbours.
        let sorted = BaseSamples.values(base, words: Self.words.sorted())
        for (a, b) in zip(sorted, sorted.dropFirst()) {
            #expect(b - a >= -1e-13 * abs(a) - law.absolute)
        }
    }

    @Test func exponentialTakesTheUpperTail() throws {
        let base = try ExponentialBase(rate: 2)
        let words: [UInt64] = [0, 1, 1 << 63, .max - 12345, .max]
        for (word, value) in zip(words, BaseSamples.values(base, words: words)) {
            let exact = -log(Double(word) * 0x1p-64 + 0x1p-65) / 2
            #expect(abs(value - exact) <= 4e-16 * exact)
        }
        #expect(BaseSamples.values(base, words: [.max])[0].sign == .plus)
    }

    /// The word where an outcome begins is its lower tail in units of 2^-64.
    @Test func discreteTablesAreExactToTheLastBit() throws {
        let binomial = try BinomialBase(trials: 10, probability: 0.5)
        var below: UInt64 = 0
        var coefficient: UInt64 = 1
        for k in 0...10 {
            // C(10, k) / 1024 of 2^64.
            #expect(BaseSamples.values(binomial, words: [below << 54])[0] == Double(k))
            if k > 0 {
                #expect(BaseSamples.values(binomial, words: [below << 54 - 1])[0] == Double(k - 1))
            }
            below += coefficient
            coefficient = coefficient * UInt64(10 - k) / UInt64(k + 1)
        }
        // exp(−1) 2^64 rounds to 6786177901268885275, from 30 digits of e.
        let poisson = try PoissonBase(mean: 1)
        let end: UInt64 = 6_786_177_901_268_885_275
        #expect(BaseSamples.values(poisson, words: [end - 1, end]) == [0, 1])
        let thirds = try CategoricalBase(values: [5, 6, 7], weights: [1, 1, 1])
        let third = UInt64.max / 3
        #expect(
            BaseSamples.values(
                thirds, words: [0, third - 1, third, 2 * third, 2 * third + 1, .max])
                == [5, 5, 6, 6, 7, 7])
    }

    /// Extreme counts against binomial tails computed another way.
    @Test func discreteTailsReachTheLastWord() throws {
        let base = try PoissonBase(mean: 1e6)
        let ends = BaseSamples.values(base, words: [0, .max])
        // P(X ≤ k) = Q(k + 1, mean) and P(X ≥ k) = P(k, mean).
        #expect(S.gammaUpperTail(1e6, ends[0] + 1) > 0x1p-65)
        #expect(S.gammaUpperTail(1e6, ends[0]) < 0x1p-64)
        #expect(S.gammaCDF(1e6, ends[1]) > 0x1p-66 && S.gammaCDF(1e6, ends[1] + 1) < 0x1p-64)
    }
}
