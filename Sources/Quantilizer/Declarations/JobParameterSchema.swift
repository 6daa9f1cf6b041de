// SPDX-License-Identifier: Apache-2.0

/// A parameter as JSON Schema (draft 2020-12), and in words.
extension JobParameter {
    /// Where the schema of bases stands in the job file's.
    static let baseReference = JSON.object([("$ref", .string("#/$defs/base"))])

    /// Type, range, default and description.
    var schema: JSON {
        guard case .object(let members) = shape else { return shape }
        var result = [("description", JSON.string(description))] + members
        switch fallback {
        case .number(let x): result.append(("default", .number(x)))
        case .whole(let x): result.append(("default", .number(Double(x))))
        case .flag(let x): result.append(("default", .bool(x)))
        case .text(let x): result.append(("default", .string(x)))
        case .required, .nothing: break
        }
        return .object(result)
    }

    private var description: String {
        var text = sentence
        if case .nothing(let words) = fallback { text += " Not given: \(words)." }
        if let unit { text += " Unit: \(unit)." }
        return text
    }

    private var shape: JSON {
        switch kind {
        case .number(let range): return Self.number(range)
        case .whole(let range):
            return .object([
                ("type", .array([.string("integer"), .string("string")])),
                ("minimum", .number(Double(range.lowerBound))),
                ("maximum", .number(Double(range.upperBound))),
            ])
        case .numberOrList(let range, let most):
            return Self.oneOf([Self.number(range), Self.list(Self.number(range), most)])
        case .numbers(let range, let most): return Self.list(Self.number(range), most)
        case .matrix(let range, let most):
            return Self.list(Self.list(Self.number(range), most), most)
        case .numberOrMatrix(let range, let most):
            return Self.oneOf([
                Self.number(range), Self.list(Self.list(Self.number(range), most), most),
            ])
        case .numberOr(let word, let range):
            return Self.oneOf([.object([("const", .string(word))]), Self.number(range)])
        case .text, .table: return .object([("type", .string("string"))])
        case .texts(let most):
            return Self.list(.object([("type", .string("string"))]), most)
        case .choice(let words): return .object([("enum", .array(words.map { .string($0) }))])
        case .flag: return .object([("type", .string("boolean"))])
        case .base: return Self.baseReference
        case .bases:
            return .object([
                ("type", .string("object")), ("additionalProperties", Self.baseReference),
            ])
        case .other(_, let schema): return schema
        }
    }

    /// A number, also written `1e8`, `1_000` or `1%`, which may be text to a YAML parser.
    private static func number(_ range: JobRange) -> JSON {
        var members = [("type", JSON.array([.string("number"), .string("string")]))]
        if range.lower > -.infinity {
            let key = range.includesLower ? "minimum" : "exclusiveMinimum"
            members.append((key, .number(range.lower)))
        }
        if range.upper < .infinity {
            let key = range.includesUpper ? "maximum" : "exclusiveMaximum"
            members.append((key, .number(range.upper)))
        }
        return .object(members)
    }

    private static func list(_ items: JSON, _ most: Int) -> JSON {
        .object([
            ("type", .string("array")), ("items", items), ("minItems", .number(1)),
            ("maxItems", .number(Double(most))),
        ])
    }

    private static func oneOf(_ choices: [JSON]) -> JSON {
        .object([("oneOf", .array(choices))])
    }

    // MARK: Words

    /// What it may be: `number above 0`, `whole number from 1 to 4096`.
    var words: String {
        switch kind {
        case .number(let range): Self.words(range)
        case .whole(let range):
            "whole number from \(Self.text(Double(range.lowerBound))) to "
                + Self.text(Double(range.upperBound))
        case .numberOrList(let range, _): "\(Self.words(range)), or a list of such"
        case .numbers(let range, _): "list, each a \(Self.words(range))"
        case .matrix(let range, _): "square matrix, each a \(Self.words(range))"
        case .numberOrMatrix(let range, _): "\(Self.words(range)), or a square matrix of such"
        case .numberOr(let word, let range): "`\(word)`, or a \(Self.words(range))"
        case .text: "text"
        case .texts: "list of texts"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: " or ")
        case .flag: "`true` or `false`"
        case .table: "path of a data file"
        case .base: "base"
        case .bases: "names with bases"
        case .other(let words, _): words
        }
    }

    /// What it is where it is not given: `required`, `1`, `none`.
    var defaultWords: String {
        switch fallback {
        case .required: "required"
        case .number(let x): Self.text(x)
        case .whole(let x): "\(x)"
        case .flag(let x): "\(x)"
        case .text(let x): x.isEmpty ? "empty" : x
        case .nothing(let words): words
        }
    }

    private static func words(_ range: JobRange) -> String {
        var parts: [String] = []
        if range.lower > -.infinity {
            parts.append((range.includesLower ? "at least " : "above ") + text(range.lower))
        }
        if range.upper < .infinity {
            parts.append((range.includesUpper ? "at most " : "below ") + text(range.upper))
        }
        return parts.isEmpty ? "number" : "number " + parts.joined(separator: " and ")
    }

    /// `1e12` for a large or small power of ten.
    private static func text(_ x: Double) -> String {
        for power in 6...300 {
            if Double("1e\(power)") == x { return "1e\(power)" }
            if power < 10, Double("1e-\(power)") == x { return "1e-\(power)" }
        }
        return Number.text(x)
    }
}
