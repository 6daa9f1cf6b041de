// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// A result as records: its draws, the rows of an analysis, or the one row of an estimate.
struct ResultRecords {
    private let parsed: ParsedResult
    private var result: JobResult { parsed.result }

    init(_ parsed: ParsedResult) { self.parsed = parsed }

    var lines: String { (findings ?? draws).lines }
    var csv: String { (findings ?? spreadDraws).csv }
    var npy: Data {
        if let findings { return findings.npy }
        let draws = result.selections.first?.draws ?? []
        return NumPyFile.encode(
            rows: draws.map(\.value), columns: draws.first?.value.count ?? 0)
    }

    /// Of an analysis and an estimate, its rows.
    private var findings: RecordList? {
        if let estimate = result.estimate {
            return RecordList([
                [
                    ("p", .number(estimate.p)), ("lower", .number(estimate.interval.lower)),
                    ("upper", .number(estimate.interval.upper)),
                    ("cv", .number(estimate.variation)),
                ]
            ])
        }
        return result.table.map { RecordList(columns: $0.columns, rows: $0.rows) }
    }

    private var hasTexts: Bool {
        result.selections.contains { $0.draws.contains { $0.record != nil } }
    }

    private static func head(_ selection: SelectionResult, _ draw: Draw) -> [JSON] {
        [
            .string(selection.utilityName), selection.quantile.map { .number($0) } ?? .null,
            .integer(draw.index), .number(draw.utility),
        ]
    }

    private static let head = ["utility_name", "quantile", "index", "utility"]

    /// Draws with their values as a list.
    private var draws: RecordList {
        var list = RecordList(
            columns: Self.head + ["value", "fallback"] + (hasTexts ? ["text"] : []), rows: [])
        for selection in result.selections {
            for draw in selection.draws {
                let values = draw.value.map { JSON.number($0) }
                var row = Self.head(selection, draw) + [.array(values), .bool(draw.fallback)]
                if hasTexts { row.append(draw.record?.text.map { .string($0) } ?? .null) }
                list.rows.append(row)
            }
        }
        return list
    }

    /// Draws with a column for each value.
    private var spreadDraws: RecordList {
        let width = result.selections.first?.draws.first?.value.count ?? 0
        let names = (0..<width).map {
            $0 < parsed.components.count ? parsed.components[$0] : "x\($0)"
        }
        var list = RecordList(columns: Self.head + names + (hasTexts ? ["text"] : []), rows: [])
        for selection in result.selections {
            for draw in selection.draws {
                var row = Self.head(selection, draw) + draw.value.map { .number($0) }
                if hasTexts { row.append(draw.record?.text.map { .string($0) } ?? .null) }
                list.rows.append(row)
            }
        }
        return list
    }
}
