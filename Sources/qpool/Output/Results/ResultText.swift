// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Reports

/// A result as people read it.
struct ResultText {
    let parsed: ParsedResult
    let paint: Paint
    /// Columns of the terminal; nil where lines may be of any length.
    var columns: Int?
    private var result: JobResult { parsed.result }

    /// The method's name, which says what can be told of it.
    private var method: String {
        switch parsed.job["method"] {
        case .string(let name): name
        case .object(let members): members.first?.0 ?? "exact"
        default: "exact"
        }
    }

    /// Selections or the estimate, the table of an analysis, what drawing took, warnings, the digest.
    var text: String {
        var out =
            result.estimate.map {
                EstimateText.table($0, method: parsed.method ?? method, columns: columns)
            } ?? ""
        for selection in result.selections { out += describe(selection) + "\n" }
        if let usage = result.usage { out += describe(usage) }
        if let table = result.table { out += AnalysisText(table, columns: columns).text + "\n" }
        return out + notes
    }

    private var notes: String {
        var lines = LabelledLines(columns: columns)
        let details =
            result.diagnostics.map { "\($0.name) \(Figures.short($0.value))" }
            + parsed.reasons.map { "\($0.name) \($0.text)" }
        for part in result.hidden {
            let level =
                part.mass == 1
                ? "of the base" : "of the last level but one (mass \(Figures.short(part.mass)))"
            lines.add(
                "could hide",
                "a part of less than \(Figures.short(part.share)) \(level) may have been met by no "
                    + "sample; it could add up to \(Figures.short(part.adds))")
        }
        if !details.isEmpty { lines.add("details", details.joined(separator: ", ")) }
        var out = lines.text
        for warning in result.warnings {
            let line = "\(warning.code): \(DisplayText.line(warning.message))"
            let label = "warning "
            out += paint.red("warning") + " "
            out += columns.map { Paragraph.lines(line, columns: $0, indent: label.count) } ?? line
            out += "\n"
        }
        var digest = LabelledLines(columns: columns)
        digest.add("digest", parsed.digest)
        return out + digest.text
    }

    private func describe(_ usage: RecordUsage) -> String {
        var lines = LabelledLines(columns: columns)
        var requests: UInt64 = 0
        if case .integer(let count)? = parsed.timings.first(where: { $0.name == "requests" })?.value
        {
            requests = count
        }
        var text = "\(Figures.grouped(requests)) requests"
        if usage.redrawn > 0 { text += ", \(Figures.grouped(usage.redrawn)) draws asked for again" }
        if usage.failed > 0 { text += ", \(Figures.grouped(usage.failed)) samples failed" }
        lines.add("drawing", text)
        var tokens =
            "\(Figures.grouped(usage.promptTokens)) of prompts, "
            + "\(Figures.grouped(usage.completionTokens)) of texts"
        if usage.judgeTokens > 0 {
            tokens += ", \(Figures.grouped(usage.judgeTokens)) read by judges"
        }
        if let spend = parsed.spend { tokens += "; spend \(Figures.short(spend))" }
        lines.add("tokens", tokens)
        return lines.text + "\n"
    }

    // MARK: A selection

    private func describe(_ selection: SelectionResult) -> String {
        let isOne = result.selections.count == 1
        let quantile = selection.quantile.map { "q = \(Figures.short($0))" } ?? ""
        let head = [isOne ? nil : DisplayText.line(selection.utilityName), quantile]
            .compactMap { $0 }.joined(separator: ", ")
        var lines = LabelledLines(columns: columns)
        var count =
            "\(Figures.grouped(selection.kept)) kept of \(Figures.grouped(result.issued))"
        if method == "best-of-n" {
            count = "\(Figures.grouped(result.issued)), the best of each group"
        }
        if selection.invalid > 0 {
            let among = selection.utility.measured.map { " of \(Figures.grouped($0))" } ?? ""
            count += ", \(Figures.grouped(selection.invalid))\(among) without a utility (NaN)"
        }
        lines.add("samples", count)
        describeThreshold(selection, &lines)
        describeUtility(selection.utility, &lines)
        for cost in selection.costs {
            let base = cost.base.isNaN ? "" : "base \(Figures.short(cost.base)), "
            let kind = cost.limit?.isProved == false ? " (an estimate)" : ""
            let bound = cost.bound.map { ", bound \(Figures.bound($0))\(kind)" } ?? ""
            lines.add("cost", "\(cost.name): \(base)top \(Figures.short(cost.top))\(bound)")
        }
        describeCertificate(selection.certificate, &lines)
        Ledger(selection, of: result, method: method).write(to: &lines)
        return (head.isEmpty ? "" : paint.bold(head) + "\n") + sentence(selection) + lines.text
            + DrawsText(
                selection, names: parsed.components, paint: paint, columns: columns
            ).text
    }

