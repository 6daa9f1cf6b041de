// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import Quantilizer

/// A drawer without a network and of a known law: three letters, each given the one before it. A
/// sample's word decides its letters. It reads "ca" as another token than it writes.
final class Chain: TextDrawer {
    static let first: [Character: Double] = ["a": 0.5, "b": 0.3, "c": 0.2]
    static let next: [Character: [Character: Double]] = [
        "a": ["a": 0.1, "b": 0.6, "c": 0.3], "b": ["a": 0.4, "b": 0.4, "c": 0.2],
        "c": ["a": 0.7, "b": 0.1, "c": 0.2],
    ]

    /// The probability of a text of its whole length.
    static func probability(_ text: String) -> Double {
        var before: Character?
        return text.reduce(1) { product, letter in
            defer { before = letter }
            return product * (before.map { next[$0]![letter]! } ?? first[letter]!)
        }
    }

    /// What was asked: the index, the beginning, the word.
    let asked = Mutex<[(index: UInt64, begun: String, word: UInt64)]>([])
    /// Draws that are asked for again, by index.
    private let redrawn: [UInt64: UInt64]
    private let merges: Bool
    /// Texts that hold it are lost where they were begun before.
    private let lost: String?
    private let losesAll: Bool
    /// The chance that a text ends before a letter, and the token that tells of it; none where it never does,
    /// or is not told of.
    private let ends: Double
    private let end: String?

    init(
        redrawn: [UInt64: UInt64] = [:], merges: Bool = true, lost: String? = nil,
        losesAll: Bool = false, ends: Double = 0, end: String? = nil
    ) {
        self.redrawn = redrawn
        self.merges = merges
        self.lost = lost
        self.losesAll = losesAll
        self.ends = ends
        self.end = end
    }

    var trouble: String? { nil }

    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome] {
        requests.map { request in
            let begun = request.prefix.map(\.text).joined()
            asked.withLock { $0.append((request.index, begun, request.word)) }
            if merges, begun.contains("ca") { return TextOutcome(failure: .retokenised) }
            var outcome = TextOutcome(text: begun)
            outcome.tokens = request.prefix
            var number: UInt32 = 0
            var hasEnded = false
            while outcome.tokens.count < request.maximumTokens {
                let law =
                    outcome.tokens.last.map { Self.next[Character($0.text)]! } ?? Self.first
                let words = RandomStream(seed: request.word, domain: .resample)
                    .words(index: 0, block: number)
                if Double(words.high >> 11) * 0x1p-53 < ends {
                    hasEnded = true
                    break
                }
                let word = words.low
                var place = Double(word >> 11) * 0x1p-53
                var letter: Character = "c"
                for candidate: Character in ["a", "b", "c"] {
                    letter = candidate
                    place -= law[candidate]!
                    if place < 0 { break }
                }
                number += 1
                outcome.tokens.append(.init(String(letter), Kernels.log(law[letter]!)))
                outcome.usage.completionTokens += 1
            }
            let text = outcome.tokens.map(\.text).joined()
            if hasEnded, let end { outcome.tokens.append(.init(end, Kernels.log(ends))) }
            if let lost, losesAll || !begun.isEmpty && text.contains(lost) {
                return TextOutcome(failure: .server)
            }
            outcome.text = text
            outcome.isCut = !hasEnded
            outcome.usage.requests = 1
            outcome.usage.redrawn = redrawn[request.index] ?? 0
            return outcome
        }
    }

    /// A base of its texts.
    func base(tokens: Int, features: [String: String] = ["as": "a"]) throws -> TextBase {
        let list = try features.sorted { $0.key < $1.key }.map {
            TextFeature(name: $0.key, kind: .matches(try Pattern($0.value)))
        }
        return TextBase(
            TextSource(
                endpoints: ["http://127.0.0.1:1/v1"], interface: .completions, model: "",
                prompt: "Say", system: "", contexts: [], maximumTokens: tokens, temperature: 1,
                topP: 1, stop: [], parameters: [], asksProbabilities: true, sendsSeeds: true,
                features: list, price: nil, manners: EndpointManners()), drawer: self)
    }

    /// A formula over its texts.
    static func formula(_ text: String, of base: TextBase) throws -> NamedUtility {
        NamedUtility(
            name: "utility", source: text,
            utility: try Formula.compile(
                text,
                schema: FormulaSchema(dimension: base.dimension, names: base.componentNames)))
    }
}
