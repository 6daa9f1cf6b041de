// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import Quantilizer

/// Writes a result document where and how it was asked for.
struct ResultPrinter {
    private let target: OutputTarget

    init(_ target: OutputTarget) { self.target = target }

    /// `json` is the document itself, `jsonl` and `csv` and `npy` are its draws, or the rows of an
    /// analysis.
    func write(_ document: String) throws {
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
