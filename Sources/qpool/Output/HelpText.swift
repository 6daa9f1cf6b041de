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
            let isUsage = text.lowercased().hasPrefix("usage:")
            let set = Paragraph.lines(
                isUsage ? together(text) : text, columns: columns, indent: isUsage ? 7 : 0)
            lines.append(set.replacing("\u{A0}", with: " "))
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
        let start = line.index(line.startIndex, offsetBy: column)
        let rest = String(line[start...])
        guard columns - column >= 24 else {
            // A column that leaves no room for words begins on a line of its own.
            let below = indent + 4
            let first = column > indent ? DisplayText.line(String(line[..<start])) : ""
            var lines = first.isEmpty ? "" : first + "\n"
            while lines.hasSuffix(" \n") { lines.removeLast(2); lines += "\n" }
            return lines + String(repeating: " ", count: first.isEmpty ? indent : below)
                + Paragraph.lines(rest, columns: columns, indent: first.isEmpty ? indent : below)
        }
        return line[..<start] + Paragraph.lines(rest, columns: columns, indent: column)
    }

    /// What stands in brackets stays together, by blanks that do not break.
    private static func together(_ text: String) -> String {
        var depth = 0
        return String(
            text.map { character -> Character in
                if character == "[" { depth += 1 }
                if character == "]" { depth -= 1 }
                return depth > 0 && character == " " ? "\u{A0}" : character
            })
    }
}
