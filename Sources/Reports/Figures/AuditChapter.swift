// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// An audit: what base draws say about the harm of a draw.
struct AuditChapter {
    private let reader: TableReader

    /// The most harms that are drawn.
    private static let most = 16

    init(_ table: AnalysisTable) { reader = TableReader(table) }

    var chapter: Chapter {
        Chapter(
            title: "The audit",
            blocks: [.words(words), .picture(plot), .listing(reader.rows("Harms, in numbers"))])
    }

    private var words: String {
        let percent = Figures.typeset(reader.fact("confidence") * 100)
        let more =
            reader.table.rows.count > Self.most
            ? " The first \(Self.most) of \(reader.table.rows.count) are drawn." : ""
        return
            "Each harm's share among base draws, the most that it can be there at \(percent) %, and A times that: the most that a draw's can be, whatever the utility is. Where the kept samples tell their own share, it stands beside.\(more)"
    }

    private func name(_ row: [JSON]) -> String {
        let harm = Cell(reader.cell(row, "harm")).text
        let isOne =
            Set(
                reader.table.rows.map {
                    Cell(reader.cell($0, "utility")).text + Cell(reader.cell($0, "quantile")).text
                }
            ).count == 1
        guard !isOne else { return harm }
        let quantile = Cell(reader.cell(row, "quantile")).text
        return "\(harm); \(Cell(reader.cell(row, "utility")).text), q = \(quantile)"
    }

    private var plot: Plot {
        let rows = Array(reader.table.rows.prefix(Self.most))
        func points(_ column: String) -> [Mark.Point] {
            rows.enumerated().compactMap { place, row in
                let value = reader.number(row, column)
                guard !value.isNaN else { return nil }
                return Mark.Point(
                    x: value, y: Double(place) + 0.5, note: "\(name(row)): \(Figures.exact(value))")
            }
        }
        let parts = [
            (0, false, "base_rate", "in the base"), (0, true, "base_bound", "in the base, at most"),
            (1, false, "output", "among what was kept"),
            (3, true, "output_bound", "in a draw, at most"),
        ]
        let values = parts.flatMap { points($0.2).map(\.x) }
        let scale = Scale.fitting(values)
        let zeros = scale.isLogarithmic && values.contains(0) ? "; 0 is at the left edge" : ""
        return Plot(
            id: "audit", title: "Harm in the base and in a draw",
            summary: rows.map { row in
                "\(name(row)): base at most \(Figures.typeset(reader.number(row, "base_bound"))), a draw at most \(Figures.typeset(reader.number(row, "output_bound")))."
            }.joined(separator: " "),
            x: Plot.Axis(
                label: "share of draws" + (scale.isLogarithmic ? ", logarithmic\(zeros)" : ""),
                scale: scale),
            y: Plot.Axis(label: "", scale: .rows(rows.map(name))),
            marks: parts.map { series, isHollow, column, name in
                Mark(.points(points(column), isHollow: isHollow), series: series, name: name)
            })
    }
}
