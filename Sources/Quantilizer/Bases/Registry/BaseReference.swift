// SPDX-License-Identifier: Apache-2.0

/// Bases as JSON Schema.
extension BaseRegistry {
    /// Definitions of the job file's schema: `base`, the `component` of a mixture, and one for each base.
    public static var schemaDefinitions: [(name: String, schema: JSON)] {
        let named = declarations.flatMap { declaration in
            ([declaration.name] + declaration.otherNames).map { name in
                (name, JSON.object([("$ref", .string("#/$defs/base.\(declaration.name)"))]))
            }
        }
        let bare = declarations.filter(\.needsNothing).flatMap { [$0.name] + $0.otherNames }
        let base = JSON.object([
            ("description", .string("The base distribution: one key, its name.")),
            (
                "oneOf",
                .array([
                    .object([
                        ("type", .string("object")), ("minProperties", .integer(1)),
                        ("maxProperties", .integer(1)), ("additionalProperties", .bool(false)),
                        ("properties", .object(named)),
                    ]),
                    .object([("enum", .array(bare.map { .string($0) }))]),
                ])
            ),
        ])
        let beside = MixtureBase.declaration.parameters.map { ($0.key, $0.schema) }
        let component = JSON.object([
            ("description", .string("A base, and beside it its weight and its label.")),
            ("type", .string("object")), ("additionalProperties", .bool(false)),
            ("minProperties", .integer(1)), ("properties", .object(beside + named)),
        ])
        return [("base", base), ("component", component)]
            + declarations.map { ("base.\($0.name)", $0.schema) }
    }
}

extension BaseDeclaration {
    /// Whether its name alone is a base.
    var needsNothing: Bool {
        guard case .parameters = form else { return false }
        return group.needsNothing
    }

    /// What may stand behind the name, as JSON Schema.
    var schema: JSON {
        let head = [("description", JSON.string(sentence))]
        guard case .other(_, let schema) = form else {
            return .object(head + group.schema(at: "base.\(name)"))
        }
        guard case .object(let members) = schema else { return schema }
        return .object(head + members)
    }

    /// The page of `qpool help base NAME`.
    public var help: String {
        var lines = ["\(name): \(sentence)", ""]
        if !otherNames.isEmpty {
            lines += ["Other names: \(otherNames.joined(separator: ", "))", ""]
        }
        if case .other(let words, _) = form { lines += [words, ""] }
        lines += group.helpLines("Parameters:")
        lines += ["Example:", "  base: \(wholeExample)", "", "Source: \(source)"]
        return lines.joined(separator: "\n")
    }

    /// Its section of `docs/reference/bases.md`.
    fileprivate var section: String {
        var lines = ["## \(name)", "", sentence]
        if !otherNames.isEmpty {
            lines += ["", "Also: " + otherNames.map { "`\($0)`" }.joined(separator: ", ") + "."]
        }
        if case .other(let words, _) = form { lines += ["", words] }
        lines += group.tableLines(all: true)
        lines += ["", "    base: \(wholeExample)", "", "Source: \(source)."]
        return lines.joined(separator: "\n")
    }
}

extension BaseRegistry {
    /// The page of `qpool help bases`: every base with its sentence.
    public static var help: String {
        let width = declarations.reduce(0) { max($0, $1.name.count) } + 2
        let lines = declarations.map { declaration in
            let blank = String(repeating: " ", count: width - declaration.name.count)
            return "  \(declaration.name)\(blank)\(declaration.sentence)"
        }
        return "Bases:\n" + lines.joined(separator: "\n")
            + "\n\n`qpool help base NAME` says what a base takes."
    }

    /// `docs/reference/bases.md`.
    public static var reference: String {
        var lines = [
            "# Bases", "",
            "Every base that a job file may name, with what it takes. `ops/reference` writes this page from",
            "the program, and a test compares the two.", "",
            "A number may be written `1e8`, `1_000` or `1%`. A key, or a base's name, may be any of those",
            "under *also*; the normalised job has the first one. The unit `value` is that of the sample's",
            "values. `qpool help base NAME` tells the same.", "",
            "| base | |", "|---|---|",
        ]
        for declaration in declarations {
            lines.append(
                "| [`\(declaration.name)`](#\(declaration.name)) | \(declaration.sentence) |")
        }
        for declaration in declarations { lines += ["", declaration.section] }
        return lines.joined(separator: "\n") + "\n"
    }
}
