// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Quantilizer
import Reports

/// Records with the same members, for programs: the one way in which draws, rows of an analysis, jobs and
/// workers are written as `json`, `jsonl`, `csv` and `npy`.
struct RecordList {
    /// The members' names.
    var columns: [String]
    /// A value for each name; texts, numbers or lists.
    var rows: [[JSON]]

    /// Records whose names are those of the first; all must have the same.
    init(_ records: [[(String, JSON)]], columns: [String] = []) {
        self.columns = records.first?.map(\.0) ?? columns
        rows = records.map { $0.map(\.1) }
    }

    init(columns: [String], rows: [[JSON]]) {
        self.columns = columns
        self.rows = rows
    }

    private var objects: [JSON] { rows.map { .object(Array(zip(columns, $0))) } }

    /// One document, a list.
    var json: String { JSON.array(objects).text(pretty: true) + "\n" }

    /// A record a line.
    var lines: String { objects.map { $0.text() + "\n" }.joined() }

    /// A header and a line a record; lists as JSON.
    var csv: String {
        var file = CSVFile(columns)
        for row in rows { file.add(row.map(Self.cell)) }
        return file.text
    }

    /// Numbers alone; what is none is NaN.
    var npy: Data {
        NumPyFile.encode(rows: rows.map { $0.map(Self.number) }, columns: columns.count)
    }

    /// The records in a format for programs, where they are things with names: no matrix.
    func text(_ format: OutputFormat) throws -> String {
        switch format {
        case .json: return json
        case .jsonl: return lines
        case .csv: return csv
        case .npy, .table:
            throw ValidationError(
                "-o npy holds a matrix of numbers, and these are names and texts: take json, jsonl or "
                    + "csv")
        }
    }

    /// A value as a cell: a text as it is, a number as JSON has it, nothing for null.
    static func cell(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .number(let number) where !number.isFinite: Figures.short(number)
        default: value.text()
        }
    }

    private static func number(_ value: JSON) -> Double {
        switch value {
        case .number(let number): number
        case .integer(let count): Double(count)
        case .bool(let truth): truth ? 1 : 0
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        case .string, .null, .array, .object: .nan
        }
    }
}
