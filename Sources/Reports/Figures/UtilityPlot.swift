// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Where base, threshold, what was kept and the draws lie on the utility's axis.
struct UtilityPlot {
    private let selection: SelectionResult
    private let hasThreshold: Bool
    private let id: String

    init(_ selection: SelectionResult, hasThreshold: Bool, id: String) {
        self.selection = selection
        self.hasThreshold = hasThreshold
        self.id = id
    }

    private var utility: UtilityStatistics { selection.utility }
    private var threshold: ThresholdEstimate { selection.threshold }

    var plot: Plot {
        var rows: [(name: String, marks: [Mark])] = []
        func at() -> Double { Double(rows.count) + 0.5 }
        if utility.mean.isFinite {
            let sd = utility.standardDeviation.isFinite ? utility.standardDeviation : 0
            rows.append(
                (
                    "the base: mean ± one standard deviation",
                    [
                        Mark(
                            .across([
                                Mark.Span(
                                    at: at(), lower: utility.mean - sd, upper: utility.mean + sd)
                            ]), series: 0),
                        dot(utility.mean, at(), 0),
                    ]
                ))
        }
        if hasThreshold {
            rows.append(
                (
                    "the threshold" + ofInterval(threshold.interval),
                    interval(threshold.value, threshold.interval, at(), 1)
                ))
        }
        if utility.topMean.isFinite {
            rows.append(
                (
                    "the mean of what was kept" + ofInterval(utility.topMeanInterval),
                    interval(utility.topMean, utility.topMeanInterval, at(), 2)
                ))
        }
        let draws = selection.draws.prefix(Self.mostDraws)
        if !draws.isEmpty {
            let hasNotes = draws.count <= DrawsChapter.mostNotes
            let points = draws.filter { $0.utility.isFinite }.map {
                Mark.Point(
                    x: $0.utility, y: at(),
                    note: hasNotes ? "index \($0.index): \(Figures.exact($0.utility))" : "")
            }
            let all = selection.draws.count
            rows.append(
                (
                    all > draws.count ? "the first \(draws.count) of \(all) draws" : "draws",
                    [Mark(.points(points, isHollow: true), series: 3)]
                ))
        }
        let shade =
            hasThreshold
            ? [
                Mark(.range(threshold.value, .infinity), series: 2),
                Mark(.rule(threshold.value, isDashed: true), series: 1),
            ] : []
        return Plot(
            id: id, title: "Utility of the base, of what was kept and of the draws",
            summary: summary, x: Plot.Axis(label: "utility", scale: scale),
            y: Plot.Axis(label: "", scale: .rows(rows.map(\.name))),
            marks: shade + rows.flatMap(\.marks))
    }

    /// The most draws that are drawn.
    private static let mostDraws = 1000

    private func ofInterval(_ interval: Interval?) -> String {
        interval == nil
            ? "" : ", with its \(Figures.typeset(threshold.confidence * 100)) % interval"
    }

    private func dot(_ x: Double, _ y: Double, _ series: Int) -> Mark {
        Mark(
            .points([Mark.Point(x: x, y: y, note: Figures.exact(x))], isHollow: false),
            series: series)
    }

    private func interval(
        _ value: Double, _ interval: Interval?, _ y: Double, _ series: Int
    ) -> [Mark] {
        let span = interval.map {
            Mark(.across([Mark.Span(at: y, lower: $0.lower, upper: $0.upper)]), series: series)
        }
        return [span, dot(value, y, series)].compactMap { $0 }
    }

    /// From the base to what was kept, and as far as draws go that do not dwarf it.
    private var scale: Scale {
        var values = [utility.mean, utility.topMean]
        if utility.mean.isFinite, utility.standardDeviation.isFinite {
            values += [
                utility.mean - 2 * utility.standardDeviation,
                utility.mean + 2 * utility.standardDeviation,
            ]
        }
        if hasThreshold { values.append(threshold.value) }
        for interval in [threshold.interval, utility.topMeanInterval] {
            if let interval { values += [interval.lower, interval.upper] }
        }
        let finite = values.filter(\.isFinite)
        let draws = selection.draws.map(\.utility).filter(\.isFinite).sorted()
        guard let low = finite.min(), let high = finite.max() else {
            return .linear(holding: draws)
        }
        let reach = max(high - low, .leastNonzeroMagnitude) * 1.5
        return .linear(holding: finite + draws.filter { $0 <= high + reach && $0 >= low - reach })
    }

    private var summary: String {
        var parts: [String] = []
        if utility.mean.isFinite {
            parts.append(
                "The base has mean \(Figures.typeset(utility.mean)) and standard deviation \(Figures.typeset(utility.standardDeviation))."
            )
        }
        if hasThreshold {
            parts.append(
                "The threshold is \(Figures.typeset(threshold.value))\(threshold.interval.map { " in " + Figures.interval($0) } ?? "")."
            )
        }
        if utility.topMean.isFinite {
            parts.append("The mean of what was kept is \(Figures.typeset(utility.topMean)).")
        }
        parts.append("The largest utility seen is \(Figures.typeset(utility.maximum)).")
        return parts.joined(separator: " ")
    }
}
