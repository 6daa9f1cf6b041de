// SPDX-License-Identifier: Apache-2.0

/// What a job file may say of a `text` base; `docs/text.md` tells the whole.
extension TextBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Texts of a language model behind an endpoint, drawn once and kept.",
        parameters: [
            JobParameter(
                "endpoint",
                .other("a URL or a list of URLs", schema: textOrTexts),
                "A URL as http://127.0.0.1:8000/v1, or a list of URLs that serve the same model."),
            JobParameter(
                "api", .choice(TextSource.Interface.allCases.map(\.rawValue)),
                default: .text(TextSource.Interface.completions.rawValue),
                "The interface of the endpoint."),
            JobParameter("model", .text, default: .text(""), "The model's name."),
            JobParameter("prompt", .text, "The prompt; {context} stands for a context."),
            JobParameter(
                "system", .text, default: .text(""), "The system's message of `api: chat`."),
            JobParameter(
                "contexts",
                .other("texts, or names with texts", schema: .object([])),
                default: .nothing("none"), "A uniform choice of them stands for {context}."),
            JobParameter(
                "max_tokens", .whole(1...RecordLimits.tokens), default: .whole(64), unit: "tokens",
                "The most of a text; `null`: not sent."),
            JobParameter(
                "temperature", .number(JobRange(0, 100)), default: .number(1),
                "The temperature; `null`: not sent."),
            JobParameter(
                "top_p", .number(.fraction), default: .number(1),
                "The mass of the tokens that are sampled; `null`: not sent."),
            JobParameter(
                "stop", .other("a text or texts", schema: textOrTexts), default: .nothing("none"),
                "Texts that end a text, at most 16."),
            JobParameter(
                "parameters",
                .other(
                    "names with values", schema: .object([("type", .string("object"))])),
                default: .nothing("none"), "More parameters, sent as they stand."),
            JobParameter(
                "logprobs", .flag, default: .flag(true), "Whether log-probabilities are asked for."
            ),
            JobParameter("seed", .flag, default: .flag(true), "Whether seeds are sent."),
            JobParameter(
                "features",
                .other("names with features", schema: featureSchema), default: .nothing("none"),
                "Numbers measured of each text: patterns, judges, rewards, processes."),
            JobParameter(
                "price",
                .other(
                    "{ prompt, completion, judge }",
                    schema: .object([("type", .string("object"))])),
                default: .nothing("no costs are told"), "What a million tokens cost."),
            JobParameter(
                "timeout", .number(JobRange(0, Limits.batchSeconds, includesLower: false)),
                default: .number(60), unit: "seconds", "What an answer may take."),
            JobParameter(
                "attempts", .whole(1...100), default: .whole(5), "Answers that are tried."),
            JobParameter(
                "patience", .number(JobRange(0, 86_400)), default: .number(300), unit: "seconds",
                "How long a sample is tried."),
            JobParameter(
                "concurrency", .whole(1...1_024), default: .whole(8),
                "Requests in flight at an endpoint."),
            JobParameter(
                "rate", .number(JobRange(1e-6, 1e6)), default: .nothing("no limit"),
                unit: "1/second", "Requests at an endpoint."),
        ],
        example: "{ endpoint: \"http://127.0.0.1:8000/v1\", prompt: \"Once upon a time\" }",
        source: "docs/text.md"
    ) { r, _ throws(JobError) in
        try read(r)
    }

    private static var textOrTexts: JSON {
        let text = JSON.object([("type", .string("string"))])
        let texts = JSON.object([("type", .string("array")), ("items", text)])
        return .object([("oneOf", .array([text, texts]))])
    }

    private static var featureSchema: JSON {
        let kinds = TextReader.kinds.map { ($0, JSON.object([])) }
        return .object([
            ("type", .string("object")),
            (
                "additionalProperties",
                .object([
                    ("type", .string("object")), ("minProperties", .integer(1)),
                    ("maxProperties", .integer(1)), ("properties", .object(kinds)),
                    ("additionalProperties", .bool(false)),
                ])
            ),
        ])
    }
}
