// SPDX-License-Identifier: Apache-2.0

/// Pages about the language: lists for `qpool help`, and those below `docs/reference`.
extension JobLanguage {
    // MARK: Help

    /// The page of `qpool help methods`.
    public static var methodsHelp: String {
        list("Methods", methods) + "\n\n`qpool help method NAME` says what a method takes."
    }

    /// The page of `qpool help analyses`.
    public static var analysesHelp: String {
        list("Analyses", analyses) + "\n\n`qpool help analysis NAME` says what an analysis takes."
    }

    /// The page of `qpool help settings`.
    public static var settingsHelp: String {
        let keys = settings.map { ($0.key, $0.sentence) }
        return lines("Keys of a job", keys) + "\n\n" + list("In the place of a formula", functions)
            + "\n\n`qpool help setting NAME` says what it takes."
    }

    private static func list(_ title: String, _ declarations: [SettingsDeclaration]) -> String {
        lines(title, declarations.map { ($0.name, $0.sentence) })
    }

    private static func lines(_ title: String, _ rows: [(name: String, words: String)]) -> String {
        let width = rows.reduce(0) { max($0, $1.name.count) } + 2
        return
            ([title + ":"]
            + rows.map {
                "  \($0.name)" + String(repeating: " ", count: width - $0.name.count) + $0.words
            }).joined(separator: "\n")
    }

    // MARK: Reference

    private static let origin = [
        "`ops/reference` writes this page from what the program's readers declare, and a test compares the two.",
        "A number may be written `1e8`, `1_000` or `1%`.",
    ]

    /// `docs/reference/methods.md`.
    public static var methodsReference: String {
        page(
            "Methods",
            [
                "What may stand under `method`, with what each takes: `method: NAME`, or `method: { NAME: { … } }`.",
                "`qpool help method NAME` tells the same; [which is for what](../methods.md).",
            ], methods)
    }

    /// `docs/reference/analyses.md`.
    public static var analysesReference: String {
        page(
            "Analyses",
            [
                "Keys of a job that ask for more than draws, with what each takes. `qpool help analysis NAME` tells the",
                "same; [what they answer](../analyses.md).",
            ], analyses)
    }

    /// `docs/reference/settings.md`.
    public static var settingsReference: String {
        let keys = ParameterGroup(settings.map(\.linked))
        var lines =
            ["# Settings", ""] + ["Every key of a job. `qpool help setting NAME` tells the same."]
        lines += origin + keys.tableLines()
        lines += ["", "## Examples", "", "One of each key:", ""]
        lines += settings.compactMap { key in key.example.map { "    \(key.key): \($0)" } }
        lines += ["", "## Functions", ""]
        lines += [
            "Where a formula may stand, one of these may, too: under `utility`, `costs` and their like."
        ]
        for function in functions {
            lines += ["", function.section.replacingHeading]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func page(
        _ title: String, _ words: [String], _ declarations: [SettingsDeclaration]
    ) -> String {
        var lines = ["# \(title)", ""] + words + origin + ["", "| name | |", "|---|---|"]
        lines += declarations.map { "| [`\($0.name)`](#\($0.name)) | \($0.sentence) |" }
        for declaration in declarations { lines += ["", declaration.section] }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension JobParameter {
    /// The same, with what is declared elsewhere as a link to its page.
    fileprivate var linked: JobParameter {
        guard case .declared(let words, let place) = kind else { return self }
        let page = place == "method" ? "methods.md" : "analyses.md#\(key)"
        return JobParameter(
            key, .declared("[\(words)](\(page))", place: place), default: fallback, events: events,
            unit: unit, sentence, also: otherKeys, example: example)
    }
}

extension String {
    /// A section one level deeper.
    fileprivate var replacingHeading: String { hasPrefix("## ") ? "#" + self : self }
}
