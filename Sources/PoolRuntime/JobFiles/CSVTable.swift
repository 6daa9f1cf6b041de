// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

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
        let bytes = [UInt8](TableFile.withoutMark(data))
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw TableError(message: "is not UTF-8 text")
        }
        var records = CSVRecords(bytes)
        guard let header = try records.next() else { throw TableError(message: "is empty") }
        let (names, places) = try choose(wanted, of: header.cells)
        var columns = [[Double]](repeating: [], count: places.count)
        while let record = try records.next() {
            guard record.cells.count == header.cells.count else {
                throw TableError(
                    message: "line \(record.line) has \(record.cells.count) cells, the header line "
                        + "\(header.cells.count): every line needs as many, and a decimal comma "
                        + "needs another delimiter")
            }
            for (c, place) in places.enumerated() {
                let cell = record.cells[place]
                guard let value = Double(cell.trimmingCharacters(in: .whitespaces)) else {
                    throw TableError(
                        message: "line \(record.line), column `\(names[c])`: `\(cell)` is not a "
                            + "number; name the numeric columns under `columns:`")
                }
                columns[c].append(value)
            }
        }
        guard columns.first?.isEmpty == false else {
            throw TableError(message: "has no rows below its header line")
        }
        return DataTable(columnNames: names, columns: columns)
    }

    /// The names and the places of the columns that are read.
    private static func choose(
        _ wanted: [String]?, of header: [String]
    ) throws(TableError) -> (names: [String], places: [Int]) {
        let written = header.filter { !$0.isEmpty }
        if wanted == nil, written.allSatisfy({ Double($0) != nil }) {
            throw TableError(
                message: "has numbers only in its first line, which has to name the columns: put "
                    + "a header line above it; where those numbers are names, give them under "
                    + "`columns:`")
        }
        var names: [String] = []
        for name in wanted ?? header where wanted == nil || !names.contains(name) {
            names.append(name)
        }
        var places: [Int] = []
        for name in names {
            guard let place = header.firstIndex(of: name) else {
                throw TableError(
                    message: "has no column `\(name)`; it has \(header.joined(separator: ", "))")
            }
            if let second = header[(place + 1)...].firstIndex(of: name) {
                throw TableError(
                    message: "has the column `\(name)` twice, as columns \(place + 1) and "
                        + "\(second + 1): rename one, or name others under `columns:`")
            }
            places.append(place)
        }
        return (names, places)
    }
}
