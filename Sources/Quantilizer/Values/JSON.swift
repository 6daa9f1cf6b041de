// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep their order.
///
/// Numbers are written as the shortest decimal that reads back as the same double; those that JSON
/// does not know are the strings `"nan"`, `"inf"` and `"-inf"`.
///
/// **Determinism**: equal values give equal text.
public enum JSON: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(Double)
    /// A whole number, exactly.
    case integer(UInt64)
    /// Text.
    case string(String)
    /// A list.
    case array([JSON])
    /// Members in order.
    case object([(String, JSON)])

    /// The value of a member, nil where there is none or this is no object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    /// The text on one line, or indented by two spaces with a line for each member; lists of numbers
    /// stay on one line.
    public func text(pretty: Bool = false) -> String {
        var result = ""
        write(to: &result, indent: pretty ? 0 : nil)
        return result
    }

    private var isShort: Bool {
        switch self {
        case .array(let items):
            items.allSatisfy {
                switch $0 {
                case .array, .object: false
                default: true
                }
            }
        case .object(let members): members.isEmpty
        default: true
        }
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .string(let value): JSON.write(value, to: &text)
        case .number(let value):
            if value.isNaN {
                text += "\"nan\""
            } else if value.isInfinite {
                text += value < 0 ? "\"-inf\"" : "\"inf\""
            } else {
                text += Number.text(value)
            }
        case .array(let items):
            let inner = isShort ? nil : indent.map { $0 + 1 }
            text += "["
            for (position, item) in items.enumerated() {
                if position > 0 { text += isShort && indent != nil ? ", " : "," }
                JSON.newLine(&text, inner)
                item.write(to: &text, indent: inner)
            }
            if !items.isEmpty { JSON.newLine(&text, inner.map { $0 - 1 }) }
            text += "]"
        case .object(let members):
            let inner = indent.map { $0 + 1 }
            text += "{"
            for (position, member) in members.enumerated() {
                if position > 0 { text += "," }
                JSON.newLine(&text, inner)
                JSON.write(member.0, to: &text)
                text += indent == nil ? ":" : ": "
                member.1.write(to: &text, indent: inner)
            }
            if !members.isEmpty { JSON.newLine(&text, indent) }
            text += "}"
        }
    }

    private static func newLine(_ text: inout String, _ indent: Int?) {
        guard let indent else { return }
        text += "\n" + String(repeating: "  ", count: indent)
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                // U+2028 and U+2029 end lines for some readers.
                if scalar.value < 32 || scalar.value == 127 || scalar.value == 0x2028
                    || scalar.value == 0x2029
                {
                    let hex = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}

extension JobNode {
    /// A JSON value as a node, without a place in any text.
    public init(_ json: JSON) {
        let nowhere = SourcePosition(line: 1, column: 1)
        switch json {
        case .null: self.init(.null, at: nowhere)
        case .bool(let value):
            self.init(.scalar(value ? "true" : "false", quoted: false), at: nowhere)
        case .string(let text): self.init(.scalar(text, quoted: true), at: nowhere)
        case .integer(let value): self.init(.scalar("\(value)", quoted: false), at: nowhere)
        case .number(let value):
            // What JSON has no number for is a text there.
            self.init(.scalar(Number.text(value), quoted: !value.isFinite), at: nowhere)
        case .array(let items): self.init(.sequence(items.map { JobNode($0) }), at: nowhere)
        case .object(let members):
            self.init(.mapping(members.map { ($0.0, nowhere, JobNode($0.1)) }), at: nowhere)
        }
    }
}

extension JSON {
    /// A job's node as JSON: unquoted numbers become numbers, `true` and `false` truth values.
    init(_ node: JobNode) {
        switch node.content {
        case .null: self = .null
        case .sequence(let items): self = .array(items.map { JSON($0) })
        case .mapping(let entries): self = .object(entries.map { ($0.key, JSON($0.value)) })
        case .scalar(let text, let quoted):
            if quoted {
                self = .string(text)
            } else if text == "true" || text == "false" {
                self = .bool(text == "true")
            } else if let value = DecimalText(text)?.double, value.isFinite {
                self = .number(value)
            } else {
                self = .string(text)
            }
        }
    }
}
