// SPDX-License-Identifier: Apache-2.0

@testable import Quantilizer

/// Job trees written in Swift, as a reader of files would make them; places are made up.
extension JobNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
    private static var here: SourcePosition { SourcePosition(line: 1, column: 1) }

    init(stringLiteral value: String) {
        self.init(.scalar(value, quoted: false), at: Self.here)
    }
    init(floatLiteral value: Double) {
        self.init(.scalar("\(value)", quoted: false), at: Self.here)
    }
    init(integerLiteral value: Int) {
        self.init(.scalar("\(value)", quoted: false), at: Self.here)
    }
    init(arrayLiteral elements: JobNode...) { self.init(.sequence(elements), at: Self.here) }
    init(dictionaryLiteral elements: (String, JobNode)...) {
        self.init(
            .mapping(
                elements.enumerated().map {
                    ($1.0, SourcePosition(line: $0 + 1, column: 1), $1.1)
                }), at: Self.here)
    }

    /// A tree of a JSON value.
    init(_ json: JSON) {
        switch json {
        case .null: self.init(.null, at: Self.here)
        case .bool(let value): self.init(.scalar("\(value)", quoted: false), at: Self.here)
        case .string(let value): self.init(.scalar(value, quoted: true), at: Self.here)
        case .number, .integer:
            let text = json.text()
            let quoted = text.hasPrefix("\"")
            self.init(
                .scalar(quoted ? String(text.dropFirst().dropLast()) : text, quoted: quoted),
                at: Self.here)
        case .array(let items): self.init(.sequence(items.map { JobNode($0) }), at: Self.here)
        case .object(let members):
            self.init(
                .mapping(members.map { ($0.0, Self.here, JobNode($0.1)) }), at: Self.here)
        }
    }

    /// The same mapping with one key replaced, added or (nil) removed.
    func with(_ key: String, _ value: JobNode?) -> JobNode {
        guard case .mapping(var entries) = content else { return self }
        let old = entries.firstIndex { $0.key == key }
        if let value {
            if let old {
                entries[old].value = value
            } else {
                entries.append((key, SourcePosition(line: 9, column: 3), value))
            }
        } else if let old {
            entries.remove(at: old)
        }
        return JobNode(.mapping(entries), at: position)
    }
}
