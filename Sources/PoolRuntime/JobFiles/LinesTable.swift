// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// Reads a table of numbers from JSON Lines: an object with named numbers a line, or a list of them.
enum LinesTable {
    /// Reads the named members of every line, or of objects all numbers of the first line.
    ///
    /// Lists have columns `0`, `1`, … and no names; `true` and `false` count as 1 and 0. Any bytes may
    /// come.
    static func read(_ data: Data, columns wanted: [String]?) throws(TableError) -> DataTable {
        var names: [String] = []
        var columns: [[Double]] = []
        var isList = false
        var rows = 0
        for (number, line) in data.split(separator: 10).enumerated() {
            if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
            func wrong(_ what: String) -> TableError {
                TableError(message: "line \(number + 1): \(what)")
            }
            guard let value = try? JSONSerialization.jsonObject(with: line, options: [])
            else { throw wrong("is not JSON") }
            if rows == 0 {
                if let list = value as? [Any] {
                    isList = true
                    names = wanted ?? list.indices.map { "\($0)" }
                } else if let object = value as? [String: Any] {
                    names = wanted ?? object.keys.filter { object[$0] is NSNumber }.sorted()
                }
                var seen: Set<String> = []
                names = names.filter { seen.insert($0).inserted }
                guard !names.isEmpty else {
                    throw wrong("expected an object or a list with numbers")
                }
                columns = [[Double]](repeating: [], count: names.count)
            }
            for (place, name) in names.enumerated() {
                let cell: Any?
                if isList {
                    let list = value as? [Any]
                    let index = Int(name) ?? -1
                    cell = list.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                } else {
                    cell = (value as? [String: Any])?[name]
                }
                guard let found = cell as? NSNumber else {
                    throw wrong(
                        "`\(name)` is not a number; name the numeric members under `columns:`")
                }
                columns[place].append(found.doubleValue)
            }
            rows += 1
        }
        guard rows > 0 else { throw TableError(message: "has no lines") }
        return DataTable(columnNames: isList && wanted == nil ? [] : names, columns: columns)
    }
}
