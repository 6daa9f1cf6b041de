// SPDX-License-Identifier: Apache-2.0

/// The shift that was found, the event's probability under both laws, and the gradients there.
struct AttackReport {
    let settings: AttackSettings
    let shift: [Double]
    let step: Double
    let progress: AdaptationProgress
    /// The final run's samples in the event, with their noise.
    let samples: [WeighedSample]
    let points: [[Double]]

    func result(_ context: MethodContext) -> JobResult {
        let confidence = context.job.settings.confidence
        let count = settings.weighing.blockedSamples
        let weights = samples.map(\.weight)
        let attacked = AttackMethod.weights(weights, points, shift)
        let base = tail(weights, of: count, bound: settings.weighing.largestWeight)
        let after = tail(attacked, of: count, bound: settings.largestWeight)
        let kl = shift.reduce(0) { $0 + $1 * $1 } / 2
        var facts: [(name: String, value: JSON)] = [
            ("kl_budget", .number(settings.budget)), ("kl", .number(kl)),
        ]
        for (name, tail) in [("ln_p", after), ("ln_p_base", base)] {
            let interval = tail.interval(confidence: confidence)
            facts += [
                (name, .number(Elementary.log(tail.mass))),
                (name + "_lower", .number(Elementary.log(interval.lower))),
                (name + "_upper", .number(Elementary.log(interval.upper))),
            ]
        }
        facts += [
            ("p", .number(after.mass)), ("p_base", .number(base.mass)),
            ("cv", .number(after.variation)), ("cv_base", .number(base.variation)),
            ("effective_samples", .number(after.effective)),
            ("effective_samples_base", .number(base.effective)),
        ]
        var rows: [AnalysisRow] = []
        let now = moments(attacked)
        let before = moments(weights)
        let normals = context.job.base.noise.normals
        // The last slot is the label's, which is not shifted.
        for slot in 0..<shift.count - 1 {
            var row = AnalysisRow()
            row.add("slot", .string(slot < normals ? "normal" : "word"))
            row.add("number", Double(slot < normals ? slot : slot - normals))
            row.add("theta", shift[slot])
            row.add("gradient", now.mean[slot] - shift[slot])
            row.add("gradient_error", now.error[slot])
            row.add("base_gradient", before.mean[slot])
            row.add("base_gradient_error", before.error[slot])
            rows.append(row)
        }
        var result = JobResult(
            issued: context.evaluations, evaluations: context.evaluations, selections: [],
            diagnostics: [
                ("adaptation_rounds", Double(progress.rounds)), ("last_step", step),
                ("hits", Double(samples.count)), ("pareto_k", after.paretoShape),
                ("pareto_k_base", base.paretoShape), ("rounds", Double(context.nextRound)),
            ], warnings: warnings(base, after, kl: kl))
        result.table = AnalysisTable(name: "attack", facts: facts, rows: rows)
        return result
    }

    private func tail(_ weights: [Double], of count: Int, bound: Double) -> WeighedTail {
        WeighedTail(
            samples.indices.map {
                WeighedSample(
                    index: samples[$0].index, level: samples[$0].level, weight: weights[$0],
                    costs: [])
            }, of: count, bound: bound)
    }

    /// Weighted means slot by slot, with the standard errors of self-normalised weights.
    private func moments(_ weights: [Double]) -> (mean: [Double], error: [Double]) {
        guard let mean = AttackMethod.mean(points, weights) else {
            let none = [Double](repeating: .nan, count: shift.count)
            return (none, none)
        }
        let total = weights.reduce(0, +)
        var squares = [Double](repeating: 0, count: mean.count)
        for (point, weight) in zip(points, weights) {
            for slot in mean.indices {
                let term = weight * (point[slot] - mean[slot])
                squares[slot] += term * term
            }
        }
        return (mean, squares.map { $0.squareRoot() / total })
    }

    private func warnings(_ base: WeighedTail, _ after: WeighedTail, kl: Double) -> [JobWarning] {
        var list: [JobWarning] = samples.isEmpty ? [.noHit] : []
        func add(_ code: String, _ message: String) { list.append(JobWarning(code, message)) }
        if !progress.reached {
            add(
                "level-unreached",
                "the event was not reached in \(progress.rounds) rounds, so the shift leads towards the "
                    + "best levels seen; give a larger `round`, or a `utility` that leads there")
        }
        let length = (2 * kl).squareRoot()
        if step > 0.1 * max(1, length) {
            add(
                "not-settled",
                "the last step still moved the shift by \(Number.text((step * 1000).rounded() / 1000)) "
                    + "of its length \(Number.text((length * 1000).rounded() / 1000)); give more "
                    + "`rounds` or a larger `round`")
        }
        for (name, tail) in [("under the attack", after), ("under the base", base)]
        where tail.hits > 0 {
            if tail.effective < 100 {
                add(
                    "low-ess",
                    "the samples say as much \(name) as only "
                        + "\(Number.text(tail.effective.rounded())) of equal weight would; give more "
                        + "`samples`")
            }
            if tail.paretoShape > tail.paretoLimit {
                add(
                    "pareto-tail",
                    "the largest weights \(name) have too heavy a tail, so that probability and its "
                        + "interval cannot be relied on; give more `samples` or a larger `round`")
            }
        }
        return list
    }
}
