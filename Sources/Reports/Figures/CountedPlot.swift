// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// How the base's utilities lie by the result's own histogram, over all samples, with the threshold in it;
/// and how those of the top do.
struct CountedPlot {
    private let histogram: Histogram
    private let bins: Bins
    private let selection: SelectionResult
    private let id: String
    /// Nil of methods that have none.
    private let threshold: Double?
    private let hasTop: Bool

    /// The fewest bins of the top that make a picture of their own.
    private static let fewest = 8

    /// Nil where the result has no histogram of the utility, or one that is a single bar.
    init?(_ parsed: ParsedResult, _ selection: SelectionResult, id: String) {
        guard let histogram = parsed.histogram(ofUtility: selection.utilityName),
            let bins = Bins(histogram)
        else { return nil }
        self.histogram = histogram
        let nature = Subject(parsed).nature
        let value = selection.threshold.value
        threshold = value.isFinite && nature.kept != .winners ? value : nil
        hasTop = threshold != nil && nature.keepsAboveThreshold
        self.bins = bins.shown(threshold)
        self.selection = selection
        self.id = id
    }

    var blocks: [Chapter.Block] {
        [.words(words), .picture(base)] + (own.map { [.picture($0)] } ?? [])
    }

    private var words: String {
        var text =
            "Below are all \(Figures.grouped(histogram.total)) samples of the base, in bins \(Figures.typeset(bins.width)) wide."
        if bins.beyond > 0 {
            text += " \(Figures.grouped(bins.beyond)) of them lie beyond the picture."
        }
        for (count, what) in [
            (histogram.nan, "no number"), (histogram.negativeInfinite, "−∞"),
            (histogram.positiveInfinite, "∞"),
        ] where count > 0 { text += " \(Figures.grouped(count)) are \(what)." }
        return text
    }

    private var base: Plot {
        let (below, above) = bins.bars(cutAt: threshold)
        var marks = [
            Mark(.bars(below), series: 0, name: threshold == nil ? nil : "below the threshold")
        ]
        if !above.isEmpty {
            marks.append(Mark(.bars(above), series: 2, name: "from the threshold on"))
        }
        if let threshold {
            marks.append(Mark(.rule(threshold, isDashed: true), series: 1, name: "threshold"))
        }
        if threshold != nil, let interval = selection.threshold.interval {
            marks.append(Mark(.range(interval.lower, interval.upper), series: 1))
        }
        let heights = (below + above).map(\.height)
        return Plot(
            id: "histogram" + id, title: "How the base's utilities lie",
            summary: "A histogram of \(histogram.total) samples of the base, from "
                + "\(Figures.typeset(bins.edge(0))) to \(Figures.typeset(bins.edge(bins.counts.count)))."
                + (threshold.map { " The threshold is \(Figures.typeset($0))." } ?? ""),
            x: Plot.Axis(
                label: "utility",
                scale: .linear(
                    holding: [bins.edge(0), bins.edge(bins.counts.count)]
                        + (threshold.map { [$0] } ?? []), margin: 0.02)),
            y: Plot.Axis(
                label: "share of the samples in a bin, logarithmic",
                scale: .log(holding: [0.5 / Double(histogram.total)] + heights)),
            marks: marks)
    }

    /// What was kept, exactly: of the bin that the threshold cuts, what is left of it.
    private var own: Plot? {
        guard hasTop, let threshold, let top = histogram.top(selection.kept, from: threshold),
            let all = Bins(top), all.occupied >= Self.fewest
        else { return nil }
        // Its own few that lie far out would leave the rest no room.
        let shown = all.shown(threshold, most: 140)
        let (_, bars) = shown.bars(cutAt: threshold)
        let mean = selection.utility.topMean
        return Plot(
            id: "top" + id, title: "How the utilities of the top lie",
            summary:
                "A histogram of the \(selection.kept) samples that were kept. Their mean is \(Figures.typeset(mean)).",
            x: Plot.Axis(
                label: "utility",
                scale: .linear(holding: bars.flatMap { [$0.left, $0.right] }, margin: 0.02)),
            y: Plot.Axis(
                label: "share of the top in a bin",
                scale: .linear(0, (bars.map(\.height).max() ?? 1) * 1.05)),
            marks: [
                Mark(.bars(bars), series: 2),
                Mark(.rule(mean, isDashed: true), series: 3, name: "mean of what was kept"),
            ], height: 200)
    }
}

/// How the base's costs lie by the result's own histograms.
enum CountedCosts {
    /// The most costs that are drawn.
    private static let most = 4

    static func plots(_ parsed: ParsedResult, _ selection: SelectionResult, id: String) -> [Plot] {
        let drawn = selection.costs.enumerated().compactMap { number, cost -> Plot? in
            guard let histogram = parsed.histogram(ofCost: cost.name),
                let bins = Bins(histogram)?.shown(cost.top), bins.occupied > 2
            else { return nil }
            let bars = bins.bars(cutAt: nil).below
            return Plot(
                id: "cost-\(number + 1)" + id, title: "How \(cost.name) lies over the base",
                summary: "A histogram of \(histogram.total) samples of the base. The mean is "
                    + "\(Figures.typeset(cost.base)), over what was kept \(Figures.typeset(cost.top)).",
                x: Plot.Axis(
                    label: "cost",
                    scale: .linear(
                        holding: bars.flatMap { [$0.left, $0.right] }, margin: 0.02)),
                y: Plot.Axis(
                    label: "share of the samples in a bin, logarithmic",
                    scale: .log(
                        holding: [0.5 / Double(histogram.total)] + bars.map(\.height))),
                marks: [
                    Mark(.bars(bars), series: 0),
                    Mark(.rule(cost.base, isDashed: false), series: 3, name: "mean over the base"),
                    Mark(
                        .rule(cost.top, isDashed: true), series: 1,
                        name: "mean over what was kept"),
                ], height: 180)
        }
        return Array(drawn.prefix(most))
    }
}
