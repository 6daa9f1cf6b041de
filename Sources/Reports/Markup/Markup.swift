// SPDX-License-Identifier: Apache-2.0

/// A piece of a page or of a picture: an element with what it holds, or a text.
///
/// What it writes is well-formed XML and means the same as HTML. Whatever stands in texts and in values of
/// attributes was escaped on the way out, so that nobody's name becomes markup.
///
/// **Determinism**: equal pieces give equal text.
enum Markup {
    /// A text, as somebody wrote it.
    case text(String)
    /// An element with its attributes, in order.
    case element(String, [(String, String)], [Markup])
    /// The inside of `style` and `script`, which our own sources say and nobody else.
    case verbatim(StaticString)
    /// Rules of ``Palette``, likewise.
    case rules(String)
    /// Several pieces side by side.
    case several([Markup])

    /// An element.
    static func node(
        _ name: String, _ attributes: [(String, String)] = [], _ content: [Markup] = []
    ) -> Markup {
        .element(name, attributes, content)
    }

    /// An element that holds one text.
    static func node(
        _ name: String, _ attributes: [(String, String)] = [], _ text: String
    ) -> Markup {
        .element(name, attributes, [.text(text)])
    }

    /// Words in which what stands between backticks is code, as messages and sentences have it.
    static func prose(_ text: String) -> Markup {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        // An odd backtick out is a sign like any other.
        guard parts.count % 2 == 1 else { return .text(text) }
        return .several(
            parts.enumerated().map { number, part in
                number % 2 == 0 ? .text(String(part)) : .node("code", [], String(part))
            })
    }

    /// The piece as text.
    var text: String {
        var out = ""
        write(to: &out)
        return out
    }

    /// Elements of HTML that have no end tag.
    private static let void: Set<String> = ["meta", "br", "hr"]
    /// Elements of a picture that may be written short; HTML's own may not.
    private static let short: Set<String> = ["path", "line", "rect", "circle"]
    /// Elements that stand on lines of their own.
    private static let blocks: Set<String> = [
        "head", "body", "section", "figure", "table", "tr", "style", "script", "article", "svg",
        "header", "footer", "main", "details", "p", "h1", "h2", "h3", "meta", "title", "div", "g",
    ]

    private func write(to out: inout String) {
        switch self {
        case .text(let text): Self.escape(text, isAttribute: false, to: &out)
        case .verbatim(let text): out += "\(text)"
        case .rules(let text): out += text
        case .several(let parts): for part in parts { part.write(to: &out) }
        case .element(let name, let attributes, let content):
            out += "<" + name
            for (key, value) in attributes {
                out += " " + key + "=\""
                Self.escape(value, isAttribute: true, to: &out)
                out += "\""
            }
            if Self.void.contains(name) || (content.isEmpty && Self.short.contains(name)) {
                out += "/>"
            } else {
                out += ">"
                for part in content { part.write(to: &out) }
                out += "</" + name + ">"
            }
            if Self.blocks.contains(name) { out += "\n" }
        }
    }

    private static func escape(_ text: String, isAttribute: Bool, to out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"" where isAttribute: out += "&quot;"
            case "\n" where isAttribute: out += "&#10;"
            default: show(scalar, in: &out)
            }
        }
    }

    /// A text as it is shown: commands by their numbers.
    static func shown(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars { show(scalar, in: &out) }
        return out
    }

    private static func show(_ scalar: Unicode.Scalar, in out: inout String) {
        if isHidden(scalar), scalar != "\n", scalar != "\t" {
            out += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            out.unicodeScalars.append(scalar)
        }
    }

    /// Whether a scalar is a command to whoever shows it and no sign: such are shown by their number. XML
    /// cannot hold most of them; those that turn the direction of writing would let a name rewrite its
    /// neighbours.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF,
            0xFFF9...0xFFFB:
            true
        case let value: value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value)
        }
    }
}
