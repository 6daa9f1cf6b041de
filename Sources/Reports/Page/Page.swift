// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The page around the chapters: head, question, warnings, how to make it again.
struct Page {
    private let parsed: ParsedResult
    private let chapters: [Chapter]
    private let release: String
    private let subject: Subject

    init(_ parsed: ParsedResult, chapters: [Chapter], release: String) {
        self.parsed = parsed
        self.chapters = chapters
        self.release = release
        subject = Subject(parsed)
    }

    var text: String {
        "<!DOCTYPE html>\n"
            + Markup.node(
                "html", [("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")],
                [head, body]
            ).text
    }

    /// Nothing may be asked for from anywhere: the browser is told.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

    private var head: Markup {
        .node(
            "head", [],
            [
                .node("meta", [("charset", "utf-8")]),
                .node("title", [], subject.name + ": " + subject.kind),
                .node(
                    "meta",
                    [("http-equiv", "Content-Security-Policy"), ("content", Self.policy)]),
                .node(
                    "meta",
                    [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
                .node("meta", [("name", "color-scheme"), ("content", "light dark")]),
                .node(
                    "style", [], [.verbatim(PageStyle.rules), .rules(Palette.rules(.automatic))]),
            ])
    }

    private var body: Markup {
        var parts: [Markup] = [
            .node(
                "header", [],
                [
                    .node("p", [("class", "kind")], subject.kind),
                    .node("h1", [], subject.name),
                    .node("p", [("class", "question")], [.prose(subject.question)]),
                ])
        ]
        if !parsed.result.warnings.isEmpty { parts.append(warnings) }
        parts += chapters.map { section($0) }
        parts += [diagnostics, usage].compactMap { $0 } + [again]
        return .node(
            "body", [],
            [
                .node("main", [], parts),
                .node(
                    "footer", [],
                    [
                        .node(
                            "p", [],
                            "Made by qpool \(release) from a result document of version \(parsed.version). Everything is in this file: it asks for nothing from anywhere."
                        )
                    ]), .node("script", [], [.verbatim(PageScript.text)]),
            ])
    }

    private var warnings: Markup {
        .node(
            "section", [("class", "warnings"), ("aria-label", "Warnings")],
            parsed.result.warnings.map { warning in
                .node(
                    "p", [],
                    [
                        .node("strong", [], "Warning, " + warning.code + ": "),
                        .prose(warning.message),
                    ])
            })
    }

    private func section(_ chapter: Chapter) -> Markup {
        .node(
            "section", [],
            [.node("h2", [], Self.capital(chapter.title))]
                + chapter.blocks.map { PageBlock($0).markup })
    }

    private static func capital(_ title: String) -> String {
        title.prefix(1).uppercased() + title.dropFirst()
    }

    private var diagnostics: Markup? {
        let result = parsed.result
        var rows: [(name: String, value: Cell)] = result.diagnostics.map {
            ($0.name, .number($0.value))
        }
        rows += parsed.reasons.map { ($0.name, .quoted($0.text)) }
        guard !rows.isEmpty else { return nil }
        return section(
            Chapter(
                title: "What the method tells beside",
                blocks: [.listing(.facts("Diagnostics", rows))]))
    }

    private var usage: Markup? {
        guard let usage = parsed.result.usage else { return nil }
        var rows: [(name: String, value: Cell)] = [
            ("samples that failed", .count(usage.failed)),
            ("draws asked for again", .count(usage.redrawn)),
            ("tokens of prompts", .count(usage.promptTokens)),
            ("tokens of texts", .count(usage.completionTokens)),
            ("tokens read by judges", .count(usage.judgeTokens)),
        ]
        if let spend = parsed.spend { rows.append(("spend", .number(spend))) }
        return section(
            Chapter(title: "What drawing took", blocks: [.listing(.facts("Usage", rows))]))
    }

    // MARK: Making it again

    private var howTo: String {
        let save = "Save the job below as job.json, where the files are that it names."
        switch subject.again {
        case .never:
            return save
                + " Its samples were drawn once: another run draws others, but for those that a journal kept."
        case .receipt, .job:
            return save
                + " The answer is the same to the bit on any machine and any number of workers; its digest tells."
        }
    }

    private var again: Markup {
        let id = parsed.id ?? "none"
        return .node(
            "section", [],
            [
                .node("h2", [], "How to make it again"),
                .node("p", [], howTo),
                .node(
                    "pre", [("class", "copy"), ("tabindex", "0")],
                    "qpool run job.json -o json > result.json\nqpool verify result.json\nqpool report result.json -o report.html"
                ),
                PageBlock(
                    .listing(
                        .facts(
                            "Names of this result",
                            [
                                ("digest of the answer", .quoted(parsed.digest)),
                                ("id of the job", .quoted(id)),
                                ("samples issued", .count(parsed.result.issued)),
                                ("samples the answer rests on", .count(parsed.result.evaluations)),
                            ] + timings))
                ).markup,
                .node("h3", [], "The job, with every default filled in"),
                .node(
                    "pre", [("class", "copy"), ("tabindex", "0")], parsed.job.text(pretty: true)),
            ])
    }

    private var timings: [(name: String, value: Cell)] {
        parsed.timings.map { ("this run: " + $0.name.replacingUnderscores, Cell($0.value)) }
    }
}

extension String {
    /// The words of a name that has underscores between them.
    fileprivate var replacingUnderscores: String {
        String(map { $0 == "_" ? " " : $0 })
    }
}
