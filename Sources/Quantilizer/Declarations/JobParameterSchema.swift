// SPDX-License-Identifier: Apache-2.0

/// A parameter as JSON Schema (draft 2020-12), and in words.
extension JobParameter {
    /// What another definition of the job file's schema says.
    static func reference(_ place: String) -> JSON {
        .object([("$ref", .string("#/$defs/\(place)"))])
    }

    /// Type, range, default and description.
    var schema: JSON {
        guard case .object(let members) = kind.shape else { return kind.shape }
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
        switch events {
        case .same: break
        case .fallback(let other): text += " Of an event \(Self.words(other)) by default."
        case .only: text += " Of an event alone."
        }
        if case .powerOfTwo = kind { text += " A power of two." }
        if let unit { text += " Unit: \(unit)." }
        return text
    }

    // MARK: Words

    /// What it may be: `number above 0`, `whole number from 1 to 4096`.
    var words: String { kind.words }

    /// What it is where it is not given: `required`, `1`, `none`.
    var defaultWords: String {
        switch events {
        case .same: Self.words(fallback)
        case .fallback(let other): "\(Self.words(fallback)); of an event \(Self.words(other))"
        case .only: "\(Self.words(fallback)); of an event alone"
        }
    }

    /// The same within a sentence.
    var defaultSentence: String {
        let words = defaultWords
        return words.hasPrefix("required") ? words : "by default \(words)"
    }

    private static func words(_ fallback: Fallback) -> String {
        switch fallback {
        case .required: "required"
        case .number(let x): Kind.text(x)
        case .whole(let x): "\(x)"
        case .flag(let x): "\(x)"
        case .text(let x): x.isEmpty ? "empty" : x
        case .nothing(let words): words
        }
    }
}

extension JobParameter.Kind {
    /// Its type and range as JSON Schema.
    fileprivate var shape: JSON {
        switch self {
        case .number(let range): Self.number(range)
        case .whole(let range), .powerOfTwo(let range): Self.whole(range)
        case .wholes(let range, let most): Self.list(Self.whole(range), most)
        case .numberOrList(let range, let most):
            Self.oneOf([Self.number(range), Self.list(Self.number(range), most)])
        case .numbers(let range, let most): Self.list(Self.number(range), most)
        case .matrix(let range, let most):
            Self.list(Self.list(Self.number(range), most), most)
        case .numberOrMatrix(let range, let most):
            Self.oneOf([
                Self.number(range), Self.list(Self.list(Self.number(range), most), most),
            ])
        case .numberOr(let word, let range):
            Self.oneOf([.object([("const", .string(word))]), Self.number(range)])
        case .text, .table: .object([("type", .string("string"))])
        case .texts(let most):
            Self.list(.object([("type", .string("string"))]), most)
        case .choice(let words): .object([("enum", .array(words.map { .string($0) }))])
        case .flag: .object([("type", .string("boolean"))])
        case .base: JobParameter.reference("base")
        case .bases:
            .object([
                ("type", .string("object")),
                ("additionalProperties", JobParameter.reference("base")),
            ])
        case .formula: .object([("type", .array([.string("string"), .string("number")]))])
        case .function: JobParameter.reference("function")
        case .functions: JobParameter.reference("formulas")
        case .group(let group): .object(group.schema(at: nil))
        case .groups(let group, let most): Self.list(.object(group.schema(at: nil)), most)
        // A text may be read as several of these: `oneOf` would refuse it.
        case .either(let kinds): .object([("anyOf", .array(kinds.map(\.shape)))])
        case .declared(_, let place): JobParameter.reference(place)
        case .other(_, let schema): schema
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

    private static func whole(_ range: ClosedRange<Int>) -> JSON {
        var members: [(String, JSON)] = [
            ("type", .array([.string("integer"), .string("string")])),
            ("minimum", .number(Double(range.lowerBound))),
        ]
        if range.upperBound < .max {
            members.append(("maximum", .number(Double(range.upperBound))))
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
        switch self {
        case .number(let range): Self.words(range)
        case .whole(let range): "whole number \(Self.words(range))"
        case .powerOfTwo(let range): "power of two \(Self.words(range))"
        case .wholes(let range, _): "list, each a whole number \(Self.words(range))"
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
        case .formula: "formula"
        case .function: "formula, plugin or ensemble"
        case .functions: "formula, plugin or ensemble, or names with such"
        case .group(let group): group.words
        case .groups(let group, _): "list, each \(group.words)"
        case .either(let kinds): Self.alternatives(kinds.map(\.words))
        case .declared(let words, _), .other(let words, _): words
        }
    }

    /// `a`, or a `b`.
    private static func alternatives(_ choices: [String]) -> String {
        choices.enumerated().map { number, words in
            number == 0
                ? words : ", or \(words.hasPrefix("`") || words.hasPrefix("{") ? "" : "a ")\(words)"
        }.joined()
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        let from = "from \(text(range.lowerBound))"
        return range.upperBound == .max ? from : "\(from) to \(text(range.upperBound))"
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

    /// `1e12` for a large power of ten.
    private static func text(_ x: Int) -> String {
        let digits = "\(x.magnitude)"
        guard digits.count > 6, digits.first == "1", digits.dropFirst().allSatisfy({ $0 == "0" })
        else { return "\(x)" }
        return (x < 0 ? "-" : "") + "1e\(digits.count - 1)"
    }

    /// `1e12` for a large or small power of ten.
    fileprivate static func text(_ x: Double) -> String {
        for power in 6...300 {
            if Double("1e\(power)") == x { return "1e\(power)" }
            if power < 10, Double("1e-\(power)") == x { return "1e-\(power)" }
        }
        return Number.text(x)
    }
}
