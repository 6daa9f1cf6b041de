// SPDX-License-Identifier: Apache-2.0

/// Parameters that stand together in one mapping of a job file, and which of them go together.
///
/// The mapping's reader, its JSON Schema, its lines of `qpool help` and its table in the reference come from here.
public struct ParameterGroup: Sendable {
    /// Keys of which one at most may be given, or exactly one.
    struct Choice: Sendable {
        var keys: [String]
        var isOptional: Bool
    }

    /// The parameters, in their usual order.
    public let parameters: [JobParameter]
    let choices: [Choice]

    /// A group; none by default.
    init(_ parameters: [JobParameter] = [], choices: [Choice] = []) {
        self.parameters = parameters
        self.choices = choices
    }

    /// The parameter of a key, or of another name of it.
    public func parameter(_ key: String) -> JobParameter? {
        parameters.first { $0.allKeys.contains(key) }
    }

    /// Whether a mapping without any key will do.
    var needsNothing: Bool {
        !parameters.contains(where: \.isRequired) && !choices.contains { !$0.isOptional }
    }

    /// Opens the mapping, where keys that are not declared are noted, and which do not go together.
    ///
    /// - Parameter isEvent: whether the job has an `event`.
    func open(_ node: JobNode, path: String, isEvent: Bool = false) -> JobMapping {
        let known = parameters.filter { isEvent || !$0.isOfEvents }
        var map = JobMapping(node, path: path, parameters: known)
        for choice in choices { map.exactlyOne(of: choice.keys, optional: choice.isOptional) }
        return map
    }

    // MARK: JSON Schema

    /// The members of its schema: type, properties and what goes together.
    ///
    /// - Parameter place: where it stands among the schema's definitions, so that other names of a key can refer to
    ///   the key; nil where it stands inside another.
    func schema(at place: String?) -> [(String, JSON)] {
        var properties: [(String, JSON)] = []
        for parameter in parameters {
            properties.append((parameter.key, parameter.schema))
            for name in parameter.otherKeys {
                let same = place.map { "\($0)/properties/\(parameter.key)" }
                properties.append((name, same.map(JobParameter.reference) ?? parameter.schema))
            }
        }
        let type: JSON =
            needsNothing && place != nil
            ? .array([.string("object"), .string("null")]) : .string("object")
        var members: [(String, JSON)] = [
            ("type", type), ("additionalProperties", .bool(false)),
            ("properties", .object(properties)),
        ]
        var rules = parameters.filter(\.isRequired).map { Self.given($0.allKeys) }
        for choice in choices {
            let all = choice.keys.map { parameter($0)?.allKeys ?? [$0] }
            if !choice.isOptional { rules.append(Self.given(all.flatMap { $0 })) }
            for (i, keys) in all.enumerated() {
                for others in all[(i + 1)...] {
                    let both = JSON.object([
                        ("allOf", .array([Self.given(keys), Self.given(others)]))
                    ])
                    rules.append(.object([("not", both)]))
                }
            }
        }
        if !rules.isEmpty { members.append(("allOf", .array(rules))) }
        return members
    }

    /// One of the keys is given.
    private static func given(_ keys: [String]) -> JSON {
        let each = keys.map { JSON.object([("required", .array([.string($0)]))]) }
        return each.count == 1 ? each[0] : .object([("anyOf", .array(each))])
    }

    // MARK: Words

    /// `{ tail_mass, threshold }`.
    var words: String { "{ " + parameters.map(\.key).joined(separator: ", ") + " }" }

    /// Its lines in `qpool help`, under a title; none of a group without parameters.
    func helpLines(_ title: String) -> [String] {
        guard !parameters.isEmpty else { return [] }
        var lines = [title]
        let width = parameters.reduce(0) { max($0, $1.key.count) } + 2
        for parameter in parameters {
            let blank = String(repeating: " ", count: width - parameter.key.count)
            lines.append("  \(parameter.key)\(blank)\(parameter.sentence)")
            let indent = String(repeating: " ", count: width + 2)
            lines += parameter.helpLines.map { indent + $0 }
        }
        lines.append("")
        let rules = choiceLines
        return rules.isEmpty ? lines : lines + rules + [""]
    }

    /// `Exactly one of …`.
    var choiceLines: [String] {
        choices.map { choice in
            let names = choice.keys.map { "`\($0)`" }.joined(separator: ", ")
            return (choice.isOptional ? "At most one of " : "Exactly one of ") + names + "."
        }
    }

    /// Its table in the reference, with what goes together; keys inside keys have a row each.
    ///
    /// - Parameter all: whether columns that are empty stay.
    func tableLines(all: Bool = false) -> [String] {
        guard !parameters.isEmpty else { return [] }
        let title = ["key", "also", "meaning", "what", "default", "unit"]
        let rows = parameters.flatMap { $0.rows(within: "") }
        let shown = title.indices.filter { column in
            all || rows.contains { !$0[column].isEmpty }
        }
        func line(_ cells: [String]) -> String {
            "| " + shown.map { cells[$0] }.joined(separator: " | ") + " |"
        }
        return ["", line(title), "|" + String(repeating: "---|", count: shown.count)]
            + rows.map(line) + choiceLines.flatMap { ["", $0] }
    }
}

extension JobParameter {
    /// Whether it has no place in a job without an `event`.
    var isOfEvents: Bool {
        if case .only = events { true } else { false }
    }

    /// The groups that its value may be.
    var groups: [ParameterGroup] { kind.groups }

    /// What it may be, its default, its unit and its other names, a line each.
    var helpLines: [String] {
        var lines = ["\(words); \(defaultSentence)" + (unit.map { "; in units of \($0)" } ?? "")]
        if !otherKeys.isEmpty { lines.append("also: \(otherKeys.joined(separator: ", "))") }
        for group in groups {
            for parameter in group.parameters {
                lines.append("\(key).\(parameter.key): \(parameter.sentence)")
                lines += parameter.helpLines.map { "  \($0)" }
            }
            lines += group.choiceLines
        }
        return lines
    }

    /// Its row of a table, and those of the keys inside it.
    fileprivate func rows(within place: String) -> [[String]] {
        let own = [
            "`\(place)\(key)`", otherKeys.map { "`\($0)`" }.joined(separator: " "), sentence, words,
            defaultWords, unit ?? "",
        ]
        return [own]
            + groups.flatMap { group in
                group.parameters.flatMap { $0.rows(within: "\(place)\(key).") }
            }
    }
}

extension JobParameter.Kind {
    fileprivate var groups: [ParameterGroup] {
        switch self {
        case .group(let group), .groups(let group, _): [group]
        case .either(let kinds): kinds.flatMap(\.groups)
        default: []
        }
    }
}
