// SPDX-License-Identifier: Apache-2.0

/// The draws and the certificate of texts that were written in stages.
struct StagedReport {
    let settings: ScreenedSettings
    let samples: UInt64
    /// What the last stage counts.
    let counts: ChannelTally
    /// The best texts.
    let best: Candidates

    func step(_ context: MethodContext) -> MethodStep {
        let job = context.job
        var warnings: [JobWarning] = []
        var results: [SelectionResult] = []
        let keys = best.keys.sorted(by: >)
        for selection in job.selections {
            let kept = KeptCount.of(quantile: selection.quantile, samples: samples)
            guard kept <= UInt64(keys.count) else {
                return .failure(JobFailure("damaged-state", "texts that went on are missing"))
            }
            results.append(
                result(selection, kept, keys[Int(kept) - 1], context, &warnings))
        }
        return .result(
            JobResult(
                issued: context.issued + context.redrawn, evaluations: context.evaluations,
                selections: results, diagnostics: diagnostics(context), warnings: warnings))
    }

    private func result(
        _ selection: Selection, _ kept: UInt64, _ threshold: Key, _ context: MethodContext,
        _ warnings: inout [JobWarning]
    ) -> SelectionResult {
        let job = context.job
        var top = best
        top.keep { $0 >= threshold }
        let picks = Picks(of: top.keys, selection: selection, job: job)
        let ties = Ties(
            count: counts.tied(with: threshold, held: best),
            kept: UInt64(top.keys.count { $0.bits == threshold.bits }))
        let all = Double(samples)
        // What was dropped on the way may be above the threshold, all of it.
        let dropped = Double(samples - counts.above)
        let report = SelectionReport(
            selection: selection, samples: samples, kept: kept, threshold: threshold,
            interval: nil,
            tailMassInterval: Interval(
                Double(kept) / all, min(1, (Double(kept) + dropped) / all)),
            tailMass: dropped > 0 ? .nan : Double(kept) / all, ties: ties,
            top: TopMoments.of(top, utility: 0, job: job), topCount: kept, isIndependent: true,
            draws: picks.sorted.map(\.key),
            certificate: .uniformOverKept(
                kept: kept, issued: samples, draws: job.settings.draws, redrawn: context.redrawn,
                attempts: Self.attempts(job, settings)),
            estimatesMean: false)
        var own = context
        own.moments = moments
        var result = report.result(own, warnings: &warnings)
        // Whole texts are only those that went on, which are no samples of the base.
        result.utility.mean = .nan
        result.utility.standardDeviation = .nan
        for cost in result.costs.indices { result.costs[cost].base = .nan }
        return result
    }

    /// Texts that may come of one sample: each of its parts may be written again.
    private static func attempts(_ job: CompiledJob, _ settings: ScreenedSettings) -> Int {
        let each = job.recorded?.attempts ?? 1
        return (0...settings.stages.count).reduce(1) { product, _ in
            let (more, over) = product.multipliedReportingOverflow(by: each)
            return over ? .max : more
        }
    }

    /// What was seen of the utility and the costs on whole texts.
    private var moments: [Moments] {
        counts.top.map { top in
            var moments = Moments()
            moments.finite = top.finite
            moments.nan = top.nan
            moments.positiveInfinite = top.positiveInfinite
            moments.negativeInfinite = top.negativeInfinite
            // No bound follows from costs of texts that are no samples of the base.
            moments.negative = 1
            return moments
        }
    }

    /// What went on, and the tokens that were written beside those of whole texts.
    private func diagnostics(_ context: MethodContext) -> [(name: String, value: Double)] {
        var result: [(name: String, value: Double)] = []
        for (number, count) in settings.goingOn(of: samples).enumerated() {
            result.append(("stage_\(number + 1)", Double(count)))
        }
        guard let writing = context.job.recorded?.writing else { return result }
        return result + [
            ("tokens_written", Double(context.completionTokens)),
            ("tokens_whole", Double(samples) * Double(writing.maximumTokens)),
        ]
    }
}
