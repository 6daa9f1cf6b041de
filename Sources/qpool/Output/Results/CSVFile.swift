// SPDX-License-Identifier: Apache-2.0

/// Comma-separated values as RFC 4180 has them, with line feeds alone at line ends: a cell with a comma, a
/// quote or a line end stands in quotes, and quotes in it are doubled.
struct CSVFile {
    private(set) var text = ""

    /// A file that begins with a header.
    init(_ header: [String]) { add(header) }

    /// Adds a line.
    mutating func add(_ cells: [String]) {
        // A line of one empty cell would be an empty line, which readers skip.
        text += cells == [""] ? "\"\"" : cells.map(Self.cell).joined(separator: ",")
        text += "\n"
    }

    private static func cell(_ value: String) -> String {
        let needsQuotes = value.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13
        }
        guard needsQuotes else { return value }
        return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }
}
