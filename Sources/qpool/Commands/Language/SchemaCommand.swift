// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Quantilizer

/// `qpool schema`: the job file's schema.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the job file's JSON Schema, for editors and generators.",
        discussion: """
            Examples:
              qpool schema > job.schema.json
              qpool schema --bases > bases.md      what every base takes, as a page
            """)

    @Flag(help: "Print the reference of the bases instead, as Markdown.")
    var bases = false

    func run() throws {
        let text = bases ? BaseRegistry.reference : JobSchema.document.text(pretty: true) + "\n"
        try Terminal.writeOutput(text)
    }
}

/// The JSON Schema (draft 2020-12) of job files. Tests hold it against the reader's own keys.
enum JobSchema {
    static let document: JSON = .object([
        ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
        ("title", .string("Quantilizer Pool job, version 1")),
        ("type", .string("object")),
        ("additionalProperties", .bool(false)),
        ("required", .array([.string("base")])),
        ("properties", .object(properties)),
        (
            "$defs",
            .object(
                [
                    ("formulas", formulas), ("function", function), ("number", number),
                ] + BaseRegistry.schemaDefinitions.map { ($0.name, $0.schema) })
        ),
    ])

    private static let properties: [(String, JSON)] = [
        ("version", .object([("const", .integer(1))])),
        ("name", text("For people.")),
        ("seed", integer("Key of every random stream. Default 0.", least: 0)),
        ("base", reference("base")),
        (
            "define",
            anything("Names for formulas, usable in every formula: {g: 'x[0]*x[1] - 146'}.")
        ),
        (
            "sweep",
            anything(
                "Every quantile at once: {quantiles: {from, to, steps}, over: …, value: …, reference: …}."
            )
        ),
        (
            "audit",
            anything("Harm in base draws: {harm: FORMULA, labels: {file, column}, components}.")
        ),
        (
            "attack",
            anything(
                "Of an event, the likeliest shift of the base: {kl: 2, rounds: 12, samples: …}.")
        ),
        (
            "search",
            anything("Parameters of the reward: {parameters: {w: [0, 1]}, criterion: FORMULA, …}.")
        ),
        (
            "event",
            anything("A formula, true where not 0: its probability is estimated, without draws.")
        ),
        ("utility", .object([("$ref", .string("#/$defs/formulas"))])),
        ("utilities", reference("formulas")),
        ("quantile", either("Share of the base's mass to draw from, in (0, 1]; or a list.")),
        ("quantiles", either("Several at once, from the same samples.")),
        ("samples", anything("How many to draw: 1e8, or auto.")),
        (
            "looks",
            anything(
                "Numbers of samples at which the answer was looked at before the job went on; "
                    + "`qpool extend` writes it.")
        ),
        (
            "precision",
            anything("In place of samples: 1% (of the tail mass), or {threshold: WIDTH}.")
        ),
        ("draws", integer("How many of the kept samples to return. Default 1.", least: 1)),
        (
            "independent",
            .object([
                ("type", .string("boolean")),
                (
                    "description",
                    .string(
                        "Draws that are independent of one another, by `threshold`. Default false.")
                ),
            ])
        ),
        (
            "method",
            anything(
                "exact (default), best-of-n, threshold, splitting, importance, cross-entropy, "
                    + "screened, band, minimax, tilt, impact, auto; of an event plain (default), "
                    + "splitting, importance, cross-entropy and auto; or one with its settings.")
        ),
        ("cost", reference("formulas")),
        ("costs", reference("formulas")),
        (
            "histogram",
            anything(
                "How utilities and costs lie over all base samples: true, or the most bins (16 to 4096)."
            )
        ),
        ("confidence", anything("Of every interval, in (0, 1). Default 0.95.")),
        ("memory", anything("For candidates in one process: 64MB (default), 2GiB.")),
        (
            "verify",
            anything("Share of the ranges that a second worker checks: 2%. Default 0.")
        ),
    ]

    /// A formula, or where a function from outside is computed.
    private static let function: JSON = .object([
        (
            "oneOf",
            .array([
                .object([("type", .array([.string("string"), .string("number")]))]),
                single(
                    "process",
                    fields(
                        required: ["command"],
                        [
                            ("command", anything("Program and arguments, as a list.")),
                            (
                                "format",
                                .object([
                                    ("enum", .array([.string("frames"), .string("json-lines")]))
                                ])
                            ),
                            ("batch", integer("Samples a batch. Default 8192.", least: 256)),
                            ("timeout", anything("Seconds a batch. Default 30.")),
                            (
                                "files",
                                anything("Files that must not change; with SHA-256, or a list.")
                            ),
                        ])),
                single(
                    "library",
                    fields(
                        required: ["path", "function"],
                        [
                            ("path", text("The shared library.")),
                            ("function", text("Its function.")),
                            ("sha256", text("Its SHA-256; default: that of the file.")),
                        ])),
                fields(
                    required: ["ensemble"],
                    [
                        (
                            "ensemble",
                            .object([
                                ("type", .string("array")), ("items", reference("function")),
                                ("minItems", .integer(2)),
                            ])
                        ),
                        (
                            "rule",
                            .object([
                                (
                                    "enum",
                                    .array(EnsembleRule.names.map { .string($0) })
                                )
                            ])
                        ),
                        ("k", anything("Standard deviations taken off. Default 1.")),
                        ("level", anything("Of lower-quantile. Default 0.25.")),
                    ]),
                single(
                    "swift",
                    fields(
                        required: ["function"],
                        [("function", text("A function that the program brings."))])),
            ])
        )
    ])

    private static func fields(required: [String], _ properties: [(String, JSON)]) -> JSON {
        .object([
            ("type", .string("object")), ("additionalProperties", .bool(false)),
            ("required", .array(required.map { .string($0) })),
            ("properties", .object(properties)),
        ])
    }

    private static let formulas: JSON = .object([
        (
            "description",
            .string(
                "A formula (docs/formulas.md) or a plugin (docs/plugins.md), or names with such.")
        ),
        (
            "anyOf",
            .array([
                reference("function"),
                .object([
                    ("type", .string("object")),
                    ("additionalProperties", reference("function")),
                ]),
            ])
        ),
    ])

    private static let number: JSON = .object([
        ("description", .string("A number, also written 1e8, 1_000 or 1%.")),
        ("type", .array([.string("number"), .string("string")])),
    ])

    private static func single(_ name: String, _ value: JSON) -> JSON {
        .object([
            ("type", .string("object")), ("required", .array([.string(name)])),
            ("additionalProperties", .bool(false)), ("properties", .object([(name, value)])),
        ])
    }
    private static func reference(_ name: String) -> JSON {
        .object([("$ref", .string("#/$defs/\(name)"))])
    }
    private static func text(_ description: String) -> JSON {
        .object([("description", .string(description)), ("type", .string("string"))])
    }
    private static func anything(_ description: String) -> JSON {
        .object([("description", .string(description))])
    }
    private static func integer(_ description: String, least: UInt64) -> JSON {
        .object([
            ("description", .string(description)),
            ("type", .array([.string("integer"), .string("number")])), ("minimum", .integer(least)),
        ])
    }
    private static func either(_ description: String) -> JSON {
        .object([
            ("description", .string(description)),
            (
                "oneOf",
                .array([
                    reference("number"),
                    .object([("type", .string("array")), ("items", reference("number"))]),
                ])
            ),
        ])
    }
}
