// SPDX-License-Identifier: Apache-2.0

/// Bytes that are no JSON value.
public struct JSONFault: Error, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// The byte where it is wrong, from 0.
    public let offset: Int

    /// The message and the place.
    public var description: String { "\(message) at byte \(offset + 1)" }
}

extension JSON {
    /// Reads one value, whoever sent it: any bytes may come.
    ///
    /// Beside what RFC 8259 has it takes the bare words `NaN`, `Infinity` and `-Infinity`, which
    /// Python and others write. A number too large for a double is infinite. An object that has a key
    /// twice is refused: readers differ in which one they take.
    ///
    /// **Complexity**: O(bytes).
    ///
    /// - Throws: ``JSONFault`` with the place of the first thing that is not JSON.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONFault) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.document()
    }

    /// A result of a function from outside: a finite number as it is, the texts `"inf"` and `"-inf"`
    /// as what they say, and NaN for all else, which is that sample's business alone.
    public var sampleResult: Double {
        switch self {
        case .number(let value): value.isFinite ? value : .nan
        case .integer(let value): Double(value)
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        case .null, .bool, .string, .array, .object: .nan
        }
    }
}

/// Goes through the bytes once, with one level of calls for each level of nesting.
private struct JSONParser {
    static let depth = 128
    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ message: String) -> JSONFault {
        JSONFault(message: message, offset: place)
    }

    private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while let byte, byte == 32 || (9...10).contains(byte) || byte == 13 { place += 1 }
    }

    mutating func document() throws(JSONFault) -> JSON {
        let value = try value(depth: 0)
        skipBlanks()
        guard byte == nil else { throw fault("something stands behind the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSON {
        guard depth < Self.depth else { throw fault("nested too deep") }
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .string(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
        case UInt8(ascii: "-")
        where place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "I"):
            return try word("-Infinity", .number(-.infinity))
        case nil: throw fault("it ends too early")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONFault) -> JSON {
        guard bytes[place...].starts(with: word.utf8) else { throw fault("an unknown word") }
        place += word.utf8.count
        return value
    }

    private mutating func digits() -> Int {
        let start = place
        while let byte, (48...57).contains(byte) { place += 1 }
        return place - start
    }

    private mutating func number() throws(JSONFault) -> JSON {
        let start = place
        if byte == UInt8(ascii: "-") { place += 1 }
        let first = byte
        let whole = digits()
        guard whole > 0, whole == 1 || first != 48 else {
            place = start
            throw fault("expected a value")
        }
        var isWhole = bytes[start] != UInt8(ascii: "-")
        if byte == UInt8(ascii: ".") {
            place += 1
            isWhole = false
            guard digits() > 0 else { throw fault("a number without digits behind its point") }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            place += 1
            isWhole = false
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { place += 1 }
            guard digits() > 0 else { throw fault("an exponent without digits") }
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let value = UInt64(text) { return .integer(value) }
        guard let value = Double(text) else { throw fault("a number that cannot be read") }
        return .number(value)
    }

    private mutating func list(_ depth: Int) throws(JSONFault) -> JSON {
        place += 1
        var items: [JSON] = []
        skipBlanks()
        if byte == UInt8(ascii: "]") {
            place += 1
            return .array([])
        }
        while true {
            items.append(try value(depth: depth + 1))
            if try isOver(UInt8(ascii: "]")) { return .array(items) }
        }
    }

    private mutating func object(_ depth: Int) throws(JSONFault) -> JSON {
        place += 1
        var members: [(String, JSON)] = []
        var names: Set<String> = []
        skipBlanks()
        if byte == UInt8(ascii: "}") {
            place += 1
            return .object([])
        }
        while true {
            skipBlanks()
            guard byte == UInt8(ascii: "\"") else { throw fault("expected a key in quotes") }
            let name = try text()
            guard names.insert(name).inserted else {
                throw fault("the key `\(name.prefix(64))` stands twice")
            }
            skipBlanks()
            guard byte == UInt8(ascii: ":") else { throw fault("expected `:`") }
            place += 1
            members.append((name, try value(depth: depth + 1)))
            if try isOver(UInt8(ascii: "}")) { return .object(members) }
        }
    }

    /// Takes a comma or the closing bracket.
    private mutating func isOver(_ closing: UInt8) throws(JSONFault) -> Bool {
        skipBlanks()
        guard byte == closing || byte == UInt8(ascii: ",") else {
            throw fault("expected `,` or `\(Character(UnicodeScalar(closing)))`")
        }
        place += 1
        return bytes[place - 1] == closing
    }

    private mutating func text() throws(JSONFault) -> String {
        place += 1
        var text: [UInt8] = []
        while let next = byte {
            place += 1
            switch next {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw fault("a text that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<32:
                place -= 1
                throw fault("a control character in a text")
            default: text.append(next)
            }
        }
        throw fault("a text is never closed")
    }

    private mutating func escaped() throws(JSONFault) -> [UInt8] {
        let next = byte
        place += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [next ?? 0]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): break
        default:
            place -= 1
            throw fault("an unknown escape")
        }
        var code = try unit()
        if (0xD800..<0xDC00).contains(code), bytes[place...].starts(with: Array("\\u".utf8)) {
            place += 2
            let low = try unit()
            guard (0xDC00..<0xE000).contains(low) else {
                return Array("\u{FFFD}\(Self.character(low))".utf8)
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        return Array("\(Self.character(code))".utf8)
    }

    /// Half of a pair stands for itself, and for no character.
    private static func character(_ code: UInt32) -> Character {
        Character(UnicodeScalar(code) ?? "\u{FFFD}")
    }

    private mutating func unit() throws(JSONFault) -> UInt32 {
        guard place + 4 <= bytes.count, bytes[place] != UInt8(ascii: "+"),
            let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw fault("expected four hexadecimal digits") }
        place += 4
        return code
    }
}
