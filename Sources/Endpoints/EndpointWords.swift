// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer

/// What endpoints are sent and what they answer, as JSON.
enum EndpointWords {
    // MARK: Requests

    static func request(_ source: TextSource, _ request: TextRequest) -> [UInt8] {
        var members: [(String, JSON)] = []
        if !source.model.isEmpty { members.append(("model", .string(source.model))) }
        switch source.interface {
        case .completions: members.append(("prompt", .string(request.prompt)))
        case .chat:
            var messages: [JSON] = []
            if !request.system.isEmpty { messages.append(message("system", request.system)) }
            messages.append(message("user", request.prompt))
            members.append(("messages", .array(messages)))
        }
        members += [
            ("max_tokens", .integer(UInt64(source.maximumTokens))),
            ("temperature", .number(source.temperature)), ("top_p", .number(source.topP)),
        ]
        if !source.stop.isEmpty {
            members.append(("stop", .array(source.stop.map { .string($0) })))
        }
        if source.sendsSeeds { members.append(("seed", .integer(request.seed))) }
        if source.asksProbabilities {
            members.append(
                ("logprobs", source.interface == .chat ? .bool(true) : .integer(1)))
        }
        return with(source.parameters, members)
    }

    private static func message(_ role: String, _ content: String) -> JSON {
        .object([("role", .string(role)), ("content", .string(content))])
    }

    /// Parameters come as JSON text already.
    private static func with(
        _ parameters: [TextSource.Parameter], _ members: [(String, JSON)]
    ) -> [UInt8] {
        var text = JSON.object(members).text()
        text.removeLast()
        for parameter in parameters {
            text += ",\(JSON.string(parameter.name).text()):\(parameter.json)"
        }
        return Array((text + "}").utf8)
    }

    /// A prompt to be echoed with its log-probabilities. One token is asked for: none means as many as
    /// there is room for to some servers.
    static func judgement(_ judge: JudgeSource, prefix: String) -> [UInt8] {
        var members: [(String, JSON)] = []
        if !judge.model.isEmpty { members.append(("model", .string(judge.model))) }
        members += [
            ("prompt", .string(prefix + judge.continuation)), ("max_tokens", .integer(1)),
            ("temperature", .integer(0)), ("echo", .bool(true)), ("logprobs", .integer(1)),
        ]
        return Array(JSON.object(members).text().utf8)
    }

    static func scoring(_ samples: [(text: String, context: String)]) -> [UInt8] {
        let list = samples.map { sample in
            JSON.object([("text", .string(sample.text)), ("context", .string(sample.context))])
        }
        return Array(JSON.object([("samples", .array(list))]).text().utf8)
    }

    // MARK: Answers

    private struct Completion: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable { var content: String? }
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
        }
        struct Usage: Decodable {
            var prompt_tokens: UInt64?
            var completion_tokens: UInt64?
        }
        var choices: [Choice]
        var usage: Usage?
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) throws(Malformed) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let text = String(decoding: bytes.prefix(1 << 20), as: UTF8.self)
            let shown = text.prefix(80).filter { !$0.isNewline }
            // JSON has no such numbers, and some servers write them all the same.
            if text.contains("NaN") || text.contains("Infinity") {
                throw Malformed(failure: .notANumber, words: "a number that is none: \(shown)")
            }
            throw Malformed(words: "an answer that makes no sense: \(shown)")
        }
    }

    static func text(_ bytes: [UInt8], _ source: TextSource) throws(Malformed) -> TextOutcome {
        let answer = try decode(Completion.self, bytes)
        guard let choice = answer.choices.first,
            let text = source.interface == .chat ? choice.message?.content : choice.text,
            text.utf8.count <= RecordLimits.textBytes
        else { throw Malformed(words: "an answer without a text, or with too long a one") }
        var outcome = TextOutcome(text: text)
        outcome.usage.promptTokens = answer.usage?.prompt_tokens ?? 0
        outcome.usage.completionTokens = answer.usage?.completion_tokens ?? 0
        outcome.tokenCount = Int(clamping: outcome.usage.completionTokens)
        guard source.asksProbabilities else { return outcome }
        let list = choice.logprobs
        if let content = list?.content {
            outcome.tokens = content.map { .init($0.token, $0.logprob ?? .nan) }
        } else if let tokens = list?.tokens, let logs = list?.token_logprobs,
            tokens.count == logs.count
        {
            outcome.tokens = zip(tokens, logs).map { .init($0, $1 ?? .nan) }
        } else if !text.isEmpty {
            throw Malformed(
                words: "it tells no log-probabilities; a job without them says `logprobs: false`")
        }
        guard outcome.tokens.count <= RecordLimits.tokens else {
            throw Malformed(words: "an answer of too many tokens")
        }
        guard outcome.tokens.allSatisfy({ $0.logProbability.isFinite }) else {
            throw Malformed(
                failure: .notANumber, words: "a log-probability that is not a number")
        }
        return outcome
    }

    /// The log-probability of what stands behind a prefix, and the tokens that were read.
    static func judged(
        _ bytes: [UInt8], prefix: String, continuation: String
    ) throws(Malformed) -> (score: Double, tokens: UInt64) {
        let answer = try decode(Completion.self, bytes)
        guard let list = answer.choices.first?.logprobs, let tokens = list.tokens,
            let logs = list.token_logprobs, tokens.count == logs.count
        else { throw Malformed(words: "the judge does not echo a prompt's log-probabilities") }
        let start = prefix.unicodeScalars.count
        let end = start + continuation.unicodeScalars.count
        var offset = 0
        var sum = 0.0
        var found = 0
        for (place, token) in tokens.enumerated() {
            if let said = list.text_offset, place < said.count { offset = said[place] }
            let next = offset + token.unicodeScalars.count
            // A token that begins before the continuation and ends inside is part of it.
            if next > start, offset < end {
                guard let log = logs[place], log.isFinite else {
                    throw Malformed(
                        failure: .notANumber, words: "a log-probability that is not a number")
                }
                sum += log
                found += 1
            }
            offset = next
        }
        guard found > 0 else {
            throw Malformed(words: "the judge's echo ends before the continuation")
        }
        return (sum, answer.usage?.prompt_tokens ?? UInt64(tokens.count))
    }

    private struct Scores: Decodable { var scores: [Double?] }

    static func scores(_ bytes: [UInt8], count: Int) throws(Malformed) -> [Double] {
        let answer = try decode(Scores.self, bytes)
        guard answer.scores.count == count else {
            throw Malformed(words: "\(answer.scores.count) scores of \(count) texts")
        }
        return answer.scores.map { $0 ?? .nan }
    }
}
