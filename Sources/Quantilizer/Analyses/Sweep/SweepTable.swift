// SPDX-License-Identifier: Apache-2.0

/// The curves of a sweep from the selections that its one pass answered.
struct SweepTable {
    private let shape: SweepShape
    private let result: JobResult
    private let settings: JobSettings

    init(_ shape: SweepShape, result: JobResult, settings: JobSettings) {
        self.shape = shape
        self.result = result
        self.settings = settings
    }

    /// One point of a curve.
    private struct Point {
        var row: AnalysisRow
        var amplification: Double
        var objective: Double
        var interval: Interval?
        /// The means of the costs.
        var costs: [Double]
        var place: [(String, JSON)]
    }

    var table: AnalysisTable {
        var points: [Point] = []
        for variant in 0..<shape.variants {
            for utility in shape.utilities.indices {
                points += curve(variant: variant, utility: utility)
            }
        }
        mark("pareto", &points) { $0.amplification }
        for cost in shape.costs.indices where cost != shape.value {
            mark("pareto_" + shape.costs[cost].name, &points) { $0.costs[cost] }
        }
        var facts: [(name: String, value: JSON)] = [
            ("samples", .integer(result.issued)), ("objective", .string(shape.objective)),
            // These samples have a part in whatever is chosen by the rows: docs/methods.md, section 1.
            ("draw_with", .string("another seed than \(settings.seed)")),
        ]
        if shape.variants > 1 {
            facts.append(("certificate", .string("against the base of the row's own setting")))
        }
        if let reference = shape.reference {
            facts.append(("reference", .string(shape.label(reference))))
        }
        let numbers = points.indices.filter { !points[$0].objective.isNaN }
        if let best = numbers.max(by: { points[$0].objective < points[$1].objective }) {
            facts += points[best].place.map { ("best_" + $0.0, $0.1) }
            facts += [
                ("best", .number(points[best].objective)),
                ("best_lower", points[best].interval.map { .number($0.lower) } ?? .null),
                ("best_upper", points[best].interval.map { .number($0.upper) } ?? .null),
            ]
        }
        return AnalysisTable(name: "sweep", facts: facts, rows: points.map(\.row))
    }

    // MARK: Curves

    /// The selections of one utility of one variant, from the smallest quantile.
    private func curve(variant: Int, utility: Int) -> [Point] {
        let quantiles = settings.quantiles.count
        let first = (variant * shape.utilities.count + utility) * quantiles
        guard first + quantiles <= result.selections.count else { return [] }
        let selections = result.selections[first..<first + quantiles].sorted { $0.kept < $1.kept }
        let samples = Double(result.issued)
        let kept = selections.map { Double($0.kept) }
        let mean = SweepCurve(
            samples: samples, kept: kept, means: selections.map(\.utility.kept),
            base: selections.first?.utility.mean ?? .nan,
            thresholds: selections.map {
                let lower = $0.threshold.interval?.lower ?? -.infinity
                return $0.tieMass > 0 && lower.isFinite ? lower : $0.threshold.value
            })
        let costs = shape.costs.indices.map { cost -> SweepCurve in
            let number = variant * shape.costs.count + cost
            return SweepCurve(
                samples: samples, kept: kept, means: selections.map { $0.costs[number].kept },
                base: selections.first?.costs[number].base ?? .nan, thresholds: nil)
        }
        return selections.indices.map { number in
            let selection = selections[number]
            var row = AnalysisRow()
            var place: [(String, JSON)] = shape.axes.map { ($0.path, $0.cell(variant)) }
            if shape.utilities.count > 1 {
                place.append(("utility", .string(shape.utilities[utility].name)))
            }
            place.append(("quantile", .number(selection.quantile ?? .nan)))
            for (name, value) in place { row.add(name, value) }
            let amplification = selection.certificate.amplification
            let bits = selection.certificate.bits
            row.add("kept", .integer(selection.kept))
            row.add("amplification", amplification)
            row.add("bits", bits)
            row.add("evaluations", samples / kept[number])
            row.add("evaluations_per_bit", bits > 0 ? samples / kept[number] / bits : nil)
            row.add("threshold", selection.threshold.value)
            row.add("threshold", selection.threshold.interval)
            row.add("tail_mass", selection.threshold.tailMass)
            row.add("tail_mass", selection.threshold.tailMassInterval)
            row.add(
                "tail_mass_band",
                TailMass.aboveRank(
                    selection.kept,
                    ties: Ties(
                        count: UInt64((selection.tieMass * samples).rounded()),
                        kept: selection.tieKept), of: result.issued, confidence: simultaneous))
            let own = add(mean, number, "mean", to: &row)
            var objective = (value: mean.top[number], interval: own)
            for (cost, curve) in costs.enumerated() {
                let name = shape.costs[cost].name
                let interval = add(curve, number, name, to: &row)
                let statistics = selection.costs[variant * shape.costs.count + cost]
                row.add(name + "_bound", statistics.bound)
                row.add(
                    name + "_bound_kind",
                    statistics.bound == nil
                        ? .null
                        : .string(statistics.limit?.isProved == true ? "limit" : "estimate"))
                if shape.value == cost { objective = (curve.top[number], interval) }
                if let reference = shape.reference {
                    addRatio(
                        curve, number, shape.costs[cost].name,
                        over: selection.costs[reference * shape.costs.count + cost],
                        isPromised: statistics.bound != nil,
                        to: &row)
                }
            }
            let n = amplification.rounded()
            row.add("best_of_n", n)
            row.add("best_of_n_mean", mean.bestOf(n, at: number))
            for (cost, curve) in costs.enumerated() {
                row.add("best_of_n_" + shape.costs[cost].name, curve.bestOf(n, at: number))
            }
            return Point(
                row: row, amplification: amplification, objective: objective.value,
                interval: objective.interval, costs: costs.map { $0.top[number] }, place: place)
        }
    }

