// SPDX-License-Identifier: Apache-2.0

/// What a job file may say where a function may stand, other than a formula.
enum FunctionDeclarations {
    /// All of it.
    static let all = [
        ProcessSource.declaration, LibrarySource.declaration, ExternalSource.hostedDeclaration,
        EnsembleRule.declaration,
    ]

    /// Texts, at most so many of them.
    static func texts(most: Int) -> JSON {
        .object([
            ("type", .string("array")), ("items", text), ("minItems", .integer(1)),
            ("maxItems", .integer(UInt64(most))),
        ])
    }

    static let text = JSON.object([("type", .string("string"))])
}

extension ProcessSource {
    private static let usual = ProcessSource(command: [])

    /// The program.
    static let commandParameter = JobParameter(
        "command",
        .other(
            "list of words, or a text",
            schema: .object([
                (
                    "oneOf",
                    .array([
                        FunctionDeclarations.text,
                        FunctionDeclarations.texts(most: Limits.commandWords),
                    ])
                )
            ])), "Program and arguments.")
    /// How batches are written.
    static let formatParameter = JobParameter(
        "format", .choice(Format.allCases.map(\.rawValue)),
        default: .text(usual.format.rawValue),
        "How batches are written; samples are made by frames.")
    /// Samples a batch.
    static let batchParameter = JobParameter(
        "batch", .whole(256...Limits.batchSamples), default: .whole(usual.batch),
        "Samples a batch, a multiple of 256.")
    /// Seconds a batch.
    static let timeoutParameter = JobParameter(
        "timeout", .number(JobRange(0, Limits.batchSeconds, includesLower: false)),
        default: .number(usual.timeoutSeconds), unit: "seconds", "What a batch may take.")
    /// What must stay what it is.
    static let filesParameter = JobParameter(
        "files",
        .other(
            "list of files, or files with their SHA-256",
            schema: .object([
                (
                    "oneOf",
                    .array([
                        FunctionDeclarations.texts(most: Limits.pinnedFiles),
                        .object([
                            ("type", .string("object")),
                            ("additionalProperties", FunctionDeclarations.text),
                        ]),
                    ])
                )
            ])),
        default: .nothing("words of the command that are files"), "Files that must not change.")

    /// What a job file may say of a process.
    static let parameters = [
        commandParameter, formatParameter, batchParameter, timeoutParameter, filesParameter,
    ]

    static let declaration = SettingsDeclaration(
        .function, "process", "A program of any language that answers batches of samples.",
        ParameterGroup(parameters), example: "{ process: { command: [python3, utility.py] } }",
        page: "plugins.md")
}

extension LibrarySource {
    static let pathParameter = JobParameter("path", .text, "The shared library.")
    static let functionParameter = JobParameter("function", .text, "Its function.")
    static let digestParameter = JobParameter(
        "sha256", .text, default: .nothing("that of the file"),
        "SHA-256 of the library, 64 lower-case hexadecimal digits.")

    static let declaration = SettingsDeclaration(
        .function, "library", "A function of a shared library, in C or in anything that speaks it.",
        ParameterGroup([pathParameter, functionParameter, digestParameter]),
        example: "{ library: { path: ./libutility.so, function: utility } }", page: "plugins.md")
}

extension ExternalSource {
    /// The keys by which a job file names them.
    public static let kinds = [
        ProcessSource.declaration, LibrarySource.declaration, hostedDeclaration,
    ].map(\.name)

    static let hostedParameter = JobParameter("function", .text, "Its name.")

    static let hostedDeclaration = SettingsDeclaration(
        .function, "swift", "Swift code that the program which computes the job brings along.",
        ParameterGroup([hostedParameter]), example: "{ swift: { function: bowl } }",
        page: "plugins.md")
}

extension EnsembleRule {
    static let membersParameter = JobParameter(
        "ensemble",
        .other(
            "list of 2 to \(Limits.ensembleMembers) formulas or plugins",
            schema: .object([
                ("type", .string("array")), ("items", JobParameter.reference("function")),
                ("minItems", .integer(2)), ("maxItems", .integer(UInt64(Limits.ensembleMembers))),
            ])), "The members.")
    static let ruleParameter = JobParameter(
        "rule", .choice(names), default: .text(names[0]), "How they are joined.")
    static let deviations = JobParameter(
        "k", .number(.nonNegative), default: .number(1),
        "Of mean-minus-sd, standard deviations (with n − 1) that are taken off the mean.")
    static let level = JobParameter(
        "level", .number(.fraction), default: .number(0.25),
        "Of lower-quantile: the ⌈level · n⌉-th smallest.")

    static let declaration = SettingsDeclaration(
        .function, "ensemble", "Several functions as one that is careful where they disagree.",
        ParameterGroup([membersParameter, ruleParameter, deviations, level]),
        example: "{ ensemble: [\"x[0]\", \"x[0] - x[1]^2\"], rule: mean-minus-sd, k: 1 }",
        page: "methods/ensembles.md")
}