    /// What it comes to, where something is promised.
    private func sentence(_ selection: SelectionResult) -> String {
        let certificate = selection.certificate
        guard certificate.kind != .none, certificate.amplification.isFinite else { return "" }
        let source =
            method == "exact"
            ? "A draw is one of the best \(Figures.grouped(selection.kept)) of "
                + "\(Figures.grouped(result.issued)) samples; on average over a draw no cost"
            : "On average over a draw no cost"
        let sure = certificate.confidence.map { ", \(Figures.short($0 * 100)) % sure" } ?? ""
        let words =
            "\(source) is more than \(Figures.bound(certificate.amplification)) times the base's\(sure)."
        return (columns.map { Paragraph.lines(words, columns: $0, indent: 0) } ?? words) + "\n"
    }

    private func describeThreshold(_ selection: SelectionResult, _ lines: inout LabelledLines) {
        let threshold = selection.threshold
        if method == "best-of-n" {
            lines.add("least winner", Figures.short(threshold.value))
            return
        }
        // Of laws without a threshold there is none to show.
        guard threshold.value.isFinite else { return }
        let percent = "  (\(Figures.short(threshold.confidence * 100)) %)"
        let hasInterval = threshold.interval != nil
        lines.add(
            "threshold",
            Figures.estimate(threshold.value, threshold.interval) + (hasInterval ? percent : ""))
        let mass = threshold.tailMass
        guard mass.isFinite else { return }
        lines.add("tail mass", Figures.estimate(mass, threshold.tailMassInterval) + percent)
        if selection.tieMass > 0 { lines.add("tie mass", tieWords(selection)) }
    }

    private func tieWords(_ selection: SelectionResult) -> String {
        let mass = selection.threshold.tailMass
        let tied = selection.tieMass
        let start = "\(Figures.short(tied)) lies at the threshold itself and was kept in part: "
        let samples = Double(result.issued)
        // Where the mass is a share of the samples, those kept of the tied say both sides; else they bound them.
        if let kept = selection.tieKept, (mass * samples - Double(selection.kept)).magnitude < 0.5 {
            let above = max(0, mass - Double(kept) / samples)
            return start + "P(U > t) is \(Figures.short(above)), P(U ≥ t) "
                + Figures.short(min(1, above + tied))
        }
        return start + "P(U > t) is from \(Figures.short(max(0, mass - tied))), P(U ≥ t) up to "
            + Figures.short(min(1, mass + tied))
    }

    private func describeUtility(_ utility: UtilityStatistics, _ lines: inout LabelledLines) {
        if !utility.mean.isNaN {
            lines.add(
                "utility",
                "base mean \(Figures.short(utility.mean)), sd "
                    + Figures.short(utility.standardDeviation)
                    + (utility.measured.map { ", over \(Figures.grouped($0)) of them" } ?? ""))
        }
        guard !utility.topMean.isNaN else { return }
        let most = utility.maximum.isNaN ? "" : ", max \(Figures.short(utility.maximum))"
        lines.add("top mean", Figures.estimate(utility.topMean, utility.topMeanInterval) + most)
        if let index = utility.tailIndex {
            lines.add("tail index", Figures.estimate(index.value, index.interval))
        }
    }

    private func describeCertificate(
        _ certificate: Certificate, _ lines: inout LabelledLines
    ) {
        let sense =
            switch certificate.kind {
            case .exact: "exact"
            case .confidence: "with confidence \(Figures.short(certificate.confidence ?? .nan))"
            case .none: "no promise"
            }
        if certificate.kind != .none {
            lines.add(
                "certificate",
                "A ≤ \(Figures.bound(certificate.amplification)) "
                    + "(\(String(format: "%.2f", certificate.bits)) bits), \(sense)")
        }
        lines.add(
            certificate.kind == .none ? "certificate" : "", Figures.brief(certificate.statement))
    }
}