    /// The mean of a cost over the top q over its mean under the reference's base: what the certificate
    /// does not speak of, measured. Its interval is of two that hold together (Bonferroni).
    private func addRatio(
        _ curve: SweepCurve, _ number: Int, _ cost: String, over statistics: CostStatistics,
        isPromised: Bool, to row: inout AnalysisRow
    ) {
        let name = cost + "_ratio"
        // Of costs that are negative somewhere a ratio says nothing.
        guard isPromised, statistics.bound != nil, statistics.base > 0 else {
            row.add(name, nil as Double?)
            row.add(name, nil as Interval?)
            return
        }
        let confidence = (1 + settings.confidence) / 2
        let z = SpecialFunctions.normalUpperQuantile((1 - confidence) / 2)
        let half = z * statistics.deviation / Double(statistics.measured).squareRoot()
        let least = statistics.base - half
        row.add(name, curve.top[number] / statistics.base)
        row.add(
            name,
            curve.interval(number, confidence: confidence).map {
                Interval(
                    max(0, $0.lower) / (statistics.base + half),
                    least > 0 ? $0.upper / least : .infinity)
            })
    }

    /// The confidence of each of a curve's intervals so that all hold together (Bonferroni).
    private var simultaneous: Double {
        1 - (1 - settings.confidence) / Double(settings.quantiles.count)
    }

    private func add(
        _ curve: SweepCurve, _ number: Int, _ name: String, to row: inout AnalysisRow
    ) -> Interval? {
        let interval = curve.interval(number, confidence: settings.confidence)
        row.add(name, curve.top[number])
        row.add(name, interval)
        row.add(name + "_band", curve.interval(number, confidence: simultaneous))
        return interval
    }

    /// Adds whether a point is on the front of what it costs and the objective.
    private func mark(_ name: String, _ points: inout [Point], _ cost: (Point) -> Double) {
        let front = Self.front(points.map { (cost($0), $0.objective) })
        for number in points.indices { points[number].row.add(name, .bool(front[number])) }
    }

    /// Which points no other beats: none costs as little and has more of the objective, or has as much
    /// of it and costs less.
    private static func front(_ points: [(cost: Double, gain: Double)]) -> [Bool] {
        points.map { point in
            !point.gain.isNaN && !point.cost.isNaN
                && !points.contains {
                    $0.cost <= point.cost && $0.gain >= point.gain
                        && ($0.cost < point.cost || $0.gain > point.gain)
                }
        }
    }
}
