// SPDX-License-Identifier: Apache-2.0

/// The job file's JSON Schema (draft 2020-12), from what the readers declare.
extension JobLanguage {
    /// The schema.
    public static let schema: JSON = .object([
        ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
        ("title", .string("Quantilizer Pool job, version 1")),
        ("type", .string("object")),
        ("additionalProperties", .bool(false)),
        ("required", .array(settings.filter(\.isRequired).map { .string($0.key) })),
        ("properties", .object(settings.map { ($0.key, $0.schema) })),
        (
            "$defs",
            .object(
                [("formulas", formulas), ("function", function), ("method", method)]
                    + (methods + analyses).map { ($0.place, $0.schema) }
                    + BaseRegistry.schemaDefinitions.map { ($0.name, $0.schema) })
        ),
    ])

    /// A method by its name, or by its name with settings.
    private static var method: JSON {
        let bare = methods.filter(\.group.needsNothing).flatMap(\.allNames)
        let named = methods.flatMap { method in
            method.allNames.map { ($0, JobParameter.reference(method.place)) }
        }
        return .object([
            (
                "description",
                .string("How the job is answered: a name, or a name with its settings.")
            ),
            (
                "oneOf",
                .array([
                    .object([("enum", .array(bare.map { .string($0) }))]),
                    .object([
                        ("type", .string("object")), ("minProperties", .integer(1)),
                        ("maxProperties", .integer(1)), ("additionalProperties", .bool(false)),
                        ("properties", .object(named)),
                    ]),
                ])
            ),
        ])
    }

    /// A formula, or what takes its place.
    private static var function: JSON {
        let formula = JSON.object([("type", .array([.string("string"), .string("number")]))])
        let others = functions.map { declaration in
            // An ensemble's keys stand side by side, a plugin's under its name.
            declaration.group.parameter(declaration.name) != nil
                ? declaration.schema : single(declaration)
        }
        return .object([
            (
                "description",
                .string("A formula (docs/formulas.md), a plugin (docs/plugins.md) or an ensemble.")
            ), ("oneOf", .array([formula] + others)),
        ])
    }

    private static func single(_ declaration: SettingsDeclaration) -> JSON {
        .object([
            ("type", .string("object")), ("required", .array([.string(declaration.name)])),
            ("additionalProperties", .bool(false)),
            ("properties", .object([(declaration.name, declaration.schema)])),
        ])
    }

    private static var formulas: JSON {
        .object([
            ("description", .string("A function, or names with functions.")),
            (
                "anyOf",
                .array([
                    JobParameter.reference("function"),
                    .object([
                        ("type", .string("object")),
                        ("additionalProperties", JobParameter.reference("function")),
                    ]),
                ])
            ),
        ])
    }
}
