// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// Writes a result document where and how it was asked for.
struct ResultPrinter {
    private let target: OutputTarget
    private var format: OutputFormat { target.format }

    init(_ target: OutputTarget) { self.target = target }

    /// `json` is the document itself, `jsonl` and `csv` and `npy` are its draws, or the rows of an
    /// analysis.
    func write(_ document: String) throws {
        if format == .json {
            try target.write(document.hasSuffix("\n") ? document : document + "\n")
            return
        }
        if let analysis = try AnalysisText(document: document) {
            return try write(analysis, document)
        }
        let view: ResultView
        do {
            view = try ResultView(json: document)
        } catch {
            Terminal.say("qpool: this is not a result document: \(error)")
            throw ExitStatus.jobFailed
        }
        if let estimate = view.estimate, format != .table {
            try target.write(EstimateText.record(estimate, format: format))
            return
        }
        switch format {
        case .table: try target.write(table(view))
        case .jsonl: try target.write(drawRecords(view))
        case .csv: try target.write(drawTable(view))
        case .npy:
            let draws = view.primary?.draws ?? []
            try target.write(
                NumPyFile.encode(
                    rows: draws.map { $0.value.map(\.value) },
                    columns: draws.first?.value.count ?? 0))
        case .json: break
        }
    }

    /// The table of an analysis; warnings and the digest below it where people read it.
    private func write(_ analysis: AnalysisText, _ document: String) throws {
        guard format == .table else {
            try target.write(analysis.records(format))
            return
        }
        let view = try ResultView(json: document)
        var out = ""
        for selection in view.selections { out += describe(selection, of: view) + "\n" }
        if let usage = view.usage { out += Self.describe(usage, of: view) + "\n" }
        try target.write(out + analysis.table + "\n" + notes(view))
    }

    private func notes(_ view: ResultView) -> String {
        var out = ""
        for warning in view.warnings {
            out += target.paint.red("warning") + " \(warning.code): \(warning.message)\n"
        }
        if let digest = view.digest { out += "digest       \(digest)\n" }
        return out
    }

    private static func describe(_ usage: ResultView.Usage, of view: ResultView) -> String {
        var text = "drawing      \(Figures.grouped(view.requests)) requests"
        if usage.redrawn > 0 { text += ", \(Figures.grouped(usage.redrawn)) draws asked for again" }
        if usage.failed > 0 { text += ", \(Figures.grouped(usage.failed)) samples failed" }
        text +=
            "\ntokens       \(Figures.grouped(usage.prompt_tokens)) of prompts, "
            + "\(Figures.grouped(usage.completion_tokens)) of texts"
        if usage.judge_tokens > 0 {
            text += ", \(Figures.grouped(usage.judge_tokens)) read by judges"
        }
        if let spend = usage.spend { text += "; spend \(spend.text)" }
        return text
    }

    // MARK: - Table

    private func table(_ view: ResultView) -> String {
        var out = view.estimate.map { EstimateText.table($0, of: view) } ?? ""
        for selection in view.selections { out += describe(selection, of: view) + "\n" }
        if let usage = view.usage { out += Self.describe(usage, of: view) + "\n" }
        return out + notes(view)
    }

    private func describe(_ selection: ResultView.Selection, of view: ResultView) -> String {
        var lines: [(String, String)] = []
        let several = view.selections.count > 1
        let quantile = selection.quantile.map { "q = \($0.text)" } ?? ""
        let head = [several ? selection.utility_name : nil, quantile].compactMap { $0 }
        var count = "\(Figures.grouped(selection.kept)) kept of \(Figures.grouped(view.issued))"
        if let invalid = selection.invalid, invalid > 0 {
            count += ", \(Figures.grouped(invalid)) without a utility (NaN)"
        }
        lines.append(("samples", count))
        if let t = selection.threshold, let value = t.value {
            var text = value.text
            if let i = t.interval, i.count == 2 { text += "  in [\(i[0].text), \(i[1].text)]" }
            if let c = t.confidence { text += "  (\(Figures.short(c.value * 100)) %)" }
            lines.append(("threshold", text))
            if let mass = t.tail_mass {
                var text = mass.text
                if let i = t.tail_mass_interval, i.count == 2 {
                    text += "  in [\(i[0].text), \(i[1].text)]"
                }
                lines.append(("tail mass", text))
            }
        }
        if let tie = selection.tie_mass, tie.value > 0 { lines.append(("tie mass", tie.text)) }
        if let u = selection.utility {
            if let mean = u.mean, let sd = u.sd {
                lines.append(("utility", "base mean \(mean.text), sd \(sd.text)"))
            }
            if let top = u.top_mean {
                var text = "top mean \(top.text)"
                if let i = u.top_mean_interval, i.count == 2 {
                    text += "  in [\(i[0].text), \(i[1].text)]"
                }
                if let most = u.max { text += ", max \(most.text)" }
                lines.append(("", text))
            }
        }
        for (name, cost) in selection.costs?.pairs ?? [] {
            let kind = cost.bound_kind == "estimate" ? " (an estimate)" : ""
            let bound = cost.bound.map { ", bound \($0.text)\(kind)" } ?? ""
            lines.append(
                (
                    "cost",
                    "\(name): base \(cost.base?.text ?? "?"), top \(cost.top?.text ?? "?")\(bound)"
                ))
        }
        let a = selection.certificate
        lines.append(("certificate", a.statement))
        let width = 13
        var out = target.paint.bold(head.joined(separator: ", ")) + "\n"
        for (name, text) in lines {
            out += name + String(repeating: " ", count: max(1, width - name.count)) + text + "\n"
        }
        return out + draws(selection, names: view.names)
    }

