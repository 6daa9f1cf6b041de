// SPDX-License-Identifier: Apache-2.0

/// Rows under a header, columns aligned by spaces.
struct Table {
    var header: [String]
    var rows: [[String]] = []
    /// Columns that are set flush right, by place.
    var numeric: Set<Int> = []

    init(_ header: [String], numeric: Set<Int> = []) {
        self.header = header
        self.numeric = numeric
    }

    /// The table's text, a line a row, no trailing spaces.
    var text: String {
        var widths = header.map(\.count)
        for row in rows {
            for (i, cell) in row.enumerated() { widths[i] = max(widths[i], cell.count) }
        }
        func line(_ cells: [String]) -> String {
            var out = ""
            for (i, cell) in cells.enumerated() {
                let gap = String(repeating: " ", count: widths[i] - cell.count)
                out += (i == 0 ? "" : "  ") + (numeric.contains(i) ? gap + cell : cell + gap)
            }
            while out.last == " " { out.removeLast() }
            return out + "\n"
        }
        return ([header] + rows).map(line).joined()
    }
}
