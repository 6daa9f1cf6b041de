// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

@testable import Endpoints

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
        #expect(RetryAfter.seconds("-3", now: now) == nil)
        #expect(RetryAfter.seconds("soon", now: now) == nil)
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
