// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A sweep: what every quantile gives, over the bits of optimisation that it takes.
struct SweepChapters {
    private let reader: TableReader
    private let settings: [String]
    private let costs: [String]
    private let series: [(name: String, rows: [[JSON]])]
    private let others: [OtherRule]

    /// The most curves in a picture; all are in the table.
    private static let most = 6

    init(_ table: AnalysisTable, beside others: [OtherRule]) {
        let reader = TableReader(table)
        let settings = Array(table.columns.prefix { $0 != "quantile" })
        costs = table.columns.filter { reader.has($0 + "_bound") }
        var series: [(name: String, rows: [[JSON]])] = []
        for row in table.rows {
            let name = settings.map { setting in
                let value = Cell(reader.cell(row, setting)).text
                return settings.count == 1 && setting == "utility" ? value : "\(setting) \(value)"
            }.joined(separator: ", ")
            if let place = series.firstIndex(where: { $0.name == name }) {
                series[place].rows.append(row)
            } else {
                series.append((name, [row]))
            }
        }
        self.reader = reader
        self.settings = settings
        self.series = series
        self.others = others
    }

    private var objective: String { reader.word("objective") ?? "mean" }

    var chapters: [Chapter] {
        var blocks: [Chapter.Block] = [.words(best), .words(reading), .picture(plot(objective))]
        if objective != "mean" { blocks.append(.picture(plot("mean"))) }
        var chapters = [Chapter(title: "Goodhart's curve", blocks: blocks)]
        let others = costs.filter { $0 != objective }
        if !others.isEmpty {
            chapters.append(
                Chapter(
                    title: "Costs over bits",
                    blocks: [
                        .words(
                            "The mean of each cost over the top q, and as a dashed line the most that the certificate allows. The bound is against the base of the row's own setting."
                        )
                    ] + others.map { .picture(plot($0)) }))
        }
        chapters.append(
            Chapter(title: "Thresholds", blocks: [.picture(plot("threshold"))]))
        chapters.append(
            Chapter(
                title: "All numbers",
                blocks: [.listing(reader.facts("Findings")), .listing(reader.rows("Every point"))]
                    + (self.others.isEmpty
                        ? [] : [.listing(OtherRule.listing(self.others, costs: costs))])))
        return chapters
    }

    private var best: String {
        let interval = reader.factInterval("best").map { " \(Figures.interval($0))" } ?? ""
        let place = settings.compactMap { setting in
            reader.table.facts.first { $0.name == "best_" + setting }.map {
                "\(setting) \(Cell($0.value).text)"
            }
        }
        let quantile = Figures.typeset(reader.fact("best_quantile"))
        let what = objective == "mean" ? "the utility" : "`\(objective)`"
        return
            "The most of \(what) on average, \(Figures.typeset(reader.fact("best"), within: reader.factInterval("best")))\(interval), is found at quantile \(quantile)\((place.isEmpty ? "" : ", ") + place.joined(separator: ", ")). Whoever chooses a quantile by this curve draws with another seed."
    }

    private var reading: String {
        let more =
            series.count > Self.most
            ? " The first \(Self.most) of \(series.count) curves are drawn; the table has all." : ""
        let band = "Shaded: the band that holds for all points of a curve together."
        let best = "Dashed: the best of n draws, with the same amplification by another rule."
        let front =
            "Full points are on the front: nothing swept has as much of the objective for fewer bits; hollow ones are dominated."
        let beside =
            others.isEmpty
            ? ""
            : " Points by themselves are other rules' results, from samples of their own: above a curve there is more for as many bits."
        return "\(band) \(best) \(front)\(beside)\(more)"
    }

    // MARK: Pictures

