// SPDX-License-Identifier: Apache-2.0

/// Help as it fits a terminal: paragraphs are set anew, and what is set in columns goes on in its column.
enum HelpText {
    /// More columns than any line of help takes, so that the parser breaks none.
    static let unbroken = 10_000
    /// Lines of prose are not longer, however wide the terminal.
    private static let widest = 100

    /// Lines of at most so many columns, as far as words allow.
    static func fitted(_ text: String, columns: Int) -> String {
        let columns = max(30, min(columns, widest))
        var lines: [String] = []
        var prose: [Substring] = []
        func endProse() {
            guard !prose.isEmpty else { return }
            let text = prose.joined(separator: " ")
            lines.append(Paragraph.lines(text, columns: columns, indent: 0))
            prose = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty || line.first == " " {
                endProse()
                lines.append(columnar(line, columns))
            } else if line.hasSuffix(":") || line.hasPrefix("USAGE:") || line.hasPrefix("Usage:") {
                // What follows stands for itself.
                prose.append(line)
                endProse()
            } else {
                prose.append(line)
            }
        }
        endProse()
        return lines.joined(separator: "\n")
    }

    /// A line that begins with blanks, and may have a second column behind two of them: what does not
    /// fit goes on under the last column.
    private static func columnar(_ line: Substring, _ columns: Int) -> String {
        guard DisplayText.width(String(line)) > columns else { return String(line) }
        let indent = line.prefix { $0 == " " }.count
        var column = indent
        if let gap = line.dropFirst(indent).ranges(of: "  ").last {
            column = line.distance(from: line.startIndex, to: gap.upperBound)
            column += line[gap.upperBound...].prefix { $0 == " " }.count
        }
        // A column that leaves no room for words is none.
        if columns - column < 24 { return String(line) }
        let start = line.index(line.startIndex, offsetBy: column)
        return line[..<start]
            + Paragraph.lines(String(line[start...]), columns: columns, indent: column)
    }
}
