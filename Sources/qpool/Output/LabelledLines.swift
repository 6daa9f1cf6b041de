// SPDX-License-Identifier: Apache-2.0

/// Lines that begin with what they are about, set in one column.
struct LabelledLines {
    private(set) var text = ""
    private static let width = 16

    /// Adds a line; an empty label goes on with the last.
    mutating func add(_ label: String, _ line: String) {
        text += label + String(repeating: " ", count: max(1, Self.width - label.count))
        text += DisplayText.line(line) + "\n"
    }
}
