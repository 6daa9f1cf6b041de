// SPDX-License-Identifier: Apache-2.0

/// The draws and the certificate of a tilted or minimax job whose samples are in.
struct TemperedReport {
    let plan: TemperedPlan
    let goal: TemperedMethod.Goal
    let samples: UInt64
    /// Admitted, turned down, and above the level where there is one.
    let counts: [ChannelTally]
    /// Samples of least priority among each.
    let admitted: [Key]
    let turnedDown: [Key]

    func result(_ context: MethodContext) -> JobResult {
        let job = context.job
        let kept = KeptCount.of(quantile: plan.quantile, samples: samples)
        let found = counts[0].above
        let level = plan.level.isFinite ? plan.level : -.infinity
        let confidence = job.settings.confidence
        let above = counts.count > 2 ? counts[2].above : samples
        let (keys, fallbacks) = draws(job, kept: kept)
        var top = counts[0].top
        if top.isEmpty {
            top = [TopMoments](repeating: TopMoments(), count: 1 + job.costs.count)
        }
        var certificate = Certificate.uniformOverKept(kept: kept, issued: samples)
        certificate.fallback = Double(fallbacks.count) / Double(keys.count)
        var selection = job.selections[0]
        selection.quantile = plan.quantile
        let report = SelectionReport(
            selection: selection, samples: samples, kept: kept,
            threshold: Key(bits: Key.orderedBits(level), label: 0, index: .max), interval: nil,
            tailMassInterval: counts.count > 2
                ? TailMass.clopperPearson(
                    hits: above, trials: samples, confidence: confidence) : Interval(1, 1),
            tailMass: Double(above) / Double(samples), ties: .none, top: top, topCount: found,
            isIndependent: true, draws: keys, certificate: certificate)
        var warnings: [JobWarning] = []
        var one = report.result(context, warnings: &warnings)
        for number in fallbacks { one.draws[number].fallback = true }
        if found < kept {
            let share = Number.text((Double(kept - found) / Double(kept) * 1000).rounded() / 10)
            warnings.append(
                JobWarning(
                    "fell-back",
                    "only \(found) of the \(kept) samples to keep were admitted, so \(share) % of the "
                        + "draws, those with `fallback`, are samples that were turned down: the "
                        + "promise holds; give a larger `pilot` or more `samples`"))
        }
        var result = JobResult(
            issued: context.issued, evaluations: context.evaluations, selections: [one],
            diagnostics: [("admitted", Double(found))], warnings: warnings)
        Self.describe(&result, plan, goal, job)
        return result
    }

    /// A uniform choice without replacement among k kept: k of those admitted, or all of them and as
    /// many others as are missing.
    private func draws(_ job: CompiledJob, kept: UInt64) -> (keys: [Key], fallbacks: [Int]) {
        var left = min(kept, counts[0].above)
        var others = kept - left
        let stream = RandomStream(seed: job.settings.seed, domain: .pick)
        var keys: [Key] = []
        var fallbacks: [Int] = []
        var first = admitted[...]
        var second = turnedDown[...]
        for draw in 0..<job.settings.draws {
            let word = stream.word(index: UInt64(draw), block: .max)
            let place = word.multipliedFullWidth(by: left + others).high
            if place < left, let key = first.popFirst() {
                keys.append(key)
                left -= 1
            } else if let key = second.popFirst() {
                fallbacks.append(keys.count)
                keys.append(key)
                others -= 1
            }
        }
        return (keys, fallbacks)
    }

    /// A lower confidence limit of the value that the law of the draws guarantees: that of its mean
    /// utility, less what ε allows to be missing. Where nothing limits it, −∞.
    ///
    /// For a law of ratio r to the base the true utility's mean is at least E_P[U] − ε·‖r‖ in the conjugate
    /// norm, by Hölder. Of order 1 the norm is A; of others it is estimated on the pilot, so the error
    /// is halved between the two.
    private static func guaranteed(
        _ selection: SelectionResult?, _ plan: TemperedPlan, _ settings: MinimaxSettings,
        _ job: CompiledJob
    ) -> Double {
        guard let selection else { return -.infinity }
        var error = 1 - job.settings.confidence
        if case .given = settings.shortfall {} else { error /= 2 }
        guard settings.order > 1 else {
            let lower = limit(selection, confidence: 1 - 2 * error)
            return lower - selection.certificate.amplification * plan.shortfall
        }
        let lower = limit(selection, confidence: 1 - error)
        let z = SpecialFunctions.normalUpperQuantile(error / 2)
        return lower - plan.shortfall * (plan.norm + z * plan.normError)
    }

    /// The lower end of an interval of the mean over the kept samples.
    private static func limit(_ selection: SelectionResult, confidence: Double) -> Double {
        let kept = selection.utility.kept
        guard confidence > 0 else { return -.infinity }
        let threshold = selection.threshold
        let lower = threshold.interval?.lower ?? -.infinity
        let choice: KeptMean.Choice =
            threshold.interval == nil
            ? .independent
            : .best(
                share: threshold.tailMass,
                edge: selection.tieMass > 0 && lower.isFinite ? lower : threshold.value,
                isUtility: true)
        return kept.interval(choice, confidence: confidence)?.lower ?? -.infinity
    }

    /// Adds what the pilot found, and what it warns of.
    static func describe(
        _ result: inout JobResult, _ plan: TemperedPlan, _ goal: TemperedMethod.Goal,
        _ job: CompiledJob
    ) {
        func warn(_ code: String, _ message: String) {
            result.warnings.append(JobWarning(code, message))
        }
        result.diagnostics += [("pilot_samples", Double(goal.pilot))]
        switch goal {
        case .tilt(let settings):
            if let tempering = plan.tempering,
                case .exponential(let beta) = tempering.weight
            {
                result.diagnostics += [("beta", beta), ("cap_utility", tempering.top)]
            }
            if case .divergence(let nats) = settings.strength, plan.divergence < 0.8 * nats {
                warn(
                    "divergence-unreached",
                    "the law drawn from has a divergence of \(Number.text(plan.divergence)) nats in "
                        + "place of \(Number.text(nats)): the cap or the pilot allows no more; give a "
                        + "smaller `quantile` or a larger `pilot`")
            }
        case .minimax(let settings):
            if case .cost(_, bound: nil) = settings.shortfall {
                warn(
                    "epsilon-estimated",
                    "ε is an upper limit of differences that nothing bounds: it trusts the spread of "
                        + "the pilot; give the most that a difference can be as `bound`")
            }
            result.diagnostics += [
                ("epsilon", plan.shortfall), ("level", plan.level),
                ("guaranteed_value", guaranteed(result.selections.first, plan, settings, job)),
            ]
            if let tempering = plan.tempering {
                result.diagnostics += [("cap_utility", tempering.top)]
            }
        }
        result.diagnostics += [
            ("capped", plan.capped), ("divergence", plan.divergence),
            ("effective_samples", plan.effective),
        ]
        if plan.effective < 100 {
            warn(
                "low-ess",
                "the pilot's samples say as much of the law as only "
                    + "\(Number.text(plan.effective.rounded())) of equal weight would: level, cap and "
                    + "quantile are rough; give a larger `pilot`")
        }
        if plan.capped > 0.1 {
            warn(
                "capped",
                "the quantile cuts off \(Number.text((plan.capped * 100).rounded())) % of the weight at "
                    + "the top: the draws follow the weight up to the cap, and are alike above it; "
                    + "give a smaller `quantile`")
        }
    }
}
