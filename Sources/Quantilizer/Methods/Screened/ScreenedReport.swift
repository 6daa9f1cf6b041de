// SPDX-License-Identifier: Apache-2.0

/// The draws, the certificate and the audit of a screened job whose survivors are judged.
struct ScreenedReport {
    let settings: ScreenedSettings
    let samples: UInt64
    let floor: Key
    /// What the two channels count.
    let counts: [ChannelTally]
    /// The best survivors, and the audited samples.
    let survivors: Candidates
    let audited: Candidates

    private var survived: UInt64 { counts[0].above }
    private var looked: UInt64 { counts[1].above }
    private var rejected: UInt64 { samples - survived }

    /// What the audit says of a threshold.
    private struct Audit {
        /// Audited samples above it.
        var hits: UInt64
        /// Samples screened out above it: an estimate, and an interval.
        var missed: Double
        var interval: (lower: UInt64, upper: UInt64)
    }

    func step(_ context: MethodContext) -> MethodStep {
        let job = context.job
        var warnings: [JobWarning] = []
        var results: [SelectionResult] = []
        var first: (audit: Audit, kept: UInt64)?
        let keys = survivors.keys.sorted(by: >)
        for selection in job.selections {
            let kept = KeptCount.of(quantile: selection.quantile, samples: samples)
            guard kept <= UInt64(keys.count) else {
                return .failure(JobFailure("damaged-state", "survivors are missing"))
            }
            let threshold = keys[Int(kept) - 1]
            let audit = audit(above: threshold, context)
            if first == nil { first = (audit, kept) }
            results.append(
                result(selection, kept, threshold, audit, context, &warnings))
            warn(audit, kept, job, &warnings)
        }
        guard let (audit, kept) = first else {
            return .failure(JobFailure("damaged-state", "a job without a selection"))
        }
        func share(_ missed: Double) -> Double { missed / (missed + Double(kept)) }
        return .result(
            JobResult(
                issued: context.issued, evaluations: context.evaluations, selections: results,
                diagnostics: [
                    ("survivors", Double(survived)), ("screen_threshold", floor.utility),
                    ("audited", Double(looked)), ("audit_hits", Double(audit.hits)),
                    ("missed", share(audit.missed)),
                    ("missed_lower", share(Double(audit.interval.lower))),
                    ("missed_upper", share(Double(audit.interval.upper))),
                    ("utility_evaluations", Double(survived + looked)),
                ], warnings: warnings))
    }

    private func audit(above threshold: Key, _ context: MethodContext) -> Audit {
        let hits = UInt64(audited.keys.count { $0 > threshold })
        return Audit(
            hits: hits,
            missed: looked > 0
                ? Double(hits) / Double(looked) * Double(rejected) : rejected > 0 ? .nan : 0,
            interval: AuditedCount.interval(
                hits: hits, looked: looked, population: rejected,
                confidence: context.job.settings.confidence))
    }

    /// An interval of the base's mass above the threshold: with half the error each, how many of the
    /// samples issued are above it, and what mass is above a sample of such a rank.
    private func massInterval(
        _ kept: UInt64, _ ties: Ties, _ audit: Audit, _ confidence: Double
    ) -> Interval {
        let each = (1 + confidence) / 2
        let above = AuditedCount.interval(
            hits: audit.hits, looked: looked, population: rejected, confidence: each)
        return Interval(
            TailMass.aboveRank(kept + above.lower, ties: ties, of: samples, confidence: each).lower,
            TailMass.aboveRank(kept + above.upper, ties: ties, of: samples, confidence: each).upper)
    }

    private func result(
        _ selection: Selection, _ kept: UInt64, _ threshold: Key, _ audit: Audit,
        _ context: MethodContext, _ warnings: inout [JobWarning]
    ) -> SelectionResult {
        let job = context.job
        var top = survivors
        top.keep { $0 >= threshold }
        let picks = Picks(of: top.keys, selection: selection, job: job)
        let ties = Ties(
            count: counts[0].tied(with: threshold, held: survivors),
            kept: UInt64(top.keys.count { $0.bits == threshold.bits }))
        let all = Double(samples)
        let report = SelectionReport(
            selection: selection, samples: samples, kept: kept, threshold: threshold,
            interval: nil,
            tailMassInterval: massInterval(kept, ties, audit, job.settings.confidence),
            tailMass: (Double(kept) + audit.missed) / all, ties: ties,
            top: TopMoments.of(top, utility: 0, job: job), topCount: kept,
            draws: picks.sorted.map(\.key),
            certificate: .uniformOverKept(kept: kept, issued: samples))
        var moments = context.moments
        moments[0] = evaluated
        var result = report.result(
            MethodContext(
                job: job, moments: moments, issued: context.issued,
                evaluations: context.evaluations, nextRound: context.nextRound,
                evaluator: context.evaluator), warnings: &warnings)
        let centre = job.centres[0]
        (result.utility.mean, result.utility.standardDeviation) = base(centre: centre)
        return result
    }

    /// What was seen of the utility, survivors and audited together.
    private var evaluated: Moments {
        var moments = Moments()
        for count in counts where !count.top.isEmpty {
            moments.finite += count.top[0].finite
            moments.nan += count.top[0].nan
            moments.positiveInfinite += count.top[0].positiveInfinite
            moments.negativeInfinite += count.top[0].negativeInfinite
        }
        return moments
    }

    /// Mean and spread of the utility over the base: survivors count once, an audited sample for all
    /// that were screened out beside it.
    private func base(centre: Double) -> (Double, Double) {
        let parts = zip(counts, [1, looked > 0 ? Double(rejected) / Double(looked) : 0])
            .filter { !$0.0.top.isEmpty && $0.0.top[0].finite > 0 }
            .map { (of: KeptMean($0.0.top[0], centre: centre), weight: $0.1) }
        let unit = parts.map(\.of.exponent).max() ?? 0
        var weights = 0.0
        var sum = 0.0
        var squares = 0.0
        for (part, weight) in parts {
            let finite = Double(part.count)
            let shift = Deviation.of(part.mean, centre, in: unit)
            let spread = part.variance.timesPowerOfTwo(2 * (part.exponent - unit))
            weights += weight * finite
            sum += weight * finite * shift
            squares += weight * (max(0, finite - 1) * spread + finite * shift * shift)
        }
        guard weights > 0, looked > 0 || rejected == 0 else { return (.nan, .nan) }
        let mean = sum / weights
        return (
            centre + mean.timesPowerOfTwo(unit),
            max(0, squares / weights - mean * mean).squareRoot().timesPowerOfTwo(unit)
        )
    }

    private func warn(
        _ audit: Audit, _ kept: UInt64, _ job: CompiledJob, _ warnings: inout [JobWarning]
    ) {
        let least = Double(audit.interval.lower)
        let share = least / (least + Double(kept))
        if share > 0.1 {
            warnings.append(
                JobWarning(
                    "screen-misses",
                    "the screen drops at least \(Number.text((share * 100).rounded())) % of the "
                        + "samples that are as good as those kept: the promise holds, but the draws "
                        + "are not the best; give more `survivors` or a better screen"))
        }
        if looked == 0, rejected > 0 {
            warnings.append(
                JobWarning(
                    "not-audited",
                    "nothing is known of the samples that the screen dropped: give `audit`"))
        }
    }
}
