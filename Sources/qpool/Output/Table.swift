// SPDX-License-Identifier: Apache-2.0

/// Rows under a header, columns aligned by spaces. Whatever stands in a cell stays in its line: see
/// ``DisplayText``.
struct Table {
    var header: [String]
    var rows: [[String]] = []
    /// Columns that are set flush right, by place.
    var numeric: Set<Int> = []

    /// The widest that a cell is set; more of it is cut.
    private static let widest = 120

    init(_ header: [String], numeric: Set<Int> = []) {
        self.header = header
        self.numeric = numeric
    }

    /// The table's text, a line a row, no trailing spaces.
    var text: String {
        let cells = ([header] + rows).map { row in
            row.map { DisplayText.line($0, columns: Self.widest) }
        }
        var widths = [Int](repeating: 0, count: cells.map(\.count).max() ?? 0)
        for row in cells {
            for (i, cell) in row.enumerated() {
                widths[i] = max(widths[i], DisplayText.width(cell))
            }
        }
        func line(_ cells: [String]) -> String {
            var out = ""
            for (i, cell) in cells.enumerated() {
                let gap = String(repeating: " ", count: widths[i] - DisplayText.width(cell))
                out += (i == 0 ? "" : "  ") + (numeric.contains(i) ? gap + cell : cell + gap)
            }
            while out.last == " " { out.removeLast() }
            return out + "\n"
        }
        return cells.map(line).joined()
    }
}
