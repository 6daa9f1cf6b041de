// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Several selections of one result beside one another.
struct SideBySide {
    private let result: JobResult

    /// The most selections that are drawn.
    private static let most = 16

    init(_ result: JobResult) { self.result = result }

    var chapter: Chapter {
        Chapter(
            title: "The selections side by side",
            blocks: [
                .words(
                    "\(result.selections.count) selections from the same samples. A certificate is for one that was chosen before its result was seen."
                ), .picture(plot), .listing(listing),
            ])
    }

    private func name(_ selection: SelectionResult) -> String {
        selection.utilityName + (selection.quantile.map { ", q = \(Figures.typeset($0))" } ?? "")
    }

    private var plot: Plot {
        let shown = result.selections.prefix(Self.most)
        var marks: [Mark] = []
        var values: [Double] = []
        func add(
            _ value: (SelectionResult) -> Double, _ interval: (SelectionResult) -> Interval?,
            _ series: Int, _ title: String
        ) {
            var spans: [Mark.Span] = []
            var points: [Mark.Point] = []
            for (row, selection) in shown.enumerated() where value(selection).isFinite {
                let y = Double(row) + 0.5
                points.append(
                    Mark.Point(x: value(selection), y: y, note: Figures.exact(value(selection))))
                values.append(value(selection))
                if let ends = interval(selection) {
                    spans.append(Mark.Span(at: y, lower: ends.lower, upper: ends.upper))
                    values += [ends.lower, ends.upper]
                }
            }
            marks.append(Mark(.across(spans), series: series))
            marks.append(Mark(.points(points, isHollow: false), series: series, name: title))
        }
        add({ $0.utility.mean }, { _ in nil }, 0, "mean over the base")
        add({ $0.threshold.value }, { $0.threshold.interval }, 1, "threshold, with its interval")
        add(
            { $0.utility.topMean }, { $0.utility.topMeanInterval }, 2,
            "mean of what was kept, with its interval")
        return Plot(
            id: "selections", title: "Thresholds and means of what was kept",
            summary: shown.map {
                "\(name($0)): threshold \(Figures.typeset($0.threshold.value)), mean of what was kept \(Figures.typeset($0.utility.topMean))."
            }.joined(separator: " "),
            x: Plot.Axis(label: "utility, each in its own units", scale: .linear(holding: values)),
            y: Plot.Axis(label: "", scale: .rows(shown.map(name))), marks: marks)
    }

    private var listing: Listing {
        Listing(
            title: "Selections, in numbers",
            columns: [
                "utility", "quantile", "kept", "threshold", "mean of what was kept",
                "amplification A",
            ],
            rows: result.selections.map { selection in
                [
                    .quoted(selection.utilityName),
                    selection.quantile.map { .number($0) } ?? .none, .count(selection.kept),
                    .estimate(selection.threshold.value, selection.threshold.interval),
                    .estimate(selection.utility.topMean, selection.utility.topMeanInterval),
                    .exact(selection.certificate.amplification),
                ]
            }, isSortable: true)
    }
}
