// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What another rule gives for the same base and utility, beside a sweep's curve: `tilt`, `minimax`, an
/// `exact` job with draws.
struct OtherRule: Sendable {
    /// Why a result cannot stand there.
    struct Problem: Error {
        var words: String
    }

    /// Its method, and what its certificate is about where that is not everything.
    let name: String
    /// Its utility's name.
    let utility: String
    /// One for each quantile.
    let points: [Point]

    struct Point: Sendable {
        /// log₂ of its certificate's factor.
        let bits: Double
        /// The mean of what was kept, of the utility, and of each cost that the sweep has too.
        let mean: Double
        let interval: Interval?
        let costs: [String: Double]
    }

    init(_ other: ParsedResult, beside sweep: ParsedResult) throws(Problem) {
        guard sweep.result.table?.name == "sweep" else {
            throw Problem(words: "only a sweep's result has a curve for another to stand beside")
        }
        guard Self.isNothing(sweep.job["sweep"]?["over"]) else {
            throw Problem(
                words:
                    "the sweep goes over settings of its base, and a result is of one of them: sweep the quantiles alone"
            )
        }
        guard let first = other.result.selections.first else {
            throw Problem(words: "it has no draws: give the result of another method's job")
        }
        guard other.job["base"]?.text() == sweep.job["base"]?.text() else {
            throw Problem(words: "its `base` is not the sweep's")
        }
        let found = other.result.selections.filter { $0.utilityName == first.utilityName }
        let formula = other.job["utilities"]?[first.utilityName]?.text()
        guard formula != nil, formula == sweep.job["utilities"]?[first.utilityName]?.text() else {
            throw Problem(words: "its utility `\(first.utilityName)` is not one of the sweep's")
        }
        let scope = first.certificate.scope.map { " (bits of \($0) alone)" } ?? ""
        name = Subject(other).method + scope
        utility = first.utilityName
        points = found.compactMap { selection in
            guard selection.certificate.kind != .none, selection.certificate.bits.isFinite else {
                return nil
            }
            let same = selection.costs.filter {
                let mine = other.job["costs"]?[$0.name]?.text()
                return mine != nil && mine == sweep.job["costs"]?[$0.name]?.text()
            }
            return Point(
                bits: selection.certificate.bits, mean: selection.utility.topMean,
                interval: selection.utility.topMeanInterval,
                costs: Dictionary(same.map { ($0.name, $0.top) }, uniquingKeysWith: { a, _ in a }))
        }
        guard !points.isEmpty else {
            throw Problem(words: "it has no certificate, so no place on the axis of bits")
        }
    }

    private static func isNothing(_ json: JSON?) -> Bool {
        switch json {
        case nil, .null: true
        case .object(let members): members.isEmpty
        default: false
        }
    }

    /// What a picture of one of the sweep's columns shows of it.
    ///
    /// - Parameters:
    ///   - series: the number of its colour and shape.
    ///   - isNamed: whether it stands in the legend.
    func marks(
        _ column: String, series: Int, isNamed: Bool
    ) -> (marks: [Mark], values: [Double]) {
        var spans: [Mark.Span] = []
        let shown = points.compactMap { point -> Mark.Point? in
            guard let y = column == "mean" ? point.mean : point.costs[column], y.isFinite else {
                return nil
            }
            if column == "mean", let ends = point.interval, ends.lower.isFinite {
                spans.append(Mark.Span(at: point.bits, lower: ends.lower, upper: ends.upper))
            }
            return Mark.Point(x: point.bits, y: y, note: "\(name): \(Figures.exact(y))")
        }
        guard !shown.isEmpty else { return ([], []) }
        let ends = spans.flatMap { [$0.lower, $0.upper] }.filter(\.isFinite)
        return (
            [
                Mark(.upright(spans), series: series),
                Mark(
                    .points(shown, isHollow: false), series: series,
                    name: isNamed ? name : nil),
            ], shown.map(\.y) + ends
        )
    }

    /// All of them in numbers.
    static func listing(_ rules: [OtherRule], costs: [String]) -> Listing {
        Listing(
            title: "Other rules, in numbers",
            columns: ["rule", "utility", "bits", "mean"] + costs,
            rows: rules.flatMap { rule in
                rule.points.map { point in
                    [
                        .words(rule.name), .quoted(rule.utility), .number(point.bits),
                        .estimate(point.mean, point.interval),
                    ] + costs.map { point.costs[$0].map { .number($0) } ?? .none }
                }
            })
    }
}
