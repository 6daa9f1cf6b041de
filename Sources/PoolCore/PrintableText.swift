// SPDX-License-Identifier: Apache-2.0

/// Text that somebody else chose, for a terminal or a log: nothing that a terminal obeys.
package enum PrintableText {
    /// The text on one line, with control characters, line ends and what turns the direction of writing
    /// shown as `\n`, `\u{1b}`. Joiners inside a picture are part of it.
    package static func line(_ text: String) -> String {
        text.utf8.allSatisfy({ (32..<127).contains($0) }) ? text : text.map(shown).joined()
    }

    /// A message that may have several lines, of which those after the first are indented: whatever a
    /// name in it holds, none looks like a message of its own.
    package static func message(_ text: String) -> String {
        if text.utf8.allSatisfy({ (32..<127).contains($0) }) { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            line(String($0))
        }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }) else { return text }
        return lines.enumerated().map { number, line in
            number <= first || line.isEmpty || line.hasPrefix("  ") ? line : "  " + line
        }.joined(separator: "\n")
    }

    /// Whether a character takes two columns of a terminal.
    ///
    /// Reference: Unicode Standard Annex 11, East Asian Width.
    package static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2E80...0x303E,
        0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
        0x20000...0x3FFFD,
    ]

    private static func shown(_ character: Character) -> String {
        let scalars = character.unicodeScalars
        if scalars.count > 1, scalars.first.map(isWide) == true { return String(character) }
        guard scalars.contains(where: isCommand) else { return String(character) }
        return scalars.map { scalar in
            guard isCommand(scalar) else { return String(Character(scalar)) }
            return switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: "\\u{\(String(scalar.value, radix: 16))}"
            }
        }.joined()
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }
}
