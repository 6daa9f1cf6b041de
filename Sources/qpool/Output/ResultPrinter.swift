// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer

/// How a command writes its answer.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, jsonl, csv, npy
}

/// Writes a result document to standard output in the format asked for.
struct ResultPrinter {
    var format: OutputFormat

    /// `json` is the document itself, `jsonl` and `csv` and `npy` are its draws, or the rows of an
    /// analysis.
    func write(_ document: String) throws {
        if format == .json {
            Terminal.writeOutput(document.hasSuffix("\n") ? document : document + "\n")
            return
        }
        let parsed = try ParsedResult(try ResultFile.document(document))
        switch format {
        case .table: Terminal.writeOutput(ResultText(parsed: parsed).text)
        case .jsonl: Terminal.writeOutput(ResultRecords(parsed).lines)
        case .csv: Terminal.writeOutput(ResultRecords(parsed).csv)
        case .npy: Terminal.writeOutput(ResultRecords(parsed).npy)
        case .json: break
        }
    }
}
