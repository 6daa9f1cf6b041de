// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer

/// An answer of a completions or chat endpoint, as far as it is looked at.
struct Completion: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable {
            var content: Content?
            var refusal: String?
            var reasoning_content: String?
            var reasoning: String?
        }
        struct Probabilities: Decodable {
            struct Token: Decodable {
                var token: String
                var logprob: Double?
            }
            var tokens: [String]?
            var token_logprobs: [Double?]?
            var text_offset: [Int]?
            var content: [Token]?
        }
        var text: String?
        var message: Message?
        var logprobs: Probabilities?
        var finish_reason: String?
        var error: Fault?

        /// Whether it ended only because it had as many tokens as it might have.
        func isCut(_ tokens: Int, of most: Int) -> Bool {
            finish_reason.map { $0 == "length" } ?? (tokens >= most)
        }
    }
    struct Usage: Decodable {
        var prompt_tokens: UInt64?
        var completion_tokens: UInt64?
    }
    var choices: [Choice]?
    var usage: Usage?
    var error: Fault?
}

extension Completion {
    /// What was written: a text, or parts of which some are texts.
    struct Content: Decodable {
        private struct Part: Decodable {
            private enum Key: String, CodingKey { case type, text }
            /// Parts of other kinds have anything under `text`.
            let text: String?

            init(from decoder: any Decoder) throws {
                let fields = try decoder.container(keyedBy: Key.self)
                let kind = try fields.decodeIfPresent(String.self, forKey: .type) ?? "text"
                text =
                    ["text", "output_text"].contains(kind)
                    ? try fields.decodeIfPresent(String.self, forKey: .text) : nil
            }
        }

        /// All texts one behind the other; nil where there is none.
        let text: String?

        init(from decoder: any Decoder) throws {
            do {
                var parts = try decoder.unkeyedContainer()
                var texts: [String] = []
                while !parts.isAtEnd {
                    if let text = try parts.decode(Part.self).text { texts.append(text) }
                }
                text = texts.isEmpty ? nil : texts.joined()
            } catch DecodingError.typeMismatch {
                text = try decoder.singleValueContainer().decode(String.self)
            }
        }
    }

    /// An error that came with a good status: an object with a message and a code, or words.
    struct Fault: Decodable {
        private enum Key: String, CodingKey { case message, code }
        /// What it says.
        let words: String
        /// The status that it would have had, 500 where it names none.
        let status: Int

        init(from decoder: any Decoder) throws {
            let fields: KeyedDecodingContainer<Key>
            do {
                fields = try decoder.container(keyedBy: Key.self)
            } catch DecodingError.typeMismatch {
                words = try decoder.singleValueContainer().decode(String.self)
                status = 500
                return
            }
            words = try fields.decodeIfPresent(String.self, forKey: .message) ?? "an error"
            var code: Int?
            do {
                code = try fields.decodeIfPresent(Int.self, forKey: .code)
            } catch DecodingError.typeMismatch {
                // Some name it, as `rate_limit_exceeded`.
                let name = try fields.decode(String.self, forKey: .code)
                code = Int(name) ?? (name.contains("rate_limit") ? 429 : nil)
            }
            status = code.flatMap { (400...599).contains($0) ? $0 : nil } ?? 500
        }
    }

    /// Reasons to end that are the endpoint's failure, and leave half a text.
    private static let breaks = ["abort", "aborted", "cancelled", "canceled", "error"]
    /// Reasons to end that say that a text, or a part of it, is withheld.
    private static let filters = [
        "content_filter", "content-filter", "safety", "recitation", "blocklist",
        "prohibited_content", "refusal",
    ]

    /// The first choice; nil where there is none.
    ///
    /// - Throws: what the endpoint failed with, though its status was a good one.
    func choice() throws(Malformed) -> Choice? {
        if let error { throw Malformed(error) }
        guard let choices else { throw Malformed(words: "an answer without `choices`") }
        guard let choice = choices.first else { return nil }
        if let error = choice.error { throw Malformed(error) }
        if let reason = choice.finish_reason, Self.breaks.contains(reason.lowercased()) {
            throw Malformed(
                failure: .server, status: 500, words: "it broke off (finish_reason `\(reason)`)")
        }
        return choice
    }

    /// Whether the text, or a part of it, is withheld.
    static func isWithheld(_ choice: Choice) -> Bool {
        choice.finish_reason.map { filters.contains($0.lowercased()) } ?? false
    }
}

extension Completion.Choice {
    /// What was written; nil where the answer is whole and nothing was, as where a budget of tokens
    /// is used up by reasoning, a tool is called, or the model refuses in a place apart.
    func written(_ interface: TextSource.Interface) -> String? {
        guard let text = interface == .chat ? message?.content?.text : text else { return nil }
        guard text.isEmpty else { return text }
        func has(_ words: String?) -> Bool { !(words ?? "").isEmpty }
        if has(message?.refusal) || has(message?.reasoning_content) || has(message?.reasoning) {
            return nil
        }
        switch finish_reason {
        case "tool_calls", "function_call": return nil
        case "length":
            // Tokens that are told may be half a character.
            let told = logprobs?.content?.count ?? logprobs?.tokens?.count ?? 0
            return told > 0 ? text : nil
        default: return text
        }
    }
}

extension Malformed {
    fileprivate init(_ fault: Completion.Fault) {
        self.init(
            failure: .server, status: fault.status,
            words: "an error with a good status: \(fault.words.prefix(300))")
    }
}
