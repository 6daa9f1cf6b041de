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
        case .completions: members.append(("prompt", .string(request.begun)))
        case .chat:
            var messages: [JSON] = []
            if !request.system.isEmpty { messages.append(message("system", request.system)) }
            messages.append(message("user", request.prompt))
            members.append(("messages", .array(messages)))
        }
        if !source.unsent.contains(.maximumTokens) {
            let left = request.maximumTokens - request.prefix.count
            members.append(("max_tokens", .integer(UInt64(left))))
        }
        if !source.unsent.contains(.temperature) {
            members.append(("temperature", .number(source.temperature)))
        }
        if !source.unsent.contains(.topP) { members.append(("top_p", .number(source.topP))) }
        if !source.stop.isEmpty {
            members.append(("stop", .array(source.stop.map { .string($0) })))
        }
        if source.sendsSeeds { members.append(("seed", .integer(request.seed))) }
        if source.asksProbabilities {
            members.append(
                ("logprobs", source.interface == .chat ? .bool(true) : .integer(1)))
        }
        if !request.prefix.isEmpty { members.append(("echo", .bool(true))) }
        return with(source.parameters, members)
    }

    /// A prompt to be echoed, for its tokens.
    static func echo(_ source: TextSource, _ prompt: String) -> [UInt8] {
        var members: [(String, JSON)] = []
        if !source.model.isEmpty { members.append(("model", .string(source.model))) }
        members += [
            ("prompt", .string(prompt)), ("max_tokens", .integer(1)),
            ("temperature", .integer(0)), ("echo", .bool(true)), ("logprobs", .integer(1)),
        ]
        return Array(JSON.object(members).text().utf8)
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

    static func text(
        _ bytes: [UInt8], _ source: TextSource, _ request: TextRequest
    ) throws(Malformed) -> TextOutcome {
        let answer = try decode(Completion.self, bytes)
        let choice = try answer.choice()
        var outcome = TextOutcome(text: "")
        outcome.usage.promptTokens = answer.usage?.prompt_tokens ?? 0
        outcome.usage.completionTokens = answer.usage?.completion_tokens ?? 0
        outcome.tokenCount = Int(clamping: outcome.usage.completionTokens)
        if let choice, Completion.isWithheld(choice) { return outcome.failed(.withheld) }
        // It is whole, and was paid for: asked again it would be another draw.
        guard let choice, let text = choice.written(source.interface) else {
            return outcome.failed(.wordless)
        }
        guard text.utf8.count <= RecordLimits.textBytes else {
            throw Malformed(words: "an answer with too long a text")
        }
        outcome.text = text
        outcome.isCut = choice.isCut(outcome.tokenCount, of: request.maximumTokens)
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
        outcome.isCut = choice.isCut(outcome.tokens.count, of: request.maximumTokens)
        guard outcome.tokens.count <= RecordLimits.tokens else {
            throw Malformed(words: "an answer of too many tokens")
        }
        guard outcome.tokens.allSatisfy({ $0.logProbability.isFinite }) else {
            throw Malformed(
                failure: .notANumber, words: "a log-probability that is not a number")
        }
        return outcome
    }

    /// The tokens that a prompt is read as.
    static func tokens(_ bytes: [UInt8], prompt: String) throws(Malformed) -> [String] {
        let list = try echoed(bytes).list
        guard let end = list.end(of: prompt, from: 0) else {
            throw Malformed(words: "an echo that is not of its prompt")
        }
        return list[..<end].map(\.text)
    }

    /// A text that was begun, with the rest of it. One whose beginning is not read as the tokens that
    /// it was written in is told apart by its failure.
    static func continued(
        _ bytes: [UInt8], _ request: TextRequest, prompt: [String]
    ) throws(Malformed) -> TextOutcome {
        let (answer, choice, list) = try echoed(bytes)
        if Completion.isWithheld(choice) {
            var outcome = TextOutcome(text: "")
            outcome.usage.promptTokens = answer.usage?.prompt_tokens ?? 0
            outcome.usage.completionTokens = answer.usage?.completion_tokens ?? 0
            return outcome.failed(.withheld)
        }
        let start = prompt.count
        let end = start + request.prefix.count
        var outcome = TextOutcome(text: "")
        outcome.usage.promptTokens = answer.usage?.prompt_tokens ?? UInt64(end)
        outcome.usage.completionTokens =
            answer.usage?.completion_tokens ?? UInt64(max(0, list.count - end))
        guard list.count >= end, list[..<start].map(\.text) == prompt,
            list[start..<end].map(\.text) == request.prefix.map(\.text)
        else {
            outcome.text = nil
            outcome.failure = .retokenised
            return outcome
        }
        let rest = list[end...].map { SampleRecord.Token($0.text, $0.logProbability ?? .nan) }
        guard let whole = choice.text, let text = whole.suffix(behind: request.begun),
            end + rest.count <= RecordLimits.tokens, whole.utf8.count <= RecordLimits.textBytes
        else { throw Malformed(words: "an answer that does not begin with what it continues") }
        guard rest.allSatisfy({ $0.logProbability.isFinite }) else {
            throw Malformed(
                failure: .notANumber, words: "a log-probability that is not a number")
        }
        outcome.text = request.prefix.map(\.text).joined() + text
        outcome.tokens = request.prefix + rest
        outcome.tokenCount = outcome.tokens.count
        outcome.isCut = choice.isCut(outcome.tokens.count, of: request.maximumTokens)
        return outcome
    }

    private static func echoed(
        _ bytes: [UInt8]
    ) throws(Malformed) -> (answer: Completion, choice: Completion.Choice, list: [EchoedToken]) {
        let answer = try decode(Completion.self, bytes)
        guard let choice = try answer.choice(), let tokens = choice.logprobs?.tokens,
            let logs = choice.logprobs?.token_logprobs, tokens.count == logs.count
        else {
            throw Malformed(
                words:
                    "it does not echo a prompt with its log-probabilities, which continuing a text "
                    + "needs")
        }
        return (answer, choice, zip(tokens, logs).map { EchoedToken(text: $0, logProbability: $1) })
    }

    /// The log-probability of what stands behind a prefix, and the tokens that were read.
    static func judged(
        _ bytes: [UInt8], prefix: String, continuation: String
    ) throws(Malformed) -> (score: Double, tokens: UInt64) {
        let answer = try decode(Completion.self, bytes)
        guard let list = try answer.choice()?.logprobs, let tokens = list.tokens,
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

    /// A score for each text; one that is no number is NaN, and the others are what they are.
    static func scores(_ bytes: [UInt8], count: Int) throws(Malformed) -> [Double] {
        let answer: JSON
        do throws(JSONFault) {
            answer = try JSON(parsing: bytes)
        } catch {
            throw Malformed(words: "an answer that makes no sense: \(error)")
        }
        guard case .array(let scores)? = answer["scores"] else {
            throw Malformed(words: "an answer without `scores`")
        }
        guard scores.count == count else {
            throw Malformed(words: "\(scores.count) scores of \(count) texts")
        }
        return scores.map(\.sampleResult)
    }
}

/// A token of an echo.
struct EchoedToken: Sendable {
    var text: String
    /// Of the first there is none.
    var logProbability: Double?
}

extension [EchoedToken] {
    /// Where the tokens that spell a text end; nil where none ends there. What stands for the beginning
    /// of a text is passed over.
    func end(of text: String, from start: Int) -> Int? {
        for first in [start, start + 1] where first < count {
            var rest = text.unicodeScalars[...]
            var place = first
            while !rest.isEmpty, place < count,
                rest.starts(with: self[place].text.unicodeScalars)
            {
                rest = rest.dropFirst(self[place].text.unicodeScalars.count)
                place += 1
            }
            if rest.isEmpty { return place }
        }
        return nil
    }
}

extension String {
    /// What stands behind a beginning; nil where it is none.
    fileprivate func suffix(behind beginning: String) -> String? {
        guard utf8.starts(with: beginning.utf8) else { return nil }
        return String(Substring(utf8.dropFirst(beginning.utf8.count)))
    }
}

extension TextOutcome {
    /// The same without a text, for a reason.
    fileprivate func failed(_ failure: RecordFailure) -> TextOutcome {
        var outcome = self
        outcome.text = nil
        outcome.failure = failure
        return outcome
    }
}

extension TextRequest {
    /// What the endpoint is sent: the prompt and the beginning of the text.
    var begun: String { prompt + prefix.map(\.text).joined() }

    /// What there is of it already.
    var whole: TextOutcome {
        guard isWhole else { return TextOutcome(failure: .unreachable) }
        var outcome = TextOutcome(text: prefix.map(\.text).joined())
        outcome.tokens = prefix
        outcome.tokenCount = prefix.count
        return outcome
    }

    /// Its name in the journal. Of a continuation the beginning has a say: elsewhere another one may
    /// have been drawn.
    var key: TextJournal.Key {
        TextJournal.Key(
            index: index,
            word: prefix.isEmpty ? word : word ^ TextJournal.digest(of: prefix))
    }
}
