// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A search: how it went, where it ended, and what was found there on samples that had no part in it.
struct SearchChapters {
    private let reader: TableReader
    private let parameters: [String]

    init(_ table: AnalysisTable) {
        let reader = TableReader(table)
        let known: Set<String> = [
            "generation", "spread", "criterion_mean", "criterion_best", "reward_mean",
        ]
        parameters = table.columns.filter {
            !known.contains($0)
                && !($0.hasPrefix("gradient_") && reader.has(String($0.dropFirst(9))))
        }
        self.reader = reader
    }

    var chapters: [Chapter] {
        [
            Chapter(
                title: "The answer",
                blocks: [.words(answer), .picture(found), .words(honest)]),
            Chapter(
                title: "How it went", blocks: [.picture(scores)] + places.map { .picture($0) }),
            Chapter(
                title: "All numbers",
                blocks: [
                    .listing(reader.facts("Findings")), .listing(reader.rows("Generations")),
                ]),
        ]
    }

    private func estimate(_ name: String) -> String {
        let interval = reader.factInterval(name)
        return Figures.typeset(reader.fact(name), within: interval)
            + (interval.map { " \(Figures.interval($0))" } ?? "")
    }

    private var answer: String {
        let ends = parameters.map { "\($0) = \(Figures.typeset(reader.fact($0)))" }
        return
            "The search ended at \(ends.joined(separator: ", ")). There the criterion is \(estimate("criterion")), the reward \(estimate("reward")), and the gap between them \(estimate("gap"))."
    }

    private var honest: String {
        "These numbers are from fresh samples, which had no part in the search. The best score on the way, \(Figures.typeset(reader.fact("best_seen"))), had luck in it."
    }

    private var found: Plot {
        let rows = [
            ("criterion", "criterion over the top"), ("reward", "reward over the top"),
            ("gap", "gap: reward less criterion"), ("base_criterion", "criterion over the base"),
            ("base_reward", "reward over the base"),
            ("shifted_criterion", "criterion over the top of the shifted base"),
            ("shifted_reward", "reward over the top of the shifted base"),
            ("shifted_gap", "gap on the shifted base"),
        ].filter { !reader.fact($0.0).isNaN }
        var marks: [Mark] = []
        var values: [Double] = []
        for (number, row) in rows.enumerated() {
            let value = reader.fact(row.0)
            let y = Double(number) + 0.5
            let series = row.0.hasPrefix("shifted") ? 1 : row.0.hasPrefix("base") ? 2 : 0
            values.append(value)
            if let interval = reader.factInterval(row.0) {
                values += [interval.lower, interval.upper]
                marks.append(
                    Mark(
                        .across([Mark.Span(at: y, lower: interval.lower, upper: interval.upper)]),
                        series: series))
            }
            marks.append(
                Mark(
                    .points(
                        [Mark.Point(x: value, y: y, note: Figures.exact(value))], isHollow: false),
                    series: series))
        }
        return Plot(
            id: "search-found", title: "What was found, with intervals",
            summary: rows.map { "\($0.1): \(Figures.typeset(reader.fact($0.0)))." }.joined(
                separator: " "),
            x: Plot.Axis(
                label: "criterion and reward, in their own units", scale: .linear(holding: values)),
            y: Plot.Axis(label: "", scale: .rows(rows.map(\.1))), marks: marks)
    }

    private func points(_ column: String) -> [Mark.Point] {
        reader.table.rows.map { row in
            let value = reader.number(row, column)
            return Mark.Point(
                x: reader.number(row, "generation"), y: value, note: Figures.exact(value))
        }
    }

    private var generations: Plot.Axis {
        Plot.Axis(
            label: "generation",
            scale: .linear(holding: points("generation").map(\.x), margin: 0.03))
    }

    private var scores: Plot {
        let curves = [
            ("criterion_mean", "criterion, mean of a generation"),
            ("criterion_best", "criterion, its best candidate"),
            ("reward_mean", "reward, mean of a generation"),
        ].filter { reader.has($0.0) }
        var marks: [Mark] = []
        for (number, curve) in curves.enumerated() {
            marks.append(
                Mark(.line(points(curve.0), isDashed: number == 1), series: number, name: curve.1))
            marks.append(Mark(.points(points(curve.0), isHollow: number == 1), series: number))
        }
        return Plot(
            id: "search-scores", title: "Scores by generation",
            summary: "Criterion and reward of each generation; the table has the numbers.",
            x: generations,
            y: Plot.Axis(
                label: "score", scale: .linear(holding: curves.flatMap { points($0.0).map(\.y) })),
            marks: marks)
    }

    /// Where it went, six parameters a picture.
    private var places: [Plot] {
        stride(from: 0, to: parameters.count, by: 6).map { start in
            let shown = parameters[start..<min(parameters.count, start + 6)]
            let marks = shown.enumerated().flatMap { number, name in
                [
                    Mark(.line(points(name), isDashed: false), series: number, name: name),
                    Mark(.points(points(name), isHollow: false), series: number),
                ]
            }
            return Plot(
                id: "search-places-\(start / 6 + 1)", title: "Where the search went",
                summary: shown.map { "\($0) ended at \(Figures.typeset(reader.fact($0)))." }.joined(
                    separator: " "),
                x: generations,
                y: Plot.Axis(
                    label: shown.count == 1 ? "\(shown[start])" : "parameters",
                    scale: .linear(holding: shown.flatMap { points($0).map(\.y) })), marks: marks)
        }
    }
}
