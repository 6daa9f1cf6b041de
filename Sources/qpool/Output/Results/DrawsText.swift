// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Reports

/// The first draws of a selection as a table.
struct DrawsText {
    private let selection: SelectionResult
    private let names: [String]
    private let paint: Paint
    private static let shownColumns = 6
    private static let shownRows = 10

    init(_ selection: SelectionResult, names: [String], paint: Paint) {
        self.selection = selection
        self.names = names
        self.paint = paint
    }

    var text: String {
        guard let first = selection.draws.first else { return "" }
        let width = first.value.count
        var header = ["draw", "index", "utility"]
        for j in 0..<min(width, Self.shownColumns) {
            header.append(j < names.count ? names[j] : "x[\(j)]")
        }
        if width > Self.shownColumns { header.append("…") }
        let hasTexts = selection.draws.contains { $0.record != nil }
        if hasTexts { header.append("text") }
        var table = Table(header, numeric: Set(0..<(3 + Self.shownColumns)))
        for (i, draw) in selection.draws.prefix(Self.shownRows).enumerated() {
            var row = ["\(i + 1)", "\(draw.index)", Figures.short(draw.utility)]
            row += draw.value.prefix(Self.shownColumns).map { Figures.short($0) }
            if width > Self.shownColumns { row.append("…") }
            if hasTexts { row.append(Self.shown(draw.record)) }
            table.rows.append(row)
        }
        var out = table.text
        if selection.draws.count > Self.shownRows || width > Self.shownColumns {
            out += paint.dim(
                "\(selection.draws.count) draws of \(width) values; all of them: -o json, csv, npy\n"
            )
        }
        return out
    }

    /// The beginning of a text, on one line.
    private static func shown(_ record: SampleRecord?) -> String {
        guard let text = record?.text else { return record?.failure.map { "(\($0.name))" } ?? "" }
        return DisplayText.line(String(text.prefix(200)), columns: 60)
    }
}
