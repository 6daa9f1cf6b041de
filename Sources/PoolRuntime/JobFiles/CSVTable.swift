// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import SwiftCSV

/// What is wrong with a data file, and the remedy.
struct TableError: Error {
    var message: String
}

/// Reads a table of numbers from a CSV file with a header line.
enum CSVTable {
    /// Reads the named columns, or all of them; every cell of those must be a number.
    ///
    /// The delimiter (comma, semicolon, tab) is found from the header line. Any bytes may come.
    ///
    /// **Complexity**: O(bytes) time and memory.
    static func read(_ data: Data, columns wanted: [String]?) throws(TableError) -> DataTable {
        guard let text = String(data: data, encoding: .utf8) else {
            throw TableError(message: "is not UTF-8 text")
        }
        let csv: EnumeratedCSV
        do {
            csv = try EnumeratedCSV(string: text, loadColumns: false)
        } catch {
            throw TableError(message: "is not CSV: \(error)")
        }
        return try table(header: csv.header.map(trimmed), rows: csv.rows, wanted: wanted)
    }

    private static func table(
        header: [String], rows: [[String]], wanted: [String]?
    ) throws(TableError) -> DataTable {
        guard !header.isEmpty, !rows.isEmpty else {
            throw TableError(message: "has no rows below its header line")
        }
        var names: [String] = []
        for name in wanted ?? header where !names.contains(name) { names.append(name) }
        var places: [Int] = []
        for name in names {
            guard let place = header.firstIndex(of: name) else {
                throw TableError(
                    message: "has no column `\(name)`; it has \(header.joined(separator: ", "))")
            }
            places.append(place)
        }
        var columns = [[Double]](repeating: [], count: places.count)
        for c in columns.indices { columns[c].reserveCapacity(rows.count) }
        for (r, row) in rows.enumerated() {
            for (c, place) in places.enumerated() {
                let cell = place < row.count ? trimmed(row[place]) : ""
                guard let value = Double(cell) else {
                    throw TableError(
                        message: "row \(r + 1) below the header, column `\(names[c])`: `\(cell)` "
                            + "is not a number; name the numeric columns under `columns:`")
                }
                columns[c].append(value)
            }
        }
        return DataTable(columnNames: names, columns: columns)
    }

    private static func trimmed(_ cell: String) -> String {
        cell.trimmingCharacters(in: .whitespaces)
    }
}
