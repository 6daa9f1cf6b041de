// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// Reads a table of numbers from JSON Lines: an object with named numbers a line, or a list of them.
enum LinesTable {
    /// Reads the named members of every line, or of objects all numbers of the first line.
    ///
    /// Lists have columns `0`, `1`, … and no names; `true` and `false` count as 1 and 0, and the bare
    /// words `NaN` and `Infinity` are numbers that are none. Blank lines are passed over and counted.
    /// Any bytes may come.
    static func read(_ data: Data, columns wanted: [String]?) throws(TableError) -> DataTable {
        var names: [String] = []
        var columns: [[Double]] = []
        var isList = false
        var rows = 0
        let lines = TableFile.withoutMark(data).split(
            separator: 10, omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
            func wrong(_ what: String) -> TableError {
                TableError(message: "line \(number + 1): \(what)")
            }
            let value: JSON
            do throws(JSONFault) {
                value = try JSON(parsing: line)
            } catch {
                throw wrong("is not JSON: \(error)")
            }
            if rows == 0 {
                switch value {
                case .array(let list):
                    isList = true
                    names = wanted ?? list.indices.map { "\($0)" }
                case .object(let members):
                    names = wanted ?? members.filter { cell($0.1) != nil }.map(\.0).sorted()
                default: break
                }
                var seen: Set<String> = []
                names = names.filter { seen.insert($0).inserted }
                guard !names.isEmpty else {
                    throw wrong("expected an object or a list with numbers")
                }
                columns = [[Double]](repeating: [], count: names.count)
            }
            for (place, name) in names.enumerated() {
                var found: JSON?
                if !isList {
                    found = value[name]
                } else if case .array(let list) = value, let index = Int(name),
                    list.indices.contains(index)
                {
                    found = list[index]
                }
                guard let found, let cell = cell(found) else {
                    throw wrong(
                        "`\(name)` is not a number; name the numeric members under `columns:`")
                }
                columns[place].append(cell)
            }
            if isList, wanted == nil, case .array(let list) = value, list.count > names.count {
                throw wrong("has \(list.count) numbers, the first line \(names.count)")
            }
            rows += 1
        }
        guard rows > 0 else { throw TableError(message: "has no lines") }
        return DataTable(columnNames: isList && wanted == nil ? [] : names, columns: columns)
    }

    private static func cell(_ value: JSON) -> Double? {
        switch value {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .bool(let isTrue): isTrue ? 1 : 0
        case .null, .string, .array, .object: nil
        }
    }
}
