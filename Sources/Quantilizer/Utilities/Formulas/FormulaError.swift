// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a formula: where, what was expected, and the nearest valid name.
public struct FormulaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Characters (Unicode scalars) of the source before the mistake.
    public let offset: Int
    /// Characters that are at fault; 0 at the end of the source.
    public let length: Int
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What would have been right there, if that can be said.
    public let expected: String?
    /// What the author may have meant.
    public let suggestion: String?
    /// 1-based line of the source.
    public let line: Int
    /// 1-based character in that line.
    public let column: Int
    /// The line around the mistake, with a caret under it, and what to do: several lines.
    public let rendered: String

    /// `column 7: message; expected …; did you mean …?` on one line.
    public var description: String {
        let place = line == 1 ? "column \(column)" : "line \(line), column \(column)"
        return "\(place): \(sentence)"
    }

    private var sentence: String { Self.sentence(message, expected, suggestion) }

    private static func sentence(
        _ message: String, _ expected: String?, _ suggestion: String?
    ) -> String {
        var text = message
        if let expected { text += "; expected \(expected)" }
        if let suggestion { text += "; did you mean \(suggestion)?" }
        return text
    }
}

/// Bytes of the source text, by UTF-8 offset.
struct FormulaRange: Sendable, Hashable {
    var start: Int
    var end: Int

    /// From the beginning of one to the end of the other.
    func through(_ other: FormulaRange) -> FormulaRange {
        FormulaRange(start: start, end: max(end, other.end))
    }
}

/// A mistake before it is brought to characters, lines and columns.
struct FormulaFault: Error {
    var range: FormulaRange
    var message: String
    var expected: String?
    var suggestion: String?

    init(
        _ range: FormulaRange, _ message: String, expected: String? = nil,
        suggestion: String? = nil
    ) {
        self.range = range
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }
}

extension FormulaError {
    /// The longest piece of a line that is shown.
    private static let windowCharacters = 72

    /// The error of a fault in this source. **Complexity**: O(source).
    init(_ fault: FormulaFault, in source: [UInt8]) {
        let start = min(max(fault.range.start, 0), source.count)
        let end = min(max(fault.range.end, start), source.count)
        let lineStart = source[..<start].lastIndex(of: 10).map { $0 + 1 } ?? 0
        let lineEnd = source[start...].firstIndex(of: 10) ?? source.count
        offset = Self.characters(source[..<start])
        length = Self.characters(source[start..<end])
        line = source[..<lineStart].reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
        column = Self.characters(source[lineStart..<start]) + 1
        message = fault.message
        expected = fault.expected
        suggestion = fault.suggestion
        let text = Array(
            String(decoding: source[lineStart..<lineEnd], as: UTF8.self).unicodeScalars)
        let marks = Self.characters(source[start..<min(end, lineEnd)])
        let heading = line == 1 ? "formula:\(column)" : "formula:\(line):\(column)"
        rendered =
            "\(heading): \(fault.message)\n" + Self.window(text, at: column - 1, marks: marks)
            + (fault.expected.map { "\n  expected \($0)" } ?? "")
            + (fault.suggestion.map { "\n  did you mean \($0)?" } ?? "")
    }

    private static func characters(_ bytes: ArraySlice<UInt8>) -> Int {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.count
    }

    /// The part of the line around the mistake, and the line of carets.
    private static func window(_ text: [Unicode.Scalar], at place: Int, marks: Int) -> String {
        var first = 0
        var last = text.count
        if last > windowCharacters {
            first = max(0, min(place - windowCharacters / 2, last - windowCharacters))
            last = min(last, first + windowCharacters)
        }
        let before = first > 0 ? "…" : ""
        let shown = String(text[first..<last].map(printable))
        let carets = max(1, min(marks, last - place))
        let indent = String(repeating: " ", count: place - first + before.count)
        return "  \(before)\(shown)\(last < text.count ? "…" : "")\n"
            + "  \(indent)^\(String(repeating: "~", count: carets - 1))"
    }

    private static func printable(_ scalar: Unicode.Scalar) -> Character {
        scalar.value < 32 || (127...159).contains(scalar.value) ? " " : Character(scalar)
    }
}
