// SPDX-License-Identifier: Apache-2.0
import PoolCore

/// How many columns text takes on a terminal.
enum DisplayText {
    /// The text on one line that the terminal does not obey.
    static func line(_ text: String) -> String { PrintableText.line(text) }

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
    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 128 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if PrintableText.isWide(first) || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }
}
