// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// The first draws of a selection as a table.
struct DrawsText {
    private let selection: SelectionResult
    private let names: [String]
    private let paint: Paint
    /// Columns of the terminal; nil where lines may be of any length.
    private let room: Int?
    private static let shownColumns = 6
    private static let shownRows = 10
    /// Columns of a terminal that a text takes at most, and at least.
    private static let textColumns = 20...60

    init(_ selection: SelectionResult, names: [String], paint: Paint, columns room: Int?) {
        self.selection = selection
        self.names = names
        self.paint = paint
        self.room = room
    }

    var text: String {
        guard let first = selection.draws.first else { return "" }
        let width = first.value.count
        var shown = min(width, Self.shownColumns)
        // Texts first give way, then values.
        var texts = Self.textColumns.upperBound
        if let room {
            func excess() -> Int { table(shown, of: width, texts: texts).width - room }
            if hasTexts, excess() > 0 {
                texts = max(Self.textColumns.lowerBound, texts - excess())
            }
            while shown > 1, excess() > 0 { shown -= 1 }
        }
        var out = table(shown, of: width, texts: texts).text
        if selection.draws.count > Self.shownRows || width > shown {
            let words =
                "\(selection.draws.count) draws of \(width) values; all of them: -o json, csv, npy"
            out +=
                paint.dim(
                    room.map { Paragraph.lines(words, columns: $0, indent: 0) } ?? words) + "\n"
        }
        return out
    }

    private var hasTexts: Bool { selection.draws.contains { $0.record != nil } }

    /// The table with so many of the values, and texts of so many columns.
    private func table(_ shown: Int, of width: Int, texts: Int) -> Table {
        var header = ["draw", "index", "utility"]
        for j in 0..<shown { header.append(j < names.count ? names[j] : "x[\(j)]") }
        if width > shown { header.append("…") }
        if hasTexts { header.append("text") }
        var table = Table(header, numeric: Set(0..<(3 + shown)))
        for (i, draw) in selection.draws.prefix(Self.shownRows).enumerated() {
            var row = ["\(i + 1)", "\(draw.index)", Figures.short(draw.utility)]
            row += draw.value.prefix(shown).map { Figures.short($0) }
            if width > shown { row.append("…") }
            if hasTexts { row.append(Self.shown(draw.record, texts)) }
            table.rows.append(row)
        }
        return table
    }

    /// The beginning of a text, on one line.
    private static func shown(_ record: SampleRecord?, _ columns: Int) -> String {
        guard let text = record?.text else { return record?.failure.map { "(\($0.name))" } ?? "" }
        return DisplayText.line(String(text.prefix(200)), columns: columns)
    }
}
