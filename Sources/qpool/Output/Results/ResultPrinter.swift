// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import Quantilizer
import Reports

/// Writes a result document where and how it was asked for.
struct ResultPrinter {
    private let target: OutputTarget
    private var report: String?
    private var isQuiet = false

    /// Writes there and nothing beside.
    init(to target: OutputTarget) { self.target = target }

    /// Writes as the options say, a report too where they want one.
    init(_ answer: AnswerOptions) {
        target = answer.output
        report = answer.report
        isQuiet = answer.quiet
    }

    /// `json` is the document itself, `jsonl` and `csv` and `npy` are its draws, or the rows of an
    /// analysis.
    func write(_ document: String) throws {
        if let report {
            let parsed = try ParsedResult(try ResultFile.document(document))
            try OutputTarget.write(
                Array(Report(parsed).page(release: Release.version).utf8), to: report)
            if !isQuiet { Terminal.say("the report is in \(report)") }
        }
        if target.format == .json {
            try target.write(document.hasSuffix("\n") ? document : document + "\n")
            return
        }
        let parsed = try ParsedResult(try ResultFile.document(document))
        switch target.format {
        case .table:
            try target.write(
                ResultText(parsed: parsed, paint: target.paint, columns: target.tableColumns).text)
        case .jsonl: try target.write(ResultRecords(parsed).lines)
        case .csv: try target.write(ResultRecords(parsed).csv)
        case .npy: try target.write(ResultRecords(parsed).npy)
        case .json: break
        }
    }
}
