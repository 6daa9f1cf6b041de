// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// Splitting's levels: how much of the base lies above each, as its islands found it on their way down.
struct LevelsChapter {
    private let found: IslandLevels

    init(_ found: IslandLevels) { self.found = found }

    var chapter: Chapter {
        Chapter(
            title: "The levels", blocks: [.words(words), .picture(plot), .listing(listing)])
    }

    private var percent: String { Figures.typeset(found.confidence * 100) }

    private var words: String {
        let last = found.isEstimate ? "the event" : "where the draws come from"
        return
            "\(Figures.grouped(UInt64(found.islands))) islands of \(Figures.grouped(UInt64(found.particles))) particles went down the same \(found.levels.count) levels, fixed before they began; the last is \(last). What reached a level was copied and moved there, and the shares that got on multiply. Each interval is \(percent) % for its level alone. A level where few got on, or islands differ much, is where to look. This was made again from the job when this page was written, and came to the same answer."
    }

    /// Where a level stands: the event has no utility, and stands one step beyond the last that has.
    private var places: [Double] {
        let utilities = found.levels.map(\.utility)
        let finite = utilities.filter(\.isFinite)
        guard let first = finite.first, let last = finite.last else {
            return utilities.indices.map { Double($0 + 1) }
        }
        let step =
            finite.count > 1 ? (last - first) / Double(finite.count - 1) : max(1, last.magnitude)
        return utilities.map { $0.isFinite ? $0 : last + max(step, .leastNonzeroMagnitude) }
    }

    private var plot: Plot {
        let places = places
        let points = zip(places, found.levels).map { place, level in
            Mark.Point(x: place, y: level.mass, note: Figures.exact(level.mass))
        }
        let spans = zip(places, found.levels).map { place, level in
            Mark.Span(at: place, lower: level.interval.lower, upper: level.interval.upper)
        }
        let event = zip(places, found.levels).first { $0.1.utility == .infinity }?.0
        var marks = [
            Mark(.line(points, isDashed: false), series: 0),
            Mark(.upright(spans), series: 0, name: "\(percent) % interval"),
            Mark(.points(points, isHollow: false), series: 0, name: "mean over the islands"),
        ]
        if let event {
            marks.append(Mark(.rule(event, isDashed: true), series: 1, name: "the event"))
        }
        return Plot(
            id: "levels", title: "How much of the base lies above each level",
            summary: summary,
            x: Plot.Axis(
                label: event == nil ? "utility" : "utility; the event beyond it",
                scale: .linear(holding: places)),
            y: Plot.Axis(
                label: "probability, logarithmic",
                scale: .log(
                    holding: points.map(\.y) + spans.flatMap { [$0.lower, $0.upper] } + [1])),
            marks: marks)
    }

    private var summary: String {
        found.levels.enumerated().map { number, level in
            "Level \(number + 1), \(name(level)): \(Figures.typeset(level.mass, 3))."
        }.joined(separator: " ")
    }

    private func name(_ level: ReachedLevel) -> String {
        level.utility == .infinity ? "the event" : "utility \(Figures.typeset(level.utility))"
    }

    private var listing: Listing {
        Listing(
            title: "Levels, in numbers",
            columns: [
                "level", "utility", "probability", "got on, least", "most over the islands",
                "moves accepted",
            ],
            rows: found.levels.enumerated().map { number, level in
                [
                    .count(UInt64(number + 1)),
                    level.utility == .infinity ? .words("the event") : .number(level.utility),
                    .estimate(level.mass, level.interval), .number(level.survived.lower),
                    .number(level.survived.upper), level.acceptance.map { .number($0) } ?? .none,
                ]
            }, isFolded: found.levels.count > 12)
    }
}
