// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// How the base's utilities lie, with the threshold in it, and how those above it lie.
struct HistogramPlot {
    private let values: [Double]
    private let selection: SelectionResult
    private let id: String
    private let threshold: Double
    /// Whether what was kept is what reaches the threshold.
    private let hasTop: Bool

    private static let bins = 150
    private static let topBins = 50
    /// The fewest samples above the threshold that make a histogram of their own.
    private static let fewest = 100

    /// Nil where there is no threshold or nothing finite to draw.
    init?(_ sample: BaseSample?, _ selection: SelectionResult, of subject: Subject, id: String) {
        let nature = subject.nature
        guard let all = sample?.utilities[selection.utilityName], nature.kept != .winners,
            selection.threshold.value.isFinite
        else { return nil }
        values = all.filter(\.isFinite).sorted()
        guard let low = values.first, let high = values.last, high > low else { return nil }
        self.selection = selection
        self.id = id
        hasTop = nature.keepsAboveThreshold
        threshold = selection.threshold.value
    }

    /// How many of the samples reach the threshold.
    private var top: [Double] { Array(values.drop { $0 < threshold }) }

    var blocks: [Chapter.Block] {
        var blocks: [Chapter.Block] = [.words(words), .picture(base)]
        if hasTop, top.count >= Self.fewest { blocks.append(.picture(own)) }
        return blocks
    }

    private var words: String {
        let beyond = values.count { $0 < range.lower || $0 > range.upper }
        let few =
            hasTop && top.count < Self.fewest
            ? " Too few for a histogram of their own." : ""
        let left =
            beyond > 0
            ? " \(Figures.grouped(UInt64(beyond))) lie beyond the picture, the largest at \(Figures.typeset(values.last ?? .nan))."
            : ""
        return
            "Below are \(Figures.grouped(UInt64(values.count))) samples of the base, made again from seed and index when this page was made; \(Figures.grouped(UInt64(top.count))) of them reach the threshold.\(few)\(left)"
    }

    /// The part of the axis that is drawn: the middle 99.8 % of the samples and as much again on each
    /// side, and the threshold.
    private var range: Interval {
        let last = values.count - 1
        let (low, high) = (
            values[Int(Double(last) * 0.001)], values[Int((Double(last) * 0.999).rounded(.up))]
        )
        let width = max(high - low, (values[last] - values[0]) * 1e-3)
        return Interval(
            min(max(values[0], low - width), threshold),
            max(min(values[last], high + width), threshold))
    }

    /// Shares of the samples by bins of one width, an edge of which is the threshold.
    private func bars(_ values: some Sequence<Double>, _ range: Interval, _ bins: Int) -> [Mark.Bar]
    {
        let width = (range.upper - range.lower) / Double(bins)
        guard width > 0 else { return [] }
        var counts: [Int: Int] = [:]
        for value in values where value >= range.lower && value <= range.upper {
            counts[Int(((value - threshold) / width).rounded(.down)), default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map { place, count in
            let left = threshold + Double(place) * width
            return Mark.Bar(
                left: left, right: left + width, height: Double(count) / Double(self.values.count))
        }
    }

    private var base: Plot {
        let range = range
        let all = bars(values, range, Self.bins)
        let (below, above) = (
            all.filter { $0.left < threshold }, all.filter { $0.left >= threshold }
        )
        var marks = [
            Mark(.bars(below), series: 0, name: "below the threshold"),
            Mark(.rule(threshold, isDashed: true), series: 1, name: "threshold"),
        ]
        if !above.isEmpty {
            marks.insert(Mark(.bars(above), series: 2, name: "from the threshold on"), at: 1)
        }
        if let interval = selection.threshold.interval {
            marks.append(Mark(.range(interval.lower, interval.upper), series: 1))
        }
        let least = 0.5 / Double(values.count)
        return Plot(
            id: "histogram" + id, title: "How the base's utilities lie",
            summary:
                "A histogram of \(values.count) samples of the base. The median is \(Figures.typeset(values[values.count / 2])), the threshold \(Figures.typeset(threshold)); \(top.count) samples reach it.",
            x: Plot.Axis(label: "utility", scale: .linear(holding: [range.lower, range.upper])),
            y: Plot.Axis(
                label: "share of the samples in a bin, logarithmic",
                scale: .log(holding: [least] + all.map(\.height))),
            marks: marks)
    }

    private var own: Plot {
        let top = top
        let last = top.count - 1
        let high = top[Int((Double(last) * 0.995).rounded(.up))]
        let bars = bars(
            top, Interval(threshold, min(top[last], threshold + (high - threshold) * 1.5)),
            Self.topBins)
        let mean = selection.utility.topMean
        let shares = bars.map {
            Mark.Bar(
                left: $0.left, right: $0.right,
                height: $0.height * Double(values.count) / Double(top.count))
        }
        return Plot(
            id: "top" + id, title: "How the utilities of the top lie",
            summary:
                "A histogram of the \(top.count) samples that reach the threshold. The mean of what was kept is \(Figures.typeset(mean)).",
            x: Plot.Axis(
                label: "utility",
                scale: .linear(holding: shares.flatMap { [$0.left, $0.right] }, margin: 0.02)),
            y: Plot.Axis(
                label: "share of the top in a bin",
                scale: .linear(0, (shares.map(\.height).max() ?? 1) * 1.05)),
            marks: [
                Mark(.bars(shares), series: 2),
                Mark(.rule(mean, isDashed: true), series: 3, name: "mean of all that was kept"),
            ], height: 200)
    }
}
