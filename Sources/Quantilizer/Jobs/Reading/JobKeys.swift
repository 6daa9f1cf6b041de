// SPDX-License-Identifier: Apache-2.0

/// The keys of a job file, each declared once.
///
/// What stands under `sweep`, `audit`, `attack`, `search` and `method` is declared beside its reader, see
/// ``JobLanguage``.
enum JobKeys {
    static let version = JobParameter(
        "version", .other("`1`", schema: .object([("const", .integer(1))])), default: .whole(1),
        "The version of the language.", example: "1")
    static let name = JobParameter(
        "name", .text, default: .text("job"),
        "For people, 1 to \(Limits.nameCharacters) characters.", example: "bridge")
    static let seed = JobParameter(
        "seed", .whole(0...Int.max), default: .whole(0),
        "The key of every random stream: the same seed, the same answer, on any number of machines.",
        example: "7")
    static let base = JobParameter(
        "base", .base, "The base distribution: a name, or a name with its parameters.",
        example: "{ normal: { dimension: 2 } }")
    static let define = JobParameter(
        "define",
        .other(
            "names with formulas",
            schema: .object([
                ("type", .string("object")),
                (
                    "additionalProperties",
                    .object([("type", .array([.string("string"), .string("number")]))])
                ),
            ])), default: .nothing("none"),
        "Names for formulas, for every other formula of the job.",
        example: "{ g: \"x[0] - 2\" }")
    static let sweep = analysis(
        "sweep", "Every quantile at once, in place of `quantile` and `draws`.",
        example: "{ quantiles: { from: 1e-4, to: 1, steps: 25 } }")
    static let audit = analysis(
        "audit", "What base draws show of harm, and the bound for the output.",
        example: "{ harm: \"x[0] > 5\" }")
    static let attack = analysis(
        "attack", "Of an `event`, the likeliest shift of the base within a budget.",
        example: "{ kl: 2 }")
    static let search = analysis(
        "search", "Parameters of the utility, judged by a criterion.",
        example: "{ parameters: { w: [0, 1] }, criterion: \"x[0]\" }")
    static let event = JobParameter(
        "event", .formula, default: .nothing("draws are wanted"),
        "True where it is neither 0 nor NaN: its probability is estimated, and there are no draws, quantiles or costs.",
        example: "\"x[0] > 6\"")
    static let utility = JobParameter(
        "utility", .functions, default: .nothing("required, but with `event`"),
        "What draws are ordered by; with `event` a function that leads towards it.",
        example: "\"x[0] + x[1]\"")
    static let utilities = JobParameter(
        "utilities", .functions, default: .nothing("one `utility`"), "The same: several, by name.",
        example: "{ tall: \"x[0]\", far: \"abs(x[1])\" }")
    static let quantile = JobParameter(
        "quantile", quantileKind, default: .nothing("required, but see `method`"),
        "The share of the base's mass to draw from; `auto` where the method finds it.",
        example: "0.1%")
    static let quantiles = JobParameter(
        "quantiles", quantileKind, default: .nothing("one `quantile`"),
        "The same: several at once, from the same samples.", example: "[0.1, 0.01]")
    static let samples = JobParameter(
        "samples", .either([.whole(1...MethodKeys.mostSamples), .choice(["auto"])]),
        default: .text("auto"),
        "Samples to issue; `auto` is at least 100,000, and enough to keep 1,000 and the draws.",
        example: "1e8")
    static let looks = JobParameter(
        "looks", .wholes(1...MethodKeys.mostSamples, most: Limits.looks), default: .nothing("none"),
        unit: "samples",
        "Of `exact`, where an answer was looked at before the job went on, as `qpool extend` writes it.",
        example: "[1e6]")
    static let precision = JobParameter(
        "precision", .either([.number(.openUnit), .group(precisionGroup)]),
        default: .nothing("as `samples` says"),
        "In place of `samples`: half the width of the tail mass's interval, relative; or what is wanted.",
        example: "1%")
    static let draws = JobParameter(
        "draws", .whole(1...Limits.draws), default: .whole(1), "Draws of each selection.",
        example: "10")
    static let independent = JobParameter(
        "independent", .flag, default: .flag(false),
        "Whether draws must be independent of one another, by `threshold` unless it is `best-of-n`.",
        example: "true")
    static let method = JobParameter(
        "method", .declared("name of a method, or a name with its settings", place: "method"),
        default: .text("exact"), events: .fallback(.text("plain")), "How it is answered.",
        example: "{ splitting: { particles: 4096 } }")
    static let cost = JobParameter(
        "cost", .functions, default: .nothing("none"), "What is measured beside its bound.",
        example: "\"x[0] > 3\"")
    static let costs = JobParameter(
        "costs", .functions, default: .nothing("none"), "The same: several, by name.",
        example: "{ late: \"x[0] > 3\" }")
    static let histogram = JobParameter(
        "histogram", .either([.flag, .whole(Histogram.bins)]), default: .flag(false),
        "How utilities and costs lie over all base samples: `true` for \(Histogram.usualBins) bins, or the most of them.",
        example: "true")
    static let statistics = JobParameter(
        "statistics", .choice(["all", "part"]),
        default: .nothing("`all` of a job with costs, else `part`"),
        "The base samples that means, spreads and counts of NaN are over: all, or the first 2^22 and 1,024 in every 65,536 of the others, which takes less time. The draws are the same.",
        example: "all")
    static let confidence = JobParameter(
        "confidence", .number(.openUnit), default: .number(0.95), "Of every interval.",
        example: "99%")
    static let memory = JobParameter(
        "memory",
        .other(
            "amount of memory from 1MiB to 1TiB, as `64MB` or `2GiB`",
            schema: .object([("type", .array([.string("string"), .string("number")]))])),
        default: .nothing(
            "64MB, and where that is too little to begin as much as it takes, up to 2GB"),
        "For candidates, in one process; it changes no answer.", example: "2GiB")
    static let verify = JobParameter(
        "verify", .number(.unit), default: .number(0),
        "The share of a pool's ranges that two workers compute and compare; it changes no answer.",
        example: "2%")

    /// All of them, in their usual order.
    static let all = [
        version, name, seed, base, define, sweep, audit, attack, search, event, utility, utilities,
        quantile, quantiles, samples, looks, precision, draws, independent, method, cost, costs,
        histogram, statistics, confidence, memory, verify,
    ]

    /// What `precision` may be in place of a number.
    static let tailMass = JobParameter(
        "tail_mass", .number(.openUnit), default: .nothing("`threshold`"),
        "Half the width of the tail mass's interval, relative.")
    static let thresholdWidth = JobParameter(
        "threshold", .number(.positive), default: .nothing("`tail_mass`"), unit: "utility",
        "The width of the threshold's interval.")
    static let precisionGroup = ParameterGroup(
        [tailMass, thresholdWidth],
        choices: [.init(keys: [tailMass.key, thresholdWidth.key], isOptional: false)])

    private static let quantileKind = JobParameter.Kind.either([
        .number(.fraction), .numbers(.fraction, most: Limits.quantiles), .choice(["auto"]),
    ])

    private static func analysis(
        _ name: String, _ sentence: String, example: String
    ) -> JobParameter {
        JobParameter(
            name, .declared("settings of the analysis", place: "analysis.\(name)"),
            default: .nothing("none"), sentence, example: example)
    }
}
