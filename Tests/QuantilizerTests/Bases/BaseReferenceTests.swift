// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

/// Values at given words against quantiles at 60 digits, and the first words of counts to the last bit.
@Suite struct BaseReferenceTests {
    private struct Line {
        var base: any BaseDistribution
        var name: String
        var first: Substring
        var second: Substring
    }

    private static func lines() throws -> [Line] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "References/quantiles.txt")
        var known: [Substring: any BaseDistribution] = [:]
        var lines: [Line] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " | ")
            if known[parts[0]] == nil {
                let words = parts[0].split(separator: " ")
                let parameters = words.dropFirst().map { word -> (String, Node) in
                    let pair = word.split(separator: "=")
                    return (String(pair[0]), .scalar(String(pair[1]), false))
                }
                known[parts[0]] = try Node.map([(String(words[0]), .map(parameters))]).base()
            }
            let base = try #require(known[parts[0]])
            lines.append(
                Line(base: base, name: String(parts[0]), first: parts[1], second: parts[2]))
        }
        return lines
    }

    /// Relative to the value; absolute, in units of the scale 2, where the quantile passes 0 at a word
    /// that a double cannot tell from the median.
    @Test func quantilesReachTheLastWord() throws {
        var compared = 0
        for line in try Self.lines() where line.base.densityMeasures == [.length] {
            let word = try #require(UInt64(line.first))
            let exact = try #require(Double(line.second))
            let value = BaseSamples.values(line.base, words: [word])[0]
            let miss = abs(value - exact)
            #expect(
                miss <= 5e-13 * abs(exact) + 4e-16,
                "\(line.name) at \(word): \(value), not \(exact)")
            compared += 1
        }
        #expect(compared == 35 * 16)
    }

    @Test func countsBeginAtTheirWords() throws {
        var compared = 0
        for line in try Self.lines() where line.base.densityMeasures == [.count] {
            let k = try #require(Double(line.first))
            let word = try #require(UInt64(line.second))
            let values = BaseSamples.values(line.base, words: [word - 1, word])
            #expect(values == [k, k + 1], "\(line.name) at \(word): \(values)")
            compared += 1
        }
        #expect(compared > 45)
    }

    /// Extremes of the parameters: the ends of the words are finite and in order.
    @Test func largeTablesReachTheLastWord() throws {
        let counts: [(Node, ClosedRange<Double>)] = [
            (["geometric": ["probability": 1]], 1...1),
            (["geometric": ["probability": 1e-4]], 440_000...460_000),
            (["negative-binomial": ["successes": 1, "probability": 1]], 0...0),
            (["hypergeometric": ["population": 0, "successes": 0, "draws": 0]], 0...0),
            (["hypergeometric": ["population": 9, "successes": 9, "draws": 4]], 4...4),
            (["discrete-uniform": ["lower": 7, "upper": 7]], 7...7),
        ]
        for (node, top) in counts {
            let base = try node.base()
            let ends = BaseSamples.values(base, words: [0, .max])
            #expect(ends[0] <= ends[1] && top.contains(ends[1]), "\(node): \(ends)")
        }
    }

    /// Shares sum to 1 and keep their digits where all shapes are tiny.
    @Test func sharesOfTinyShapes() throws {
        let node: Node = ["dirichlet": ["concentration": [0.001, 0.001, 0.001]]]
        let base = try node.base()
        var large = 0
        for row in BaseSamples.rows(base, seed: 3, first: 0, lanes: 4_000) {
            #expect(abs(row.reduce(0, +) - 1) < 1e-15)
            if row[0] > 0.5 { large += 1 }
        }
        // One share has nearly all, each as often: 4000/3, sd 30.
        #expect(abs(Double(large) - 4_000 / 3) < 120)
    }
}
