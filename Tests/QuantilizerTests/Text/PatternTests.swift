// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantilizer

/// Patterns: known counts, the same as Python's `len(re.findall(…, re.ASCII))`, and bounds.
@Suite struct PatternTests {
    @Test(arguments: [
        ("a", "banana", 3.0), ("ana", "banana", 1), ("a*", "baac", 4),
        ("(?i)GOD|lord", "God Lord", 2),
        ("[^aeiou\\s]+", "in the beginning", 6), ("\\bthe\\b", "the other the", 2),
        ("^in", "in in", 1), ("g$", "beginning", 1), ("[a-c]{2,3}", "abcabcab", 3),
        ("(ab|a)(c|bcd)", "abcd", 1), ("a.c", "abc a\nc axc", 2), ("\\d+", "3 men, 14 days", 2),
        ("x{0}", "xx", 3), ("a{2}", "aaaaa", 2), ("(a|b)*?c", "abac", 1),
        ("", "ab", 3), ("[]x]", "]x", 2), ("[a\\]b]", "a]b", 3), ("\\.", "a.b", 1),
        ("é", "été", 2), ("(?i)[x-z]", "XyZ", 3), ("\\Bn", "n nn", 1), ("a+?", "aaa", 3),
    ])
    func countsAreKnown(pattern: String, text: String, count: Double) throws {
        #expect(try Pattern(pattern).count(in: text) == count)
    }

    @Test(arguments: [
        "(", ")", "[a", "*a", "a**b(", "\\q", "(?=a)", "a{3,2}", "a{2000}", "[z-a]", "\\",
        String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
        "((a{1000}){1000}){1000}", String(repeating: "a", count: 5_000),
    ])
    func whatMeansNothingIsRefused(pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    /// Backtracking engines take exponential time for these.
    @Test func nothingTakesForEver() throws {
        let text = String(repeating: "a", count: 20_000)
        let short = String(repeating: "a", count: 300)
        #expect(try Pattern("(a*)*b").count(in: short) == 0)
        #expect(try Pattern("(a|aa)+$").count(in: short) == 1)
        let counted = try Pattern("(x+x+)+y|a.*b").count(in: text)
        #expect(counted.isNaN || counted == 0)
    }
}
