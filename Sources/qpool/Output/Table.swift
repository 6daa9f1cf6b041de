// SPDX-License-Identifier: Apache-2.0

/// Rows under a header, columns aligned by spaces. Whatever stands in a cell stays in its line: see
/// ``DisplayText``.
struct Table {
    var header: [String]
    var rows: [[String]] = []
    /// Columns that are set flush right, by place.
    var numeric: Set<Int> = []

    /// Columns that may be left out, by place, the most dispensable first.
    var spare: [Int] = []
    /// Where columns that were left out are to be had.
    var elsewhere = "--wide shows them"

    /// The widest that a cell is set; more of it is cut.
    private static let widest = 120
    /// What stands between two columns.
    private static let gap = 2

    init(_ header: [String], numeric: Set<Int> = [], spare: [Int] = []) {
        self.header = header
        self.numeric = numeric
        self.spare = spare
    }

    /// The table's text, a line a row, no trailing spaces.
    var text: String { text(columns: nil) }

    /// The columns of a terminal that the whole table takes.
    var width: Int { widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) }

    private var widths: [Int] {
        header.indices.map { column in
            ([header] + rows).map { min(Self.widest, DisplayText.width($0[column])) }.max() ?? 0
        }
    }

    /// The text within so many columns of a terminal, as far as leaving out spare columns leads to that,
    /// which a last line says; nil leaves none out. Columns with nothing in them go first.
    func text(columns room: Int?) -> String {
        guard let room else { return text(without: []) }
        let widths = widths
        let isEmpty = header.indices.map { column in rows.allSatisfy { $0[column].isEmpty } }
        var left: Set<Int> = []
        func width() -> Int {
            let kept = widths.indices.filter { !left.contains($0) }
            return kept.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, kept.count - 1)
        }
        for column in spare.filter({ isEmpty[$0] }) + spare.filter({ !isEmpty[$0] }) {
            if width() <= room { break }
            left.insert(column)
        }
        let told = left.filter { !isEmpty[$0] }.sorted().map { header[$0] }
        let note =
            told.isEmpty
            ? ""
            : Paragraph.lines(
                "left out: \(told.joined(separator: ", ")); \(elsewhere)", columns: room, indent: 0)
                + "\n"
        return text(without: left) + note
    }

    private func text(without left: Set<Int>) -> String {
        let kept = header.indices.filter { !left.contains($0) }
        let numeric = Set(kept.indices.filter { self.numeric.contains(kept[$0]) })
        let cells = ([header] + rows).map { row in
            kept.map { DisplayText.line(row[$0], columns: Self.widest) }
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
