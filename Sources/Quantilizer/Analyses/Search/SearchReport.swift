// SPDX-License-Identifier: Apache-2.0

/// What the chosen parameters give on fresh samples, at home and elsewhere, and the way there.
struct SearchReport {
    let settings: SearchSettings
    /// As shares of the box.
    let chosen: [Double]
    /// The best score that was seen on the way.
    let score: Double
    let rows: [SearchMethod.Generation]
    /// Of the last trial, one for each fresh set of samples.
    let records: [TrialRecord]

    func result(_ context: MethodContext) -> JobResult {
        let job = context.job
        let quantile = job.settings.quantiles[0]
        let kept = KeptCount.of(quantile: quantile, samples: UInt64(settings.samples))
        let amplification = Double(settings.samples) / Double(kept)
        var facts: [(name: String, value: JSON)] = [
            ("way", .string(settings.way.rawValue)), ("quantile", .number(quantile)),
            ("amplification", .number(amplification)),
        ]
        for (parameter, place) in zip(settings.parameters, chosen) {
            facts.append((parameter.name, .number(parameter.value(at: place))))
        }
        func add(_ name: String, _ value: (TrialRecord) -> Double) {
            let (mean, interval) = estimate(records.map(value), job.settings.confidence)
            facts += [
                (name, .number(mean)),
                (name + "_lower", interval.map { .number($0.lower) } ?? .null),
                (name + "_upper", interval.map { .number($0.upper) } ?? .null),
            ]
        }
        add("criterion") { $0.home.criterion }
        add("reward") { $0.home.reward }
        add("gap") { $0.home.reward - $0.home.criterion }
        add("base_criterion") { $0.home.baseCriterion }
        add("base_reward") { $0.home.baseReward }
        if job.search?.shifted != nil {
            add("shifted_criterion") { $0.shifted.criterion }
            add("shifted_reward") { $0.shifted.reward }
            add("shifted_gap") { $0.shifted.reward - $0.shifted.criterion }
            add("shifted_base_criterion") { $0.shifted.baseCriterion }
        }
        facts.append(("best_seen", .number(score)))
        let evaluations = settings.issued(bases: job.search?.bases ?? 1)
        var result = JobResult(
            issued: evaluations, evaluations: evaluations, selections: [],
            diagnostics: [
                ("generations", Double(rows.count)),
                ("candidates", Double(rows.count * settings.population)),
                ("rounds", Double(context.nextRound)),
            ], warnings: warnings)
        result.table = AnalysisTable(
            name: "search", facts: facts, rows: rows.enumerated().map(line))
        return result
    }

    private func line(_ number: Int, _ generation: SearchMethod.Generation) -> AnalysisRow {
        var row = AnalysisRow()
        row.add("generation", Double(number))
        row.add("spread", generation.spread)
        row.add("criterion_mean", generation.mean)
        row.add("criterion_best", generation.best)
        row.add("reward_mean", generation.reward)
        for (parameter, value) in zip(settings.parameters, generation.centre) {
            row.add(parameter.name, value)
        }
        for (parameter, value) in zip(settings.parameters, generation.gradient) {
            row.add("gradient_" + parameter.name, value.isNaN ? nil : value)
        }
        return row
    }

    /// Sets below which a mean over them has no interval: each is itself a mean over many samples.
    private static let fewestSets: UInt64 = 10

    /// The mean over independent sets of samples, with the interval of ``KeptMean``.
    private func estimate(
        _ values: [Double], _ confidence: Double
    ) -> (mean: Double, interval: Interval?) {
        let mean = values.reduce(0, +) / Double(values.count)
        guard values.allSatisfy(\.isFinite) else { return (mean, nil) }
        let kept = KeptMean(values)
        return (
            kept.mean,
            kept.interval(
                .independent, confidence: confidence, fewest: Self.fewestSets, ofMeans: true)
        )
    }

    private var warnings: [JobWarning] {
        var list: [JobWarning] = []
        let criteria = records.map(\.home.criterion)
        if !criteria.allSatisfy(\.isFinite) {
            list.append(
                JobWarning(
                    "no-criterion",
                    "the criterion is not a number for any of the samples kept; check the formula"))
        }
        for (parameter, place) in zip(settings.parameters, chosen)
        where place < 0.01 || place > 0.99 {
            list.append(
                JobWarning(
                    "at-the-edge",
                    "`\(parameter.name)` ended at the edge of its range: a wider one may give more")
            )
        }
        return list
    }
}
