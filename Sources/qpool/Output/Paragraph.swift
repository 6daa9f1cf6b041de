// SPDX-License-Identifier: Apache-2.0

/// Text broken into lines.
enum Paragraph {
    /// A text on lines of so many columns, all but the first indented; words are not broken.
    ///
    /// - Parameter indent: columns that are taken on each line already.
    static func lines(_ text: String, columns: Int, indent: Int) -> String {
        let room = max(20, columns - indent)
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in DisplayText.line(text).split(separator: " ") {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if DisplayText.width(longer) > room, !line.isEmpty {
                lines.append(line)
                line = String(word)
            } else {
                line = longer
            }
        }
        return (lines + [line]).joined(separator: "\n" + margin)
    }
}
