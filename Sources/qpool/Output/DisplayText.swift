// SPDX-License-Identifier: Apache-2.0

/// Text that somebody else chose, on a terminal: one line that the terminal does not obey, and how many
/// columns it takes there.
enum DisplayText {
    /// The text with control characters, line ends and what turns the direction of writing shown as
    /// `\n`, `\u{1b}`.
    static func line(_ text: String) -> String {
        text.utf8.allSatisfy({ (32..<127).contains($0) }) ? text : text.map(printable).joined()
    }

    /// Such a line cut to so many columns, with `…` where it was cut.
    static func line(_ text: String, columns most: Int) -> String {
        let whole = line(text)
        guard width(whole) > most else { return whole }
        var out = ""
        var columns = 0
        for character in whole {
            columns += width(String(character))
            if columns >= most { break }
            out.append(character)
        }
        return out + "…"
    }

    /// The columns that a printable text takes on a terminal: two for East Asian wide characters and for
    /// pictures, one for others, none for marks that combine.
    ///
    /// Reference: Unicode Standard Annex 11, East Asian Width.
    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 128 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if isWide(first) || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2E80...0x303E,
        0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
        0x20000...0x3FFFD,
    ]

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) }
    }

    private static func printable(_ character: Character) -> String {
        // Joiners inside a picture are part of it.
        if character.unicodeScalars.count > 1, character.unicodeScalars.first.map(isWide) == true {
            return String(character)
        }
        guard character.unicodeScalars.contains(where: isCommand) else { return String(character) }
        return character.unicodeScalars.map { scalar in
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
        case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: true
        default: false
        }
    }
}
