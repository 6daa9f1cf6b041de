// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// An attack: how likely the event is with and without the shift, and where the shift goes.
struct AttackChapters {
    private let reader: TableReader

    init(_ table: AnalysisTable) { reader = TableReader(table) }

    var chapters: [Chapter] {
        var blocks: [Chapter.Block] = [.words(answer), .picture(likelihood)]
        if reader.has("theta") {
            blocks += [.picture(shift), .picture(gradient)]
        } else if reader.has("attacked_mass") {
            blocks.append(.picture(masses))
        }
        return [
            Chapter(title: "The answer", blocks: blocks),
            Chapter(
                title: "All numbers",
                blocks: [
                    .listing(reader.facts("Findings")), .listing(reader.rows("The shift")),
                ]),
        ]
    }

    private var answer: String {
        let (p, base) = (reader.fact("p"), reader.fact("p_base"))
        let times = p > 0 && base > 0 ? ", \(Figures.typeset(p / base, 4)) times as likely" : ""
        return
            "Within \(Figures.typeset(reader.fact("kl_budget"))) nats of the base the event can be made \(Figures.typeset(p)) likely; under the base it is \(Figures.typeset(base))\(times). The shift that was found takes \(Figures.typeset(reader.fact("kl"))) nats."
    }

    private var likelihood: Plot {
        let rows = [("ln_p_base", "under the base"), ("ln_p", "under the attack")]
        var marks: [Mark] = []
        var values: [Double] = []
        for (number, row) in rows.enumerated() {
            let value = reader.fact(row.0)
            let y = Double(number) + 0.5
            values.append(value)
            if let interval = reader.factInterval(row.0) {
                values += [interval.lower, interval.upper]
                marks.append(
                    Mark(
                        .across([Mark.Span(at: y, lower: interval.lower, upper: interval.upper)]),
                        series: number))
            }
            marks.append(
                Mark(
                    .points(
                        [Mark.Point(x: value, y: y, note: Figures.exact(value))], isHollow: false),
                    series: number))
        }
        return Plot(
            id: "attack-likelihood", title: "How likely the event is, with and without the attack",
            summary: rows.map { "ln p \($0.1) is \(Figures.typeset(reader.fact($0.0)))." }.joined(
                separator: " "),
            x: Plot.Axis(label: "ln of the event's probability", scale: .linear(holding: values)),
            y: Plot.Axis(label: "", scale: .rows(rows.map(\.1))), marks: marks)
    }

    /// The slots' numbers as places, by their order in the table.
    private func points(_ column: String) -> [Mark.Point] {
        reader.table.rows.enumerated().map { place, row in
            let value = reader.number(row, column)
            return Mark.Point(
                x: Double(place), y: value,
                note:
                    "\(Cell(reader.cell(row, "slot")).text) \(Cell(reader.cell(row, "number")).text): \(Figures.exact(value))"
            )
        }
    }

    private var slots: Plot.Axis {
        Plot.Axis(
            label: "random number that a sample is made of, by its row in the table from 0",
            scale: .linear(-0.6, Double(max(1, reader.table.rows.count)) - 0.4))
    }

    private var shift: Plot {
        let points = points("theta")
        let values = points.map(\.y)
        let largest = zip(reader.table.rows, values).max { $0.1.magnitude < $1.1.magnitude }
        return Plot(
            id: "attack-shift", title: "The shift of each random number",
            summary: largest.map {
                "The largest is \(Figures.typeset($0.1)), of number \(Cell(reader.cell($0.0, "number")).text)."
            } ?? "There is none.",
            x: slots,
            y: Plot.Axis(
                label: "shift θ, in standard deviations", scale: .linear(holding: values + [0])),
            marks: [
                Mark(
                    .upright(points.map { Mark.Span(at: $0.x, lower: 0, upper: $0.y) }), series: 0),
                Mark(.points(points, isHollow: false), series: 0),
            ])
    }

    private var gradient: Plot {
        var marks: [Mark] = []
        var values = [0.0]
        for (series, name, title) in [
            (0, "base_gradient", "under the base"), (1, "gradient", "under the attack"),
        ] {
            let beside = Double(series) * 0.24 - 0.12
            let points = points(name).map { Mark.Point(x: $0.x + beside, y: $0.y, note: $0.note) }
            let spans = zip(reader.table.rows, points).map { row, point in
                let error = reader.number(row, name + "_error")
                return Mark.Span(
                    at: point.x, lower: point.y - 2 * error, upper: point.y + 2 * error)
            }
            values += spans.flatMap { [$0.lower, $0.upper] }
            marks.append(Mark(.upright(spans), series: series))
            marks.append(Mark(.points(points, isHollow: false), series: series, name: title))
        }
        return Plot(
            id: "attack-gradient", title: "Where the event grows more likely still",
            summary:
                "The gradient of ln P for each random number, with two standard errors to each side.",
            x: slots,
            y: Plot.Axis(label: "gradient of ln P", scale: .linear(holding: values)), marks: marks)
    }

    private var masses: Plot {
        let rows = reader.table.rows.map { Cell(reader.cell($0, "rows")).text }
        func points(_ column: String) -> [Mark.Point] {
            reader.table.rows.enumerated().map { place, row in
                let value = reader.number(row, column)
                return Mark.Point(x: value, y: Double(place) + 0.5, note: Figures.exact(value))
            }
        }
        let (before, after) = (points("mass"), points("attacked_mass"))
        return Plot(
            id: "attack-masses", title: "Mass of the rows in the event and of the others",
            summary: "The mass of each part under the base and under the attack.",
            x: Plot.Axis(label: "mass", scale: .linear(0, 1)),
            y: Plot.Axis(label: "", scale: .rows(rows)),
            marks: [
                Mark(.points(before, isHollow: false), series: 0, name: "under the base"),
                Mark(.points(after, isHollow: false), series: 1, name: "under the attack"),
            ])
    }
}
