// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

@testable import Quantilizer

/// A wrong formula, where its mistake is, and words of the message and of the remedy.
struct WrongFormula: CustomStringConvertible {
    let source: String
    let offset: Int
    let message: String
    let remedy: String

    init(_ source: String, _ offset: Int, _ message: String, _ remedy: String) {
        self.source = source
        self.offset = offset
        self.message = message
        self.remedy = remedy
    }

    var description: String { source }
}

@Suite struct FormulaErrorTests {
    static let schema = FormulaSchema(dimension: 3, names: ["price", "delay", "my rate"])

    @Test(arguments: [
        // Words.
        WrongFormula("", 0, "empty", "a number, a name"),
        WrongFormula("  \n ", 4, "empty", "a number"),
        WrongFormula("1 $ 2", 2, "`$` (U+24)", ""),
        WrongFormula("1 \u{7} 2", 2, "control character U+7", ""),
        WrongFormula("1 − 2", 2, "`−` (U+2212)", "`-`"),
        WrongFormula("x[0] ≤ 2", 5, "`≤`", "`<=`"),
        WrongFormula("2 × 3", 2, "`×`", "`*`"),
        WrongFormula("x[0]²", 4, "`²`", "`^2`"),
        WrongFormula("x[0] = 1", 5, "`=` is not an operator", "`==`"),
        WrongFormula("2 ** 3", 2, "`**`", "`^`"),
        WrongFormula("1 & 0", 2, "`&`", "`and`"),
        WrongFormula("1 | 0", 2, "`|`", "`or`"),
        WrongFormula("7 // 2", 2, "`//`", "floor(a / b)"),
        WrongFormula("1 <> 2", 2, "`<>`", "`!=`"),
        WrongFormula("1e", 1, "exponent has no digits", "1e-3"),
        WrongFormula("1e+", 1, "exponent has no digits", "1e-3"),
        WrongFormula("1_", 1, "cannot end in _", "a digit"),
        WrongFormula("1__0", 1, "cannot end in _", "a digit"),
        WrongFormula("1.2.3", 3, "goes on wrongly", "a number"),
        WrongFormula("3x[0]", 1, "runs into a name", "`3*x`"),
        WrongFormula("1e999", 0, "too large", "inf"),
        WrongFormula("\"a\"", 0, "U+22", ""),
        WrongFormula("10 %", 4, "ends too early", "a number"),
        // Grammar.
        WrongFormula("1 +", 3, "ends too early", "a number"),
        WrongFormula("* 2", 0, "`*` cannot stand here", "a number"),
        WrongFormula("1 + * 2", 4, "`*` cannot stand here", "a number"),
        WrongFormula("(1 + 2", 0, "`(` is never closed", "`)`"),
        WrongFormula("sin(1", 3, "`(` is never closed", "`,` or `)`"),
        WrongFormula("x[0", 1, "`[` is never closed", "`]`"),
        WrongFormula("1)", 1, "`)` closes nothing", "an operator"),
        WrongFormula("1]", 1, "`]` closes nothing", "an operator"),
        WrongFormula("(1]", 2, "`]` cannot stand here", "`)`"),
        WrongFormula("()", 1, "`)` cannot stand here", "a number"),
        WrongFormula("1 2", 2, "an operator is missing before a number", "`*`"),
        WrongFormula("price delay", 6, "missing before `delay`", "`*`"),
        WrongFormula("2 (3)", 2, "missing before `(`", "`*`"),
        WrongFormula("1, 2", 1, "`,` cannot stand here", "an operator"),
        WrongFormula("1 < 2 < 3", 6, "do not chain", "`a < b and b < c`"),
        WrongFormula("1 ? 2", 2, "`?` is never closed", "`:`"),
        WrongFormula("1 ? 2 ; 3", 6, "`;` is not an operator", "`,`"),
        WrongFormula("1 : 2", 2, "`:` cannot stand here", "an operator"),
        WrongFormula("1 + not 2", 4, "whole comparison", "(not …)"),
        WrongFormula("x[]", 2, "`]` cannot stand here", "a number"),
        WrongFormula("if(1, 2)", 0, "`if` has 2 arguments", "if(condition, then, else)"),
        WrongFormula("min(1,)", 6, "`)` cannot stand here", "a number"),
        // Names.
        WrongFormula("exq(1)", 0, "no function called `exq`", "`exp`"),
        WrongFormula("1 + ln(2)", 4, "no function called `ln`", "`log`"),
        WrongFormula("Sin(2)", 0, "no function called `Sin`", "`sin`"),
        WrongFormula("prcie + 1", 0, "no value called `prcie`", "`price`"),
        WrongFormula("1 + delya", 4, "no value called `delya`", "`delay`"),
        WrongFormula("x1 + 1", 0, "no value called `x1`", "`x[1]`"),
        WrongFormula("x_2", 0, "no value called `x_2`", "`x[2]`"),
        WrongFormula("True", 0, "no value called `True`", "`1`"),
        WrongFormula("zzzzzz", 0, "no value called `zzzzzz`", "`price`, `delay`"),
        WrongFormula("sin + 1", 0, "needs its arguments", "`sin(a)`"),
        WrongFormula("if", 0, "needs its arguments", "if(condition"),
        WrongFormula("price(2)", 0, "a value, not a function", "`*`"),
        WrongFormula("pi(2)", 0, "a value, not a function", "`*`"),
        WrongFormula("sin(1, 2)", 0, "`sin` has 2 arguments", "`sin(a)`"),
        WrongFormula("atan2(1)", 0, "`atan2` has 1 argument", "atan2(y, x)"),
        WrongFormula("clamp(1, 2)", 0, "`clamp` has 2 arguments", "clamp(x, low, high)"),
        WrongFormula("sum()", 0, "`sum` has 0 arguments", "sum(vector)"),
        // Shapes.
        WrongFormula("x", 0, "gives 3 numbers", "sum, mean"),
        WrongFormula("2 * x[0:2] + 1", 0, "gives 2 numbers", "one number"),
        WrongFormula("sum(x[0:2] + x)", 11, "2 and 3 elements", "one length"),
        WrongFormula("dot(x, x[1:])", 0, "3 and 2 elements", "one length"),
        WrongFormula("sum(x > 0 ? x[0:2] : 1)", 10, "3 and 2 elements", "one length"),
        WrongFormula("sum(price)", 4, "needs a vector", "`sum(vector)`"),
        WrongFormula("min(2)", 4, "needs a vector", "min(a, b, …)"),
        WrongFormula("x[3]", 2, "no element 3", "0 to 2"),
        WrongFormula("x[-4]", 2, "no element -4", "-1 to -3"),
        WrongFormula("x[0.5]", 2, "known beforehand", "a whole number"),
        WrongFormula("x[price]", 2, "known beforehand", "a whole number"),
        WrongFormula("x[1e300]", 2, "known beforehand", "a whole number"),
        WrongFormula("x[nan]", 2, "known beforehand", "a whole number"),
        WrongFormula("sum(x[2:2])", 5, "slice is empty", "from before upTo"),
        WrongFormula("sum(x[0:4])", 8, "beyond the vector", "at most 3"),
        WrongFormula("price[0]", 0, "a number has no elements", "`x`"),
        WrongFormula("(x + 1)[0]", 0, "only `x` can be indexed", "a slice"),
    ])
    func saysWhereAndWhat(wrong: WrongFormula) throws {
        let error = try #require(throws: FormulaError.self) {
            try Formula.compile(wrong.source, schema: Self.schema)
        }
        #expect(error.offset == wrong.offset, "\(error.rendered)")
        #expect(error.message.contains(wrong.message), "\(error.rendered)")
        let remedies = "\(error.expected ?? "") \(error.suggestion ?? "")"
        #expect(remedies.contains(wrong.remedy), "\(error.rendered)")
        #expect(error.rendered.contains(error.message))
    }

    @Test func isRenderedUnderTheLine() throws {
        let error = try #require(throws: FormulaError.self) {
            try Formula.compile("price +\n  2 * exq(delay)", schema: Self.schema)
        }
        #expect(
            error.rendered == """
                formula:2:7: there is no function called `exq`
                    2 * exq(delay)
                        ^~~
                  expected a function's name
                  did you mean `exp`?
                """)
        #expect(error.line == 2 && error.column == 7 && error.offset == 14 && error.length == 3)
        #expect(
            error.description
                == "line 2, column 7: there is no function called `exq`; expected a function's name; "
                + "did you mean `exp`?")
    }

    @Test func showsAWindowOfALongLine() throws {
        let terms = Array(repeating: "price", count: 300).joined(separator: " + ")
        let error = try #require(throws: FormulaError.self) {
            try Formula.compile(terms + " + é + " + terms, schema: Self.schema)
        }
        let lines = error.rendered.split(separator: "\n")
        #expect(lines.count >= 3 && lines.allSatisfy { $0.count <= 80 })
        let caret = try #require(lines[2].firstIndex(of: "^"))
        let column = lines[2].distance(from: lines[2].startIndex, to: caret)
        #expect(Array(lines[1])[column] == "é")
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func limitsAreOneClearError() throws
    {
        func error(_ source: String, _ limits: FormulaLimits = .default) throws -> FormulaError {
            try #require(throws: FormulaError.self) {
                try Formula.compile(source, schema: Self.schema, limits: limits)
            }
        }
        let clock = ContinuousClock()
        let start = clock.now
        let huge = try error(String(repeating: "1+", count: 5_000_000) + "1")
        #expect(huge.message == "the formula has 10000001 bytes" && huge.offset == 0)
        #expect(huge.expected == "at most 65536" && huge.rendered.utf8.count < 400)
        for (opening, closing) in [
            ("(", ")"), ("-", ""), ("not ", ""), ("1 ? 1 : ", ""), ("2^", ""),
        ] {
            for depth in [201, 5000, 100_000] {
                let source =
                    String(repeating: opening, count: depth) + "1"
                    + String(repeating: closing, count: depth)
                let message = try error(source).message
                let isLong = source.utf8.count > 65_536
                #expect(message.contains(isLong ? "bytes" : "nested too deeply"))
            }
        }
        var loose = FormulaLimits()
        loose.sourceBytes = 1 << 24
        let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
        #expect(try error(deep, loose).message == "the formula is nested too deeply")
        let many = (0..<30_000).map { "(price+\($0))" }.joined(separator: "*")
        #expect(try error(many, loose).message == "the formula has too many operations")
        let alive = (0..<2000).map { "sin(price+\($0))" }
        let wide = alive.joined(separator: "+") + "+" + alive.reversed().joined(separator: "*")
        #expect(try error(wide, loose).message.contains("intermediate values at once"))
        #expect(clock.now - start < .seconds(60))
    }

    @Test func whatIsJustAllowedRuns() throws {
        let chain = String(repeating: "+x[0]", count: 10_000)
        #expect(try formulaValue("x[1]" + chain, [0.5, 7]) == 5007)
        let nested =
            String(repeating: "(", count: 198) + "x[0]" + String(repeating: ")", count: 198)
        #expect(try formulaValue(nested, [3]) == 3)
        let mixed =
            String(repeating: "1 or 0 and 1 == 1 + 1 * -(", count: 90) + "x[0]"
            + String(repeating: ")", count: 90)
        #expect(try formulaValue(mixed, [3]) == 1)
    }
}