    private func draws(_ selection: ResultView.Selection, names: [String]) -> String {
        let shownColumns = 6
        let shownRows = 10
        guard let first = selection.draws.first else { return "" }
        let width = first.value.count
        var header = ["draw", "index", "utility"]
        for j in 0..<min(width, shownColumns) {
            header.append(j < names.count ? names[j] : "x[\(j)]")
        }
        if width > shownColumns { header.append("…") }
        let hasTexts = selection.draws.contains { $0.text != nil || $0.failure != nil }
        if hasTexts { header.append("text") }
        var table = Table(header, numeric: Set(0..<(3 + shownColumns)))
        for (i, draw) in selection.draws.prefix(shownRows).enumerated() {
            var row = ["\(i + 1)", "\(draw.index)", draw.utility.text]
            row += draw.value.prefix(shownColumns).map(\.text)
            if width > shownColumns { row.append("…") }
            if hasTexts { row.append(Self.shown(draw)) }
            table.rows.append(row)
        }
        var out = table.text
        if selection.draws.count > shownRows || width > shownColumns {
            out += target.paint.dim(
                "\(selection.draws.count) draws of \(width) values; all of them: -o json, csv, npy\n"
            )
        }
        return out
    }

    /// A text on one line, without what a terminal would take for a command.
    private static func shown(_ draw: ResultView.Draw) -> String {
        guard let text = draw.text else { return draw.failure.map { "(\($0))" } ?? "" }
        let line = String(
            text.unicodeScalars.prefix(61).map { scalar -> Character in
                scalar.properties.generalCategory == .control ? " " : Character(scalar)
            })
        return line.unicodeScalars.count > 60 ? line.prefix(60) + "…" : line
    }

    // MARK: - Records

    private func drawRecords(_ view: ResultView) -> String {
        var out = ""
        for selection in view.selections {
            for draw in selection.draws {
                let value = draw.value.map { json($0.value) }.joined(separator: ",")
                var fields: [String] = []
                if let name = selection.utility_name {
                    fields.append("\"utility_name\":\"\(name)\"")
                }
                if let q = selection.quantile { fields.append("\"quantile\":\(json(q.value))") }
                fields += [
                    "\"index\":\(draw.index)", "\"utility\":\(json(draw.utility.value))",
                    "\"value\":[\(value)]", "\"fallback\":\(draw.fallback)",
                ]
                if let text = draw.text {
                    fields.append("\"text\":" + JSON.string(text).text())
                }
                out += "{" + fields.joined(separator: ",") + "}\n"
            }
        }
        return out
    }

    private func drawTable(_ view: ResultView) -> String {
        let width = view.primary?.draws.first?.value.count ?? 0
        let names = (0..<width).map { $0 < view.names.count ? view.names[$0] : "x\($0)" }
        var out = (["utility_name", "quantile", "index", "utility"] + names).joined(separator: ",")
        out += "\n"
        for selection in view.selections {
            for draw in selection.draws {
                let cells =
                    [
                        selection.utility_name ?? "",
                        selection.quantile.map { "\($0.value)" } ?? "",
                        "\(draw.index)", "\(draw.utility.value)",
                    ] + draw.value.map { "\($0.value)" }
                out += cells.joined(separator: ",") + "\n"
            }
        }
        return out
    }

    private func json(_ value: Double) -> String {
        value.isFinite ? "\(value)" : "\"\(Figures.short(value))\""
    }
}