    private func plot(_ column: String) -> Plot {
        let shown = series.prefix(Self.most)
        var lines: [Mark] = []
        var marks: [Mark] = []
        var values: [Double] = []
        var named: Set<String> = []
        func once(_ name: String) -> String? { named.insert(name).inserted ? name : nil }
        for (number, curve) in shown.enumerated() {
            // The whole base has no threshold but its least sample.
            let rows = curve.rows.filter {
                column != "threshold" || reader.number($0, "quantile") < 1
            }
            func points(_ column: String) -> [Mark.Point] {
                rows.map { row in
                    let y = reader.number(row, column)
                    return Mark.Point(
                        x: reader.number(row, "bits"), y: y,
                        note:
                            "\(curve.name), q = \(Figures.typeset(reader.number(row, "quantile"))): \(Figures.exact(y))"
                    )
                }
            }
            let kind = reader.has(column + "_band_lower") ? "_band" : ""
            let all = rows.compactMap { row in
                reader.interval(row, column, kind).map {
                    Mark.Span(at: reader.number(row, "bits"), lower: $0.lower, upper: $0.upper)
                }
            }
            let spans = all.filter { $0.lower.isFinite && $0.upper.isFinite }
            let open = all.filter { $0.lower.isFinite && $0.upper.isInfinite }
            values += points(column).map(\.y)
            values += spans.flatMap { [$0.lower, $0.upper] }
            marks.append(
                Mark(
                    .band(spans), series: number, name: spans.count > 1 ? once("band") : nil))
            if !open.isEmpty {
                marks.append(
                    Mark(
                        .upright(
                            open.map { Mark.Span(at: $0.at, lower: $0.lower, upper: .infinity) }),
                        series: number, name: once("band without an upper end")))
            }
            let other = points("best_of_n_" + column)
            if other.contains(where: { $0.y.isFinite }) {
                values += other.map(\.y)
                marks.append(
                    Mark(.line(other, isDashed: true), series: number, name: once("best of n")))
            }
            let bound = points(column + "_bound")
            if bound.contains(where: { $0.y.isFinite }) {
                values += bound.map(\.y)
                marks.append(
                    Mark(.line(bound, isDashed: true), series: number, name: once("bound")))
            }
            lines.append(
                Mark(
                    .line(points(column), isDashed: false), series: number,
                    name: curve.name.isEmpty ? nil : curve.name))
            for isOnFront in [false, true] {
                let some = zip(rows, points(column)).filter { row, _ in
                    isFront(row) == isOnFront
                }.map(\.1)
                guard !some.isEmpty else { continue }
                marks.append(
                    Mark(
                        .points(some, isHollow: !isOnFront), series: number,
                        name: column == objective
                            ? once(isOnFront ? "on the front" : "dominated") : nil))
            }
        }
        var kinds: [String] = []
        for rule in others {
            let isNew = !kinds.contains(rule.name)
            if isNew { kinds.append(rule.name) }
            let series = shown.count + (kinds.firstIndex(of: rule.name) ?? 0)
            let beside = rule.marks(column, series: series, isNamed: isNew)
            values += beside.values
            marks += beside.marks
        }
        let bits =
            shown.flatMap(\.rows).map { reader.number($0, "bits") }
            + others.flatMap(\.points).map(\.bits)
        let scale =
            costs.contains(column) && column != objective
            ? Scale.fitting(values) : Scale.linear(holding: values)
        let what =
            column == "mean"
            ? "mean utility above the threshold"
            : column == "threshold"
                ? "threshold of the utility" : "\(column), mean over the top q"
        return Plot(
            id: "sweep-\(place(column))", title: "\(what), over bits of optimisation",
            summary: summary(column, shown),
            x: Plot.Axis(
                label: "bits of optimisation, log₂ of 1/q",
                scale: .linear(holding: bits, margin: 0.03)),
            y: Plot.Axis(label: what + (scale.isLogarithmic ? ", logarithmic" : ""), scale: scale),
            marks: lines + marks)
    }

    /// A name for a column that anybody may have named.
    private func place(_ column: String) -> String {
        costs.firstIndex(of: column).map { "cost-\($0 + 1)" } ?? column
    }

    private func isFront(_ row: [JSON]) -> Bool {
        if case .bool(let isFront)? = reader.cell(row, "pareto") { isFront } else { false }
    }

    private func summary(
        _ column: String, _ shown: ArraySlice<(name: String, rows: [[JSON]])>
    ) -> String {
        shown.map { curve in
            let points = curve.rows.map { row in
                "\(Figures.typeset(reader.number(row, column), 4)) at \(Figures.typeset(reader.number(row, "bits"), 3)) bits"
            }
            let ends = [points.first, points.count > 1 ? points.last : nil].compactMap { $0 }
            return
                "\(curve.name.isEmpty ? "From" : curve.name + ": from") \(ends.joined(separator: " to "))."
        }.joined(separator: " ")
    }
}
