// SPDX-License-Identifier: Apache-2.0

/// The draws, the certificate and the diagnostics of a splitting job whose islands are done.
struct SplittingReport {
    let settings: SplittingSettings
    let plan: SplittingPlan
    let calibration: SplittingCalibration
    let reachedAim: Bool
    let records: [IslandRecord]
    /// Whether it is of an event, whose last level nothing follows.
    var isEstimate = false

    private var weights: [Double] {
        records.map { $0.weight(levels: plan.levels.count, particles: settings.particles) }
    }

    /// The mean weight: an unbiased estimate of the mass at or above the last level.
    var weight: Double { weights.reduce(0, +) / Double(records.count) }

    func result(_ context: MethodContext) -> JobResult {
        let job = context.job
        let gate = Gate(
            mass: job.settings.quantiles[0], weight: weight, seed: job.settings.seed)
        let draws = gate.returned(weight > 0 ? picks(job) : [], context)
        var report = SelectionReport(
            selection: job.selections[0], samples: context.evaluations, kept: keptParticles,
            threshold: threshold, interval: nil,
            tailMassInterval: TailMass.bothSides(
                of: interval(job), mass: weight, tied: tieMass,
                hits: records.reduce(0) { $0 + UInt64($1.tied) }, kept: keptParticles,
                threshold: threshold, confidence: job.settings.confidence),
            tailMass: weight, ties: .none, top: allTop(columns: 1 + job.costs.count),
            topCount: keptParticles, isIndependent: true, draws: [], certificate: .nothing,
            estimatesMean: false)
        report.certificate = .gated(
            gate, draws: draws, issued: context.evaluations, kept: keptParticles)
        var warnings: [JobWarning] = []
        var selection = report.result(
            MethodContext(
                job: job, moments: baseMoments, issued: context.issued,
                evaluations: context.evaluations, nextRound: context.nextRound,
                evaluator: context.evaluator), warnings: &warnings)
        selection.draws = draws
        selection.tieMass = tieMass
        let top = weighted(column: 0)
        selection.utility.topMean = top.mean
        // Particles of an island are relatives; islands are independent.
        selection.utility.topMeanInterval = top.interval(
            confidence: job.settings.confidence, units: Double(records.count),
            degrees: Double(records.count - 1))
        for cost in job.costs.indices {
            selection.costs[cost].top = weighted(column: 1 + cost).mean
        }
        if let warning = gate.warning(
            draws, found: "the islands found only",
            give: "`islands` or `particles`, or another `seed`")
        {
            warnings.append(warning)
        }
        warn(&warnings)
        return JobResult(
            issued: context.evaluations, evaluations: context.evaluations,
            selections: [selection], diagnostics: diagnostics(context), warnings: warnings,
            hidden: hidden, levels: course(job))
    }

    /// The answer of an estimate job.
    func estimate(_ context: MethodContext) -> JobResult {
        var warnings: [JobWarning] = weight == 0 ? [.noHit] : []
        warn(&warnings)
        let spread = error
        return JobResult(
            issued: context.evaluations, evaluations: context.evaluations, selections: [],
            estimate: ProbabilityEstimate(
                p: weight, interval: interval(context.job),
                confidence: context.job.settings.confidence, variation: spread,
                effective: effective(spread),
                evaluations: context.evaluations),
            diagnostics: diagnostics(context), warnings: warnings, hidden: hidden,
            levels: course(context.job))
    }

    /// Coefficient of variation of the mean weight: of a count, or by the islands' spread.
    private var error: Double {
        guard weight > 0 else { return .infinity }
        if isCount { return ((1 - weight) / counted).squareRoot() }
        return records.count > 1 ? variation / Double(records.count).squareRoot() : .infinity
    }

    /// Base draws above the only level.
    private var counted: Double {
        weight * Double(records.count * settings.particles)
    }

    /// Samples in the event that would say as much.
    private func effective(_ error: Double) -> Double {
        if isCount { return counted.rounded() }
        return error > 0 && weight > 0 ? (1 - weight) / (error * error) : 0
    }

    /// An interval of the mass at or above the last level.
    ///
    /// Up to a single level particles are base draws that were counted: Clopper and Pearson's. Beyond, from
    /// the islands' spread; where none came to the last level, up to the bound of the first one.
    private func interval(_ job: CompiledJob) -> Interval {
        let confidence = job.settings.confidence
        if isCount { return firstLevel(confidence) }
        guard weight > 0 else { return Interval(0, firstLevel(confidence).upper) }
        return IslandMass(
            weights: weights,
            leastVariation: settings.idealVariation(levels: plan.levels.count, mass: weight),
            chanceShare: isEstimate ? IslandMass.chanceOfEstimates : 1
        ).interval(confidence: confidence)
    }

    /// Whether the weight is the share of base draws above a level that was fixed before.
    private var isCount: Bool {
        plan.levels.count == 1 && records.allSatisfy { $0.living == nil }
    }

    /// The mass at or above the first level; of texts that are lost nothing is known but the upper end.
    func firstLevel(_ confidence: Double) -> Interval {
        guard records.allSatisfy({ $0.living == nil && !$0.survivors.isEmpty }) else {
            return Interval(0, 1)
        }
        return TailMass.clopperPearson(
            hits: records.reduce(0) { $0 + UInt64($1.survivors[0]) },
            trials: UInt64(records.count * settings.particles), confidence: confidence)
    }

