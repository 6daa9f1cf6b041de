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
    var tied: UInt64
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
        let topMean = top[0].mean
        return SelectionResult(
            utilityName: name, quantile: quantileIsAsked ? selection.quantile : nil, kept: kept,
            invalid: all.nan,
            tieMass: tied > 1 ? Double(tied) / Double(samples) : 0,
            threshold: ThresholdEstimate(
                value: threshold.utility, interval: interval,
                confidence: job.settings.confidence,
                tailMass: tailMass ?? Double(kept) / Double(samples),
                tailMassInterval: tailMassInterval
                    ?? TailMass.aboveRank(
                        kept, of: samples, confidence: job.settings.confidence)),
            utility: UtilityStatistics(
                mean: all.mean(centre: centre), standardDeviation: all.standardDeviation,
                topMean: topMean,
                topMeanInterval: topMeanInterval(topMean, centre, job.settings.confidence),
                maximum: top[0].maximum < top[0].minimum ? .nan : top[0].maximum,
                topDeviation: top[0].variance(centre: centre).squareRoot()),
            costs: job.costs.indices.map { cost($0, context) }, certificate: certificate,
            draws: draws.map { key in
                let record = context.records[key.index]
                return Draw(
                    index: key.index, utility: key.utility,
                    value: record?.value ?? context.evaluator.regenerate(index: key.index),
                    fallback: false, record: record)
            })
    }

    /// The normal interval of the mean above the base's quantile.
    ///
    /// The threshold is itself estimated, which adds (1 − q)(mean − t)² to the variance of the kept
    /// samples: Var ≈ (s² + (1 − q)(mean − t)²)/k. Trindade et al. 2007,
    /// doi:10.1016/j.jbankfin.2007.04.011; Manistre and Hancock 2005.
    private func topMeanInterval(
        _ mean: Double, _ centre: Double, _ confidence: Double
    ) -> Interval {
        guard top[0].finite > 1, isIndependent || threshold.utility.isFinite else {
            return Interval(-.infinity, .infinity)
        }
        if let cutAt { return trimmedMeanInterval(mean, centre, confidence, cutAt) }
        let k = Double(topCount)
        var variance = top[0].variance(centre: centre)
        if !isIndependent {
            let gap = mean - threshold.utility
            variance += (1 - k / Double(samples)) * gap * gap
        }
        let z = SpecialFunctions.normalUpperQuantile((1 - confidence) / 2)
        let half = z * (variance / k).squareRoot()
        return Interval(mean - half, mean + half)
    }

    /// The normal interval of the mean between two quantiles: a trimmed mean, whose variance is that of
    /// the samples drawn in to the ends, over N and the square of the share between.
    ///
    /// Tukey and McLaughlin 1963; for unequal shares Huber, *Robust Statistics*, 1981, section 3.3.
    private func trimmedMeanInterval(
        _ mean: Double, _ centre: Double, _ confidence: Double,
        _ cutAt: (share: Double, utility: Double)
    ) -> Interval {
        let inside = Double(topCount) / Double(samples)
        let below = 1 - inside - cutAt.share
        let up = cutAt.utility - mean
        let down = threshold.utility - mean
        guard up.isFinite, down.isFinite else { return Interval(-.infinity, .infinity) }
        let shift = cutAt.share * up + below * down
        let squares =
            inside * top[0].variance(centre: centre) + cutAt.share * up * up
            + below * down * down
        let variance = max(0, squares - shift * shift) / (inside * inside * Double(samples))
        let half =
            SpecialFunctions.normalUpperQuantile((1 - confidence) / 2) * variance.squareRoot()
        return Interval(mean - half, mean + half)
    }

    private func cost(_ number: Int, _ context: MethodContext) -> CostStatistics {
        let column = context.job.utilities.count + number
        let all = context.moments[column]
        let base = all.mean(centre: context.job.centres[column])
        // A promise holds for costs that are never negative.
        let promised = all.negative == 0 && certificate.scope == nil
        let bound = certificate.amplification * base
        return CostStatistics(
            name: context.job.costs[number].name, base: base,
            deviation: all.standardDeviation, top: top[1 + number].mean,
            topDeviation: top[1 + number].variance(centre: context.job.centres[column])
                .squareRoot(),
            measured: all.count,
            bound: promised && certificate.kind != .none && bound.isFinite ? bound : nil)
    }

    private func warn(_ all: Moments, name: String, _ warnings: inout [JobWarning]) {
        func add(_ code: String, _ message: String) {
            let warning = JobWarning(code, message)
            if !warnings.contains(warning) { warnings.append(warning) }
        }
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
