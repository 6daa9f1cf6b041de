// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A part of a report under a heading: words, pictures and tables, in order.
struct Chapter {
    /// What stands under a heading.
    enum Block {
        /// A paragraph.
        case words(String)
        /// A picture.
        case picture(Plot)
        /// A table.
        case listing(Listing)
        /// Texts with what was scored.
        case cards([Card])
    }

    var title: String
    var blocks: [Block]

    /// The pictures in it.
    var plots: [Plot] {
        blocks.compactMap { block in
            if case .picture(let plot) = block { plot } else { nil }
        }
    }
}

/// A text that was drawn, and what was measured of it.
struct Card {
    var title: String
    /// The text; nil where there is none, and then `note` says why.
    var text: String?
    var note: String
    var facts: [(name: String, value: Cell)]
}

/// A cell of a table.
enum Cell {
    /// A number, rounded for reading; the whole of it goes along.
    case number(Double)
    /// A number to its last digit.
    case exact(Double)
    /// A whole number.
    case count(UInt64)
    /// A value as exact as its interval, with it.
    case estimate(Double, Interval?)
    /// Words.
    case words(String)
    /// Something that somebody else wrote, as a name or a formula.
    case quoted(String)
    /// Nothing is known.
    case none

    /// A cell of an analysis's table.
    init(_ json: JSON?) {
        switch json {
        case .number(let value): self = .number(value)
        case .integer(let value): self = .count(value)
        case .string(let word):
            switch word {
            case "inf": self = .number(.infinity)
            case "-inf": self = .number(-.infinity)
            case "nan": self = .number(.nan)
            default: self = .quoted(word)
            }
        case .bool(let truth): self = .words(truth ? "yes" : "no")
        case .null, nil: self = .none
        case .array, .object: self = .quoted(json?.text() ?? "")
        }
    }

    /// As it is read.
    var text: String {
        switch self {
        case .number(let value): Figures.typeset(value, 6)
        case .exact(let value): Figures.exact(value)
        case .count(let value): Figures.grouped(value)
        case .estimate(let value, let interval):
            interval.map { Figures.typeset(value, within: $0) + " " + Figures.interval($0) }
                ?? Figures.typeset(value)
        case .words(let words), .quoted(let words): words
        case .none: "–"
        }
    }

    /// By what it is sorted, where that is a number.
    var key: String? {
        switch self {
        case .number(let value), .exact(let value), .estimate(let value, _): Figures.exact(value)
        case .count(let value): String(value)
        case .words, .quoted, .none: nil
        }
    }

    /// Whether it stands at the right, as numbers do.
    var isNumber: Bool { key != nil }
}

/// A table.
struct Listing {
    var title: String
    var columns: [String]
    var rows: [[Cell]]
    /// Whether a click on a column's name sorts by it.
    var isSortable = false
    /// Whether it is folded away until somebody asks.
    var isFolded = false

    /// Names with values, a row each.
    static func facts(_ title: String, _ rows: [(name: String, value: Cell)]) -> Listing {
        Listing(title: title, columns: [], rows: rows.map { [.words($0.name), $0.value] })
    }
}