    /// What all particles may have missed: of the base, and of the last level that they moved at.
    private var hidden: [HiddenPart] {
        guard !isCount, !plan.levels.isEmpty else { return [] }
        var parts = [
            HiddenPart(mass: 1, samples: UInt64(records.count * settings.particles))
        ]
        let last = plan.levels.count - 1
        // The survivors of a level are all that was there, moves or not.
        let there = records.filter { $0.survivors.count >= last && last > 0 }
        let found = there.reduce(0) { $0 + UInt64($1.survivors[last - 1]) }
        if found > 0 {
            let mass = there.reduce(0.0) { sum, record in
                sum
                    + record.survivors.prefix(last).reduce(1) {
                        $0 * (Double($1) / Double(settings.particles))
                    }
            }
            parts.append(HiddenPart(mass: mass / Double(records.count), samples: found))
        }
        return parts
    }

    // MARK: Draws

    /// Each draw takes the next particle, in its random order, of an island chosen in proportion to
    /// the weights.
    private func picks(_ job: CompiledJob) -> [Draw] {
        let stream = RandomStream(seed: job.settings.seed, domain: .pick)
        let weights = weights
        let total = weights.reduce(0, +)
        var taken = [Int](repeating: 0, count: records.count)
        return (0..<job.settings.draws).map { draw in
            let word = stream.word(index: UInt64(draw), block: .max)
            let place = Double(word >> 11) * 0x1p-53 * total
            var island = weights.lastIndex { $0 > 0 } ?? 0
            var sum = 0.0
            for (number, weight) in weights.enumerated() {
                sum += weight
                if place < sum {
                    island = number
                    break
                }
            }
            let particles = records[island].particles
            // More draws than particles begin the island's order again.
            let particle = particles[taken[island] % particles.count]
            taken[island] += 1
            return Draw(
                index: UInt64(island) << UInt64(settings.particleBits)
                    | UInt64(particle.number),
                utility: particle.utility, value: particle.value, fallback: false,
                record: particle.record)
        }
    }

    // MARK: Numbers

    private var threshold: Key {
        let level = plan.levels.last ?? .lowest
        return Key(bits: level.bits, label: level.label, index: .max)
    }

    private var living: [IslandRecord] { records.filter { $0.survivors.last != 0 } }

    private var keptParticles: UInt64 { UInt64(living.count * settings.particles) }

    private func allTop(columns: Int) -> [TopMoments] {
        var result = [TopMoments](repeating: TopMoments(), count: columns)
        for record in living {
            for column in result.indices { result[column].add(record.top[column]) }
        }
        return result
    }

    private var baseMoments: [Moments] {
        var result = records[0].moments
        for record in records.dropFirst() {
            for column in result.indices {
                result[column] = result[column].combined(with: record.moments[column])
            }
        }
        return result
    }

    /// The mean of a column over the islands, each by its weight.
    private func weighted(column: Int) -> WeightedMean {
        var result = WeightedMean()
        for (record, weight) in zip(records, weights) {
            if weight > 0, record.top[column].finite > 0 {
                result.add(weight: weight, sum: weight * record.top[column].mean)
            } else {
                result.add(weight: 0, sum: 0)
            }
        }
        return result
    }

    private var tieMass: Double {
        let particles = Double(settings.particles)
        let sum = zip(records, weights).reduce(0) { $0 + Double($1.0.tied) / particles * $1.1 }
        return sum / Double(records.count)
    }

    // MARK: Diagnostics

    /// Share of moves accepted after each level that moves follow, over the islands that got there.
    var acceptance: [Double] {
        plan.levels.indices.filter { !isEstimate || $0 < plan.levels.count - 1 }.map { level in
            let there = records.filter { $0.accepted.count > level }
            let accepted = there.reduce(0) { $0 + Double($1.accepted[level]) }
            let made = Double(there.count * settings.proposals)
            return made > 0 ? accepted / made : 0
        }
    }

    private var ancestors: Double {
        living.isEmpty
            ? 0
            : living.reduce(0) { $0 + Double($1.distinctAncestors) } / Double(living.count)
    }

    private var variation: Double { SplittingCalibration.variation(of: weights) }

    private func diagnostics(_ context: MethodContext) -> [(name: String, value: Double)] {
        let acceptance = acceptance
        let mean =
            acceptance.isEmpty ? 1 : acceptance.reduce(0, +) / Double(acceptance.count)
        return [
            ("levels", Double(plan.levels.count)), ("islands", Double(records.count)),
            ("particles", Double(settings.particles)),
            ("acceptance_min", acceptance.min() ?? 1), ("acceptance_mean", mean),
            ("ancestors", ancestors), ("aim", calibration.aim), ("weight_mean", weight),
            ("weight_cv", variation), ("rounds", Double(context.nextRound)),
        ]
    }

    private func warn(_ warnings: inout [JobWarning]) {
        func add(_ code: String, _ message: String) {
            warnings.append(JobWarning(code, message))
        }
        if !reachedAim {
            add(
                "pilot-stopped-short",
                "the pilot found no way to the quantile: its particles could no longer be moved to "
                    + "better ones; the utility may be too rugged for these moves, so give more "
                    + "`moves` or `particles`, or another method")
        }
        if let least = acceptance.min(), least < 0.05 {
            add(
                "low-acceptance",
                "at some level only \(Number.text((least * 1000).rounded() / 10)) % of the moves were "
                    + "accepted, so draws may be near copies of each other; give more `moves`")
        }
        if keptParticles > 0, ancestors < 10 {
            add(
                "few-ancestors",
                "the particles of an island come from only \(Number.text(ancestors.rounded())) of its "
                    + "first draws, so whole regions may be missing; give more `particles`")
        }
        // Draws have fewer islands, and their intervals are wider for that.
        if variation > (isEstimate ? 0.4 : 0.6) {
            add(
                "weights-vary",
                "the islands disagree about the mass above the last level (coefficient of variation "
                    + "\(Number.text((variation * 100).rounded() / 100))): some may have missed a "
                    + "region, and the interval is wide for it; give more `particles` and `islands`"
            )
        }
    }
}
