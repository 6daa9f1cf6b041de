// SPDX-License-Identifier: Apache-2.0

/// Lines that begin with what they are about, set in one column.
struct LabelledLines {
    private(set) var text = ""
    /// Columns of the terminal; nil where lines may be of any length.
    private let columns: Int?
    private static let width = 16

    init(columns: Int? = nil) { self.columns = columns }

    /// Adds a line; an empty label goes on with the last.
    mutating func add(_ label: String, _ line: String) {
        text += label + String(repeating: " ", count: max(1, Self.width - label.count))
        let indent = max(Self.width, label.count + 1)
        text +=
            columns.map { Paragraph.lines(line, columns: $0, indent: indent) }
            ?? DisplayText.line(line)
        text += "\n"
    }
}
