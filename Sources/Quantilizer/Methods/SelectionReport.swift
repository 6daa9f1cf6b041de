// SPDX-License-Identifier: Apache-2.0

/// Everything a method found for one selection, to be written up the same way for all methods.
struct SelectionReport {
    var selection: Selection
    /// Samples that the threshold's rank and the tail mass are about.
    var samples: UInt64
    var kept: UInt64
    var threshold: Key
    /// The interval of the threshold; nil where the threshold was given.
    var interval: Interval?
    /// An interval of the tail mass; nil for that of the k-th rank.
    var tailMassInterval: Interval?
    /// The tail mass; nil for kept/samples.
    var tailMass: Double?
    /// Samples with the threshold's utility.
    var ties: Ties
    /// The samples that ties are counted among, where they are not `samples`.
    var tiesAmong: UInt64?
    /// The utility and the costs over the kept samples.
    var top: [TopMoments]
    /// The number of kept samples that `top` is over.
    var topCount: UInt64
    /// Whether those are independent draws beyond a fixed threshold, rather than the best k of N.
    var isIndependent = false
    /// The share of the samples above those that `top` is over, which is left out, and its least utility.
    var cutAt: (share: Double, utility: Double)?
    var draws: [Key]
    var certificate: Certificate
    /// Whether `top` is a sample whose mean is to be estimated; where not, the method says what is known.
    var estimatesMean = true
    /// False where the job gave a threshold, not a quantile.
    var quantileIsAsked = true

    func result(
        _ context: MethodContext, warnings: inout [JobWarning]
    ) -> SelectionResult {
        let job = context.job
        let name = job.utilities[selection.utility].name
        let all = context.moments[selection.utility]
        let centre = job.centres[selection.utility]
        warn(all, name: name, &warnings)
        let kept = KeptMean(top[0], centre: centre)
        let tails = estimatesMean && cutAt == nil ? kept.tails(choice) : KeptMean.Tails()
        let interval =
            estimatesMean ? topMeanInterval(kept, tails, job.settings.confidence) : nil
        if let interval {
            warnOfTail(tails, interval, job.settings.confidence, name: name, &warnings)
        }
        return SelectionResult(
            utilityName: name, quantile: quantileIsAsked ? selection.quantile : nil,
            kept: self.kept, invalid: all.nan,
            tieMass: ties.count > 1 ? Double(ties.count) / Double(tiesAmong ?? samples) : 0,
            tieKept: ties.count > 1 ? ties.kept : nil,
            threshold: ThresholdEstimate(
                value: threshold.utility, interval: self.interval,
                confidence: job.settings.confidence,
                tailMass: tailMass ?? Double(self.kept) / Double(samples),
                tailMassInterval: tailMassInterval
                    ?? TailMass.aboveRank(
                        self.kept, ties: ties, of: samples, confidence: job.settings.confidence)),
            utility: UtilityStatistics(
                mean: all.mean(centre: centre), standardDeviation: all.standardDeviation,
                topMean: kept.mean, topMeanInterval: interval,
                maximum: top[0].maximum < top[0].minimum ? .nan : top[0].maximum, kept: kept,
                tailIndex: tails.upper.map {
                    TailEstimate(
                        value: $0.value,
                        interval: $0.interval(confidence: job.settings.confidence))
                }, measured: job.workload.share == .part && all.count < samples ? all.count : nil),
            costs: job.costs.indices.map { cost($0, context, &warnings) }, certificate: certificate,
            draws: draws.map { key in
                let record = context.records[key.index]
                return Draw(
                    index: key.index, utility: key.utility,
                    value: record?.value ?? context.evaluator.regenerate(index: key.index),
                    fallback: false, record: record)
            })
    }

    /// How the samples that `top` is over came to be kept.
    ///
    /// Where others have the threshold's utility the edge is the lower end of its interval: the next
    /// level below may be the quantile's.
    private var choice: KeptMean.Choice {
        guard !isIndependent else { return .independent }
        let lower = interval?.lower ?? -.infinity
        return .best(
            share: Double(topCount) / Double(samples),
            edge: ties.count > 1 && lower.isFinite ? lower : threshold.utility, isUtility: true)
    }

    private func topMeanInterval(
        _ kept: KeptMean, _ tails: KeptMean.Tails, _ confidence: Double
    ) -> Interval? {
        if let cutAt { return trimmedMeanInterval(kept, confidence, cutAt) }
        return kept.interval(choice, confidence: confidence, tails: tails)
    }

