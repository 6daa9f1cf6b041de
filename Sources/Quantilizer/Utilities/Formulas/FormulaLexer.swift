// SPDX-License-Identifier: Apache-2.0

/// A word of a formula.
enum FormulaToken: Sendable, Equatable {
    case number(Double)
    case name(String)
    case symbol(FormulaSymbol)
    case end
}

/// Operators and brackets, and the words that are operators.
enum FormulaSymbol: String, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and
    case or
    case not
    case exclamation = "!"
    case question = "?"
    case colon = ":"
    case comma = ","
    case open = "("
    case close = ")"
    case openIndex = "["
    case closeIndex = "]"
}

/// Cuts a formula into words, one at a time.
///
/// **Complexity**: O(bytes) over the whole source, no look-back.
struct FormulaLexer {
    let source: [UInt8]
    private var position = 0

    init(_ source: [UInt8]) { self.source = source }

    /// The next word and where it stands; `.end` for ever after the last.
    mutating func next() throws(FormulaFault) -> (token: FormulaToken, range: FormulaRange) {
        while position < source.count, [9, 10, 13, 32].contains(source[position]) { position += 1 }
        let start = position
        guard start < source.count else { return (.end, FormulaRange(start: start, end: start)) }
        let byte = source[start]
        let token: FormulaToken
        if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && Self.isDigit(peek(1))) {
            token = .number(try number())
        } else if Self.isLetter(byte) || length(of: FormulaNames.canBegin) > 0 {
            token = word()
        } else {
            token = .symbol(try symbol())
        }
        return (token, FormulaRange(start: start, end: position))
    }

    private func peek(_ ahead: Int) -> UInt8 {
        position + ahead < source.count ? source[position + ahead] : 0
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    /// Bytes of the character here beyond ASCII, where names may have it; else 0.
    private func length(of isAllowed: (Unicode.Scalar) -> Bool) -> Int {
        guard peek(0) >= 0x80 else { return 0 }
        var bytes = source[position..<min(position + 4, source.count)].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes), isAllowed(scalar) else {
            return 0
        }
        return UTF8.width(scalar)
    }

    private mutating func word() -> FormulaToken {
        let start = position
        while true {
            let length = length(of: FormulaNames.canGoOn)
            guard length > 0 || Self.isLetter(peek(0)) || Self.isDigit(peek(0)) else { break }
            position += max(1, length)
        }
        let text = String(decoding: source[start..<position], as: UTF8.self)
        switch text {
        case "and": return .symbol(.and)
        case "or": return .symbol(.or)
        case "not": return .symbol(.not)
        default: return .name(text)
        }
    }

    private mutating func digits(into text: inout [UInt8]) throws(FormulaFault) {
        var last: UInt8 = 0
        while true {
            let byte = peek(0)
            if Self.isDigit(byte) {
                text.append(byte)
            } else if byte != 95 || !Self.isDigit(last) {
                break
            }
            last = byte
            position += 1
        }
        if last == 95 {
            throw FormulaFault(
                FormulaRange(start: position - 1, end: position),
                "a number cannot end in _", expected: "a digit after _")
        }
    }

    private mutating func number() throws(FormulaFault) -> Double {
        let start = position
        var text: [UInt8] = []
        try digits(into: &text)
        if text.isEmpty { text.append(48) }
        if peek(0) == UInt8(ascii: ".") {
            position += 1
            text.append(46)
            let whole = text.count
            try digits(into: &text)
            if text.count == whole { text.append(48) }
        }
        if peek(0) | 32 == UInt8(ascii: "e") {
            let exponent = position
            position += 1
            text.append(101)
            if peek(0) == 43 || peek(0) == 45 {
                text.append(peek(0))
                position += 1
            }
            let before = text.count
            try digits(into: &text)
            if text.count == before {
                throw FormulaFault(
                    FormulaRange(start: exponent, end: position),
                    "the number's exponent has no digits", expected: "digits, as in 1e-3")
            }
        }
        try endOfNumber(start)
        let range = FormulaRange(start: start, end: position)
        guard let value = Double(String(decoding: text, as: UTF8.self)) else {
            throw FormulaFault(range, "not a number", expected: "a number, as in 1e-3")
        }
        guard value.isFinite else {
            throw FormulaFault(
                range, "the number is too large for 64 bits",
                expected: "at most 1.7976931348623157e308, or inf")
        }
        return value
    }

    /// A number must not run into a word or another number.
    private mutating func endOfNumber(_ start: Int) throws(FormulaFault) {
        let byte = peek(0)
        guard Self.isLetter(byte) || byte == UInt8(ascii: ".") else { return }
        let number = String(decoding: source[start..<position], as: UTF8.self)
        let at = position
        while Self.isLetter(peek(0)) || Self.isDigit(peek(0)) || peek(0) == 46 { position += 1 }
        let rest = String(decoding: source[at..<position], as: UTF8.self)
        let range = FormulaRange(start: at, end: position)
        if Self.isLetter(byte), byte != 95, number.utf8.count + rest.utf8.count < 40 {
            throw FormulaFault(
                range, "a number runs into a name", expected: "an operator between them",
                suggestion: "`\(number)*\(rest)`")
        }
        throw FormulaFault(range, "the number goes on wrongly", expected: "a number, as in 1e-3")
    }

    private mutating func symbol() throws(FormulaFault) -> FormulaSymbol {
        let byte = peek(0)
        let two = String(decoding: [byte, peek(1)], as: UTF8.self)
        let start = position
        position += 2
        switch two {
        case "<=": return .lessOrEqual
        case ">=": return .greaterOrEqual
        case "==": return .equal
        case "!=": return .notEqual
        case "&&": return .and
        case "||": return .or
        case "**": throw replaced(start, 2, "`^` (power)")
        case "=<": throw replaced(start, 2, "`<=`")
        case "=>": throw replaced(start, 2, "`>=`")
        case "<>": throw replaced(start, 2, "`!=`")
        case "//": throw replaced(start, 2, "`floor(a / b)`")
        default: position = start + 1
        }
        let one = String(decoding: [byte], as: UTF8.self)
        if let symbol = FormulaSymbol(rawValue: one) { return symbol }
        switch one {
        case "=": throw replaced(start, 1, "`==` (comparison)")
        case "&": throw replaced(start, 1, "`and`")
        case "|": throw replaced(start, 1, "`or`")
        case "~": throw replaced(start, 1, "`not`")
        case "{": throw replaced(start, 1, "`(`")
        case "}": throw replaced(start, 1, "`)`")
        case ";": throw replaced(start, 1, "`,`")
        default: throw stray(start)
        }
    }

    private func replaced(_ start: Int, _ length: Int, _ by: String) -> FormulaFault {
        let text = String(decoding: source[start..<start + length], as: UTF8.self)
        return FormulaFault(
            FormulaRange(start: start, end: start + length), "`\(text)` is not an operator here",
            suggestion: by)
    }

    /// A character that has no place in a formula; the usual look-alikes say what they stand for.
    private func stray(_ start: Int) -> FormulaFault {
        var end = start + 1
        while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
        let text = String(decoding: source[start..<end], as: UTF8.self)
        let meant: [String: String] = [
            "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/",
            "≤": "<=", "≥": ">=", "≠": "!=", "²": "^2", "³": "^3", "∞": "inf",
            "√": "sqrt", "∑": "sum", "∧": "and", "∨": "or",
            "¬": "not", "（": "(", "）": ")", "，": ",",
        ]
        let scalar = text.unicodeScalars.first?.value ?? 0
        let code = String(scalar, radix: 16, uppercase: true)
        let named =
            scalar < 33 || scalar == 127 || text == "\u{FFFD}"
            ? "the control character U+\(code)" : "the character `\(text)` (U+\(code))"
        return FormulaFault(
            FormulaRange(start: start, end: end), "\(named) cannot stand in a formula",
            suggestion: meant[text].map { "`\($0)`" })
    }
}
