// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Endpoints
@testable import Quantilizer

/// What endpoints say, and when they are asked.
@Suite struct WordsTests {
    /// Tokens that straddle the boundary count whole; what stands behind the continuation does not.
    @Test func aJudgementSumsTheContinuation() throws {
        let answer = """
            {"choices": [{"text": "", "logprobs": {"tokens": ["Is", " it", "? y", "es", "!"],
              "token_logprobs": [null, -1.5, -2.0, -0.25, -9], "text_offset": [0, 2, 5, 8, 10]}}],
             "usage": {"prompt_tokens": 4}}
            """
        let judged = try EndpointWords.judged(
            Array(answer.utf8), prefix: "Is it?", continuation: " yes")
        #expect(judged.score == -2.25 && judged.tokens == 4)
        // The same without offsets.
        let plain = answer.replacingOccurrences(of: ", \"text_offset\": [0, 2, 5, 8, 10]", with: "")
        #expect(
            try EndpointWords.judged(Array(plain.utf8), prefix: "Is it?", continuation: " yes")
                .score == -2.25)
        #expect(throws: Malformed.self) {
            try EndpointWords.judged(
                Array(answer.utf8), prefix: "Is it? yes!", continuation: " more")
        }
    }

    @Test(arguments: ["", "{", "[]", "{\"choices\": []}", "{\"choices\": [{\"text\": null}]}"])
    func nonsenseIsMalformed(answer: String) {
        #expect(throws: Malformed.self) { try EndpointWords.scores(Array(answer.utf8), count: 1) }
        #expect(throws: Malformed.self) {
            try EndpointWords.judged(Array(answer.utf8), prefix: "", continuation: "a")
        }
    }

    @Test func retryAfterIsSecondsOrADate() {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(RetryAfter.seconds("7", now: now) == 7)
        #expect(RetryAfter.seconds(" 0.5 ", now: now) == 0.5)
        #expect(RetryAfter.seconds("Tue, 14 Nov 2023 22:13:40 GMT", now: now) == 20)
        #expect(RetryAfter.seconds("Tue, 14 Nov 2023 22:13:00 GMT", now: now) == 0)
        // RFC 850's form, that of C's asctime, and years of two digits.
        #expect(RetryAfter.seconds("Tuesday, 14-Nov-23 22:13:40 GMT", now: now) == 20)
        #expect(RetryAfter.seconds("Tue Nov 14 22:13:40 2023", now: now) == 20)
        #expect(RetryAfter.seconds("Fri Dec  1 22:13:20 2023", now: now) == 1_468_800)
        #expect(RetryAfter.seconds("Friday, 01-Dec-23 22:13:20 GMT", now: now) == 1_468_800)
        #expect(RetryAfter.seconds("Sunday, 06-Nov-94 08:49:37 GMT", now: now) == 0)
        for text in [
            "Tue, 14 Nov 2023 22:13:40 CET", "Tue, 32 Nov 2023 22:13:40 GMT",
            "Tue Nov 14 22:13 2023",
            "Tue, 14 Foo 2023 22:13:40 GMT", "0x10", "1e3", "inf", "nan", "", ".",
        ] {
            #expect(RetryAfter.seconds(text, now: now) == nil, "\(text)")
        }
        #expect(RetryAfter.seconds("-3", now: now) == nil)
        #expect(RetryAfter.seconds("soon", now: now) == nil)
    }

    private func source(_ interface: TextSource.Interface, logprobs: Bool = false) -> TextSource {
        TextSource(
            endpoints: ["http://a/v1"], interface: interface, model: "m", prompt: "Say:",
            system: "",
            contexts: [], maximumTokens: 16, temperature: 0.5, topP: 0.9, stop: [], parameters: [],
            asksProbabilities: logprobs, sendsSeeds: true, features: [], price: nil,
            manners: EndpointManners())
    }

    private let request = TextRequest(
        index: 0, word: 1, context: 0, contextText: "", prompt: "Say:", system: "",
        maximumTokens: 16)

    /// Whole answers: what is their text, or why they have none. Nothing of it is asked for again.
    @Test(
        arguments: [
            (#"{"content": " kind"}"#, "stop", " kind", nil),
            (#"{"content": ""}"#, "stop", "", nil),
            (#"{"content": null, "reasoning_content": "hm"}"#, "length", nil, .wordless),
            (#"{"content": "", "reasoning": "hm"}"#, "length", nil, .wordless),
            (#"{"content": ""}"#, "length", nil, .wordless),
            (#"{"content": null, "refusal": "I must not."}"#, "stop", nil, .wordless),
            (#"{"content": null, "tool_calls": [{"id": "1"}]}"#, "tool_calls", nil, .wordless),
            (#"{}"#, "stop", nil, .wordless),
            (#"{"content": []}"#, "stop", nil, .wordless),
            (#"{"content": [{"type": "image", "text": 3}]}"#, "stop", nil, .wordless),
            (
                #"{"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": " ki"}, {"type": "text", "text": "nd"}]}"#,
                "stop", " kind", nil
            ),
            (#"{"content": ""}"#, "content_filter", nil, .withheld),
            (#"{"content": " ki"}"#, "content_filter", nil, .withheld),
            (#"{"content": " ki"}"#, "SAFETY", nil, .withheld),
        ] as [(String, String, String?, RecordFailure?)])
    func aWholeAnswerIsFinal(
        message: String, reason: String, text: String?, failure: RecordFailure?
    ) throws {
        let answer = """
            {"choices": [{"index": 0, "finish_reason": "\(reason)", "message": \(message)}],
             "usage": {"prompt_tokens": 4, "completion_tokens": 16}}
            """
        let outcome = try EndpointWords.text(Array(answer.utf8), source(.chat), request)
        #expect(outcome.text == text && outcome.failure == failure, "\(message)")
        #expect(outcome.usage.completionTokens == 16, "it was paid for")
    }

    @Test func noChoiceIsNoText() throws {
        for source in [source(.chat), source(.completions)] {
            let outcome = try EndpointWords.text(
                Array(#"{"choices": [], "usage": {"prompt_tokens": 3}}"#.utf8), source, request)
            #expect(outcome.failure == .wordless && outcome.usage.promptTokens == 3)
        }
    }

    /// An error with a good status counts as the status that it should have had; half a text is none.
    @Test(
        arguments: [
            (#"{"error": {"message": "upstream", "code": 502}}"#, 502),
            (#"{"error": {"message": "slow down", "code": "429"}, "choices": []}"#, 429),
            (#"{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}"#, 429),
            (#"{"error": {"message": "too long", "code": 400}}"#, 400),
            (#"{"error": "out of memory"}"#, 500),
            (
                #"{"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "u"}, "message": {"content": ""}}]}"#,
                502
            ),
            (#"{"choices": [{"finish_reason": "error", "message": {"content": ""}}]}"#, 500),
            (#"{"choices": [{"finish_reason": "abort", "message": {"content": " ki"}}]}"#, 500),
        ])
    func anErrorWithAGoodStatusIsAnError(answer: String, status: Int) {
        let error = #expect(throws: Malformed.self) {
            try EndpointWords.text(Array(answer.utf8), source(.chat), request)
        }
        #expect(error?.status == status && error?.failure == .server)
        // Judges are no better.
        let other = #expect(throws: Malformed.self) {
            try EndpointWords.judged(Array(answer.utf8), prefix: "a", continuation: "b")
        }
        #expect(other?.status == status)
    }

    /// What stays garbled is garbled, and asked for again.
    @Test(arguments: ["{}", "{\"choices\": 3}", "{\"choices\": [{\"message\": {\"content\": 3}}]}"])
    func aGarbledAnswerIsMalformed(answer: String) {
        let error = #expect(throws: Malformed.self) {
            try EndpointWords.text(Array(answer.utf8), source(.chat), request)
        }
        #expect(error?.status == nil && error?.failure == .malformed)
    }

    @Test func whatIsNullIsNotSent() {
        var source = source(.chat)
        func sent() -> String {
            String(decoding: EndpointWords.request(source, request), as: UTF8.self)
        }
        for name in ["max_tokens", "temperature", "top_p"] {
            #expect(sent().contains("\"\(name)\":"))
        }
        let before = source.identity
        source.unsent = [.maximumTokens, .topP]
        #expect(!sent().contains("max_tokens") && !sent().contains("top_p"))
        #expect(sent().contains("\"temperature\":0.5"))
        #expect(source.identity != before, "other texts, other journal")
    }

    /// A score that is no number is its text's business, not its batch's.
    @Test func scoresAreReadOneByOne() throws {
        let scores = try EndpointWords.scores(
            Array(#"{"scores": [1, NaN, null, Infinity, true, -2.5]}"#.utf8), count: 6)
        #expect(scores[0] == 1 && scores[5] == -2.5)
        #expect(scores[1...4].count { $0.isNaN } == 4)
    }

    @Test func theLongestKeyRuleIsUsed() throws {
        let keys = try EndpointKeys(
            text: "# ours\nhttps://a.example/v1 one\n\nhttps://a.example/v1/special/ two\n")
        #expect(keys.key(for: "https://a.example/v1") == "one")
        #expect(keys.key(for: "https://a.example/v1/special") == "two")
        #expect(keys.key(for: "https://a.example/v10") == nil)
        #expect(throws: EndpointKeyError.self) { try EndpointKeys(text: "https://a.example") }
    }

    @Test func aGateLimitsAndPauses() {
        let gate = EndpointGate(concurrency: 2, rate: nil)
        let manners = EndpointManners()
        func enter(_ urls: [String]) -> String? {
            if case .go(let url) = gate.enter(urls, manners) { url } else { nil }
        }
        #expect(enter(["a", "b"]) == "a")
        #expect(enter(["a", "b"]) == "b")
        #expect(enter(["a"]) == "a")
        #expect(enter(["a"]) == nil)
        gate.leave("a")
        gate.pause("a", seconds: 3_600)
        #expect(enter(["a"]) == nil)
        #expect(enter(["a", "b"]) == "b")
    }
}