    /// Student's interval of the mean between two quantiles: a trimmed mean, whose variance is that of
    /// the samples drawn in to the ends, over N and the square of the share between.
    ///
    /// Tukey and McLaughlin 1963; for unequal shares Huber, *Robust Statistics*, 1981, section 3.3.
    private func trimmedMeanInterval(
        _ kept: KeptMean, _ confidence: Double, _ cutAt: (share: Double, utility: Double)
    ) -> Interval? {
        guard kept.count >= KeptMean.fewest, cutAt.utility.isFinite, threshold.utility.isFinite
        else {
            return nil
        }
        let inside = Double(topCount) / Double(samples)
        let below = 1 - inside - cutAt.share
        let up = Deviation.of(cutAt.utility, kept.mean, in: kept.exponent)
        let down = Deviation.of(threshold.utility, kept.mean, in: kept.exponent)
        let shift = cutAt.share * up + below * down
        let squares = inside * kept.variance + cutAt.share * up * up + below * down * down
        let variance = max(0, squares - shift * shift) / (inside * inside * Double(samples))
        guard variance > 0 else { return nil }
        let t = SpecialFunctions.studentUpperQuantile(
            (1 - confidence) / 2, Double(kept.count) - 1)
        let half = (t * variance.squareRoot()).timesPowerOfTwo(kept.exponent)
        return Interval(kept.mean - half, kept.mean + half)
    }

    private func cost(
        _ number: Int, _ context: MethodContext, _ warnings: inout [JobWarning]
    ) -> CostStatistics {
        let job = context.job
        let column = job.utilities.count + number
        let all = context.moments[column]
        let centre = job.centres[column]
        // A promise holds for costs that are never negative.
        let promised =
            all.negative == 0 && certificate.scope == nil && certificate.kind != .none
        let (amplification, confidence) = certificate.joint(job.settings.confidence)
        let limit =
            promised
            ? MeanLimit(
                all, centre: centre, range: job.costs[number].utility.range,
                confidence: confidence) : nil
        let base = all.mean(centre: centre)
        let bound = limit.map { amplification * $0.value } ?? .infinity
        let name = job.costs[number].name
        if promised, all.finite > 0, limit == nil {
            add(
                "cost-unseen",
                "the cost `\(name)` is 0 for all of \(all.finite) samples, and nothing says how large it "
                    + "can be, so it has no bound: give it a most, as in `min(cost, 10)`, or more `samples`",
                &warnings)
        }
        let kept = KeptMean(top[1 + number], centre: centre)
        return CostStatistics(
            name: name, base: base, deviation: all.standardDeviation, limit: limit, top: kept.mean,
            kept: kept, measured: all.count, bound: bound.isFinite ? bound : nil)
    }

    private func add(_ code: String, _ message: String, _ warnings: inout [JobWarning]) {
        let warning = JobWarning(code, message)
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    /// Warns where so few are kept that the draws are hardly a quantilizer's.
    func warnOfFew(_ job: CompiledJob, _ warnings: inout [JobWarning]) {
        guard kept < KeptMean.fewest else { return }
        let name = job.utilities[selection.utility].name
        let law =
            kept == 1
            ? "the draw is the best of \(samples) samples, another law than the quantilizer's"
            : "the draws are of the best \(kept) of \(samples) samples, whose law is far from the "
                + "quantilizer's"
        add(
            "few-kept",
            "`\(name)`: \(law) at quantile \(Number.text(selection.quantile)): the promise holds, and the "
                + "mean has no interval; give \(KeptMean.fewest)/quantile `samples` or more",
            &warnings)
    }

    /// Warns of a mean whose interval has no end, or may be too short.
    private func warnOfTail(
        _ tails: KeptMean.Tails, _ interval: Interval, _ confidence: Double, name: String,
        _ warnings: inout [JobWarning]
    ) {
        guard let tail = tails.doubtful(confidence: confidence) else { return }
        let words =
            interval.lower.isFinite && interval.upper.isFinite
            ? "a tail that may be heavier than \(tail.count) values tell, and the interval of its mean too short"
            : tail.value >= 1
                ? "so heavy a tail that there may be no mean"
                : "a tail that may be too heavy for an interval of its mean"
        let index = Number.text((tail.value * 100).rounded() / 100)
        let most = Number.text((tail.limit(confidence: confidence) * 100).rounded() / 100)
        add(
            "heavy-tail",
            "`\(name)` has \(words): its index is \(index), at most \(most) with confidence "
                + "\(Number.text(confidence)), a mean exists below 1 and a variance below 0.5; more `samples` tell "
                + "more, or take a utility with lighter tails, as its logarithm",
            &warnings)
    }

    private func warn(_ all: Moments, name: String, _ warnings: inout [JobWarning]) {
        func add(_ code: String, _ message: String) { self.add(code, message, &warnings) }
        if all.nan == all.count, all.nan > 0 {
            add(
                "no-utility",
                "`\(name)` is not a number for any of \(all.nan) samples, so the draws are a "
                    + "uniform choice of base samples; check the formula")
        } else if top[0].nan > 0 {
            add(
                "invalid-kept",
                "`\(name)` has fewer numbers than samples to keep: \(top[0].nan) of \(topCount) kept "
                    + "samples have no utility; a smaller quantile keeps only samples that have one"
            )
        } else if all.nan > 0 {
            add(
                "invalid",
                "`\(name)` is not a number for \(all.nan) of \(all.count) samples; they rank lowest"
            )
        }
        if top[0].positiveInfinite + top[0].negativeInfinite > 0 {
            add(
                "infinite-kept",
                "`\(name)` is infinite for \(top[0].positiveInfinite + top[0].negativeInfinite) kept "
                    + "samples; means are over the finite ones")
        }
    }
}
