// SPDX-License-Identifier: Apache-2.0

/// How wide a picture is; each is laid out for its width instead of being shrunk to it.
enum PictureWidth: Double {
    /// Of a page on a desk.
    case wide = 720
    /// Of a telephone.
    case narrow = 358
}

/// Where the parts of a picture lie, in pixels from its upper left corner.
struct Layout {
    /// Size of letters.
    static let letters = 12.5
    /// Height of a line of text.
    static let line = 17.0
    /// Height of a named row: its name and what is drawn under it.
    static let row = 46.0

    let width: Double
    let height: Double
    let left: Double
    let top: Double
    /// Size of the plotting area.
    let across: Double
    let down: Double
    let titles: [String]
    /// Names of the axes, in lines.
    let xName: [String]
    let yName: [String]
    let legend: [(mark: Mark, x: Double, y: Double)]

    init(_ plot: Plot, _ size: PictureWidth, isAlone: Bool) {
        width = size.rawValue
        let right = 18.0
        let ticks = plot.y.scale.ticks(5).map { Self.length($0.label) }.max() ?? 0
        left = ticks == 0 ? 20 : ticks + 14
        across = width - left - right
        titles = isAlone ? Self.wrapped(plot.title, width - 24) : []
        // They are bold, and letters of a bold text are wider.
        xName = Self.wrapped(plot.x.label, (width - 16) / 1.07)
        yName = plot.y.label.isEmpty ? [] : Self.wrapped("↑ " + plot.y.label, (width - 16) / 1.07)
        var y = 12 + Double(titles.count) * (Self.line + 3)
        var x = 12.0
        var entries: [(mark: Mark, x: Double, y: Double)] = []
        for mark in plot.marks {
            guard let name = mark.name else { continue }
            let length = 34 + Self.length(Self.cut(name, width - 60))
            if x > 12, x + length > width - 8 {
                x = 12
                y += Self.line + 2
            }
            entries.append((mark, x, y))
            x += length + 12
        }
        legend = entries
        if !entries.isEmpty { y += Self.line + 8 }
        // The name of the vertical axis has lines of its own above it.
        y += Double(yName.count) * Self.line
        top = y + 4
        if case .rows(let names) = plot.y.scale {
            down = Double(max(1, names.count)) * Self.row
        } else {
            down = size == .narrow ? plot.height * 0.85 : plot.height
        }
        height = top + down + 24 + Double(max(1, xName.count)) * Self.line + 8
    }

    /// How long a text is in letters of the usual size, about.
    static func length(_ text: String) -> Double {
        Markup.shown(text).unicodeScalars.reduce(0) { sum, scalar in
            sum + (scalar.value >= 0x1100 ? 13.5 : scalar.properties.isUppercase ? 8.6 : 6.7)
        }
    }

    /// The beginning of a text, with `…` where it was cut.
    static func cut(_ text: String, _ room: Double) -> String {
        guard length(text) > room else { return text }
        var out = ""
        for character in Markup.shown(text) {
            if length(out + String(character)) > room - 12 { break }
            out.append(character)
        }
        return out + "…"
    }

    /// A text in lines that fit.
    static func wrapped(_ text: String, _ room: Double) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if length(longer) * 1.1 > room, !line.isEmpty {
                lines.append(line)
                line = String(word)
            } else {
                line = longer
            }
        }
        return (lines + [line]).map { cut($0, room) }
    }
}
