// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// The probability of an event, with its interval on a logarithmic axis, and what could hide from it.
struct EstimateChapter {
    private let estimate: ProbabilityEstimate
    private let parsed: ParsedResult

    init(_ estimate: ProbabilityEstimate, of parsed: ParsedResult) {
        self.estimate = estimate
        self.parsed = parsed
    }

    private var percent: String { Figures.typeset(estimate.confidence * 100) }

    var chapter: Chapter {
        Chapter(
            title: "The answer", blocks: [.words(answer), .picture(plot), .listing(numbers)])
    }

    private var answer: String {
        let count = Figures.grouped(estimate.evaluations)
        guard estimate.p > 0 else {
            return
                "The event was not seen in \(count) evaluations. Its probability is at most \(Figures.typeset(estimate.interval.upper)) at \(percent) %."
        }
        return
            "The event has a probability of \(Figures.typeset(estimate.p, within: estimate.interval)), \(percent) % interval \(Figures.interval(estimate.interval)), after \(count) evaluations. It says as much as \(Figures.typeset(estimate.effective.rounded(), 6)) samples in the event would."
    }

    private var plot: Plot {
        var rows = ["the probability, with its \(percent) % interval"]
        var marks = [
            Mark(
                .across([
                    Mark.Span(
                        at: 0.5, lower: estimate.interval.lower, upper: estimate.interval.upper)
                ]), series: 0)
        ]
        var values = [estimate.p, estimate.interval.lower, estimate.interval.upper]
        func add(_ name: String, _ value: Double, _ series: Int) {
            values.append(value)
            rows.append(name)
            marks.append(
                Mark(
                    .points(
                        [
                            Mark.Point(
                                x: value, y: Double(rows.count) - 0.5, note: Figures.exact(value))
                        ],
                        isHollow: true), series: series))
        }
        if estimate.p > 0 {
            marks.append(
                Mark(
                    .points(
                        [Mark.Point(x: estimate.p, y: 0.5, note: Figures.exact(estimate.p))],
                        isHollow: false), series: 0))
        }
        add("naive floor 3/N: as many plain samples, no hit", estimate.naiveFloor, 1)
        if let most = parsed.result.hidden.map(\.adds).max(), most > 0 {
            add("what a part that no sample met could add", most, 3)
        }
        return Plot(
            id: "estimate", title: "The event's probability",
            summary: answer,
            x: Plot.Axis(label: "probability, logarithmic", scale: .log(holding: values)),
            y: Plot.Axis(label: "", scale: .rows(rows)), marks: marks)
    }

    private var numbers: Listing {
        .facts(
            "The estimate's numbers, as the result has them",
            [
                ("p", .exact(estimate.p)), ("interval, lower end", .exact(estimate.interval.lower)),
                ("interval, upper end", .exact(estimate.interval.upper)),
                ("confidence", .exact(estimate.confidence)), ("ln p, nats", .exact(estimate.logP)),
                ("coefficient of variation", .exact(estimate.variation)),
                ("effective samples", .exact(estimate.effective)),
                ("evaluations", .count(estimate.evaluations)),
                ("naive floor, 3/N", .exact(estimate.naiveFloor)),
            ])
    }
}
