// SPDX-License-Identifier: Apache-2.0

/// What a job file may say under `sweep`.
enum SweepKeys {
    private static let from = JobParameter(
        "from", .number(.fraction), default: .number(1e-4), "The smallest quantile.")
    private static let to = JobParameter(
        "to", .number(.fraction), default: .number(1), "The largest.")
    private static let steps = JobParameter(
        "steps", .whole(2...Limits.quantiles), default: .whole(25),
        "How many, in equal steps of the logarithm.")
    private static let range = ParameterGroup([from, to, steps])

    static let quantiles = JobParameter(
        "quantiles", .either([.numbers(.fraction, most: Limits.quantiles), .group(range)]),
        default: .nothing("1e-4 to 1 in 25 steps"), "The quantiles, as a list or by their ends.")
    static let over = JobParameter(
        "over",
        .other(
            "paths into the base with lists of values, or with names for values",
            schema: .object([
                ("type", .string("object")), ("minProperties", .integer(1)),
                (
                    "additionalProperties",
                    .object([("type", .array([.string("array"), .string("object")]))])
                ),
            ])), default: .nothing("the base as it is"),
        "Settings of the base, as `base.normal.sd`, or the `context` of a text base.")
    static let value = JobParameter(
        "value", .text, default: .nothing("the utility"),
        "The name of the cost that is what is wanted in truth.")
    static let reference = JobParameter(
        "reference", .text, default: .nothing("none"),
        "A setting of `over` with whose base costs are compared.")

    static let declaration = SettingsDeclaration(
        .analysis, "sweep",
        "What does every quantile give, at every setting of the base?",
        ParameterGroup([quantiles, over, value, reference]),
        example: "{ quantiles: { from: 1e-4, to: 1, steps: 25 } }", page: "analyses.md#sweep")

    /// The quantiles of a sweep that says none.
    static let usualGrid = logarithmic(1e-4, 1, 25)

    /// `{ from, to, steps }` in equal steps of the logarithm.
    ///
    /// - Throws: everything wrong with it.
    static func grid(_ node: JobNode, _ path: String) throws(JobError) -> [Double] {
        var map = range.open(node, path: path)
        let (least, most) = (map.number(from) ?? 1e-4, map.number(to) ?? 1)
        let count = map.whole(steps) ?? 25
        if least >= most { map.note(from.key, "expected less than `to`") }
        try map.finish()
        return logarithmic(least, most, count)
    }

    private static func logarithmic(_ from: Double, _ to: Double, _ count: Int) -> [Double] {
        let low = Kernels.log10(from)
        let high = Kernels.log10(to)
        return (0..<count).map { number in
            if number == 0 { return from }
            if number == count - 1 { return to }
            let x = Elementary.pow(
                10, low + (high - low) * Double(number) / Double(count - 1))
            // Six digits are enough to swear by, and readable.
            let digits = Elementary.pow(10, 5 - Kernels.log10(x).rounded(.down))
            return (x * digits).rounded() / digits
        }
    }
}
