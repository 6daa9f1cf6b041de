// SPDX-License-Identifier: Apache-2.0

/// The draws, the certificate and the diagnostics of weighed samples that are all in.
struct ImportanceReport {
    let settings: ImportanceSettings
    let pass: WeighingPass
    let progress: AdaptationProgress
    let aim: Double
    /// Those at or above the level, by index.
    let samples: [WeighedSample]
    /// Of a base whose samples others make, what they made, by index.
    let records: [UInt64: SampleRecord]
    private let tail: WeighedTail

    init(
        settings: ImportanceSettings, pass: WeighingPass, progress: AdaptationProgress,
        aim: Double, samples: [WeighedSample], records: [UInt64: SampleRecord]
    ) {
        self.settings = settings
        self.pass = pass
        self.progress = progress
        self.aim = aim
        self.samples = samples
        self.records = records
        tail = WeighedTail(
            samples, of: settings.blockedSamples, bound: settings.largestWeight)
    }

    func result(_ context: MethodContext) -> JobResult {
        let job = context.job
        let gate = Gate(
            mass: job.settings.quantiles[0], weight: tail.mass, seed: job.settings.seed)
        let draws = gate.returned(tail.mass > 0 ? picks(job) : [], context)
        let threshold = Key(bits: pass.floor.bits, label: pass.floor.label, index: .max)
        var report = SelectionReport(
            selection: job.selections[0], samples: context.evaluations, kept: UInt64(tail.hits),
            threshold: threshold, interval: nil,
            tailMassInterval: TailMass.bothSides(
                of: tail.interval(confidence: job.settings.confidence), mass: tail.mass,
                tied: tieMass,
                hits: UInt64(samples.count { $0.level.bits == threshold.bits }),
                kept: UInt64(samples.count), threshold: threshold,
                confidence: job.settings.confidence),
            tailMass: min(1, tail.mass), ties: .none, top: top(job), topCount: UInt64(tail.hits),
            isIndependent: true, draws: [], certificate: .nothing, estimatesMean: false)
        report.certificate = .gated(
            gate, draws: draws, issued: context.evaluations, kept: UInt64(tail.hits),
            however: "however well the proposal fits")
        var warnings: [JobWarning] = []
        var selection = report.result(context, warnings: &warnings)
        selection.draws = draws
        selection.tieMass = tieMass
        let mean = weighted { $0.level.utility }
        selection.utility.topMean = mean.mean
        selection.utility.topMeanInterval = mean.interval(
            confidence: job.settings.confidence, units: Double(tail.count),
            degrees: tail.effective - 1)
        for cost in job.costs.indices {
            selection.costs[cost].top = weighted { $0.costs[cost] }.mean
        }
        if let warning = gate.warning(
            draws, found: "the weighed samples hold only",
            give: "`samples`, or another method or `seed`")
        {
            warnings.append(warning)
        }
        let passed = draws.filter { !$0.fallback }
        let copies = passed.count - Set(passed.map(\.index)).count
        if copies > 0 {
            warnings.append(
                JobWarning(
                    "draws-repeat",
                    "\(copies) of \(job.settings.draws) draws are copies of others, because the "
                        + "weights are uneven or few; give more `samples`"))
        }
        warn(&warnings)
        return JobResult(
            issued: context.evaluations, evaluations: context.evaluations,
            selections: [selection], diagnostics: diagnostics(context), warnings: warnings,
            hidden: hidden)
    }

    /// The answer of an estimate job.
    func estimate(_ context: MethodContext) -> JobResult {
        var warnings: [JobWarning] = []
        if tail.hits == 0 { warnings.append(.noHit) }
        warn(&warnings)
        return JobResult(
            issued: context.evaluations, evaluations: context.evaluations, selections: [],
            estimate: ProbabilityEstimate(
                p: min(1, tail.mass),
                interval: tail.interval(confidence: context.job.settings.confidence),
                confidence: context.job.settings.confidence, variation: tail.variation,
                effective: tail.effective, evaluations: context.evaluations),
            diagnostics: diagnostics(context), warnings: warnings, hidden: hidden)
    }

    /// What all samples may have missed: only the base's own share α of them is sure to go everywhere.
    private var hidden: [HiddenPart] {
        // Without a hit the interval's upper end is exact already.
        guard tail.hits > 0 else { return [] }
        return [HiddenPart(mass: 1, samples: UInt64(tail.count), chance: settings.defensive)]
    }

    // MARK: Draws

    /// Systematic resampling: sample i comes ⌊m w_i/Σw⌋ times or once more, m w_i/Σw on average; the
    /// draws are in random order.
    private func picks(_ job: CompiledJob) -> [Draw] {
        let count = job.settings.draws
        let stream = RandomStream(seed: job.settings.seed, domain: .pick)
        let total = samples.reduce(0) { $0 + $1.weight }
        let offset = Double(stream.word(index: 0, block: .max) >> 11) * 0x1p-53
        var sampler = ProposalSampler(job: job, settings: settings, pass: pass)
        var block: UInt64?
        var draws: [Draw] = []
        draws.reserveCapacity(count)
        var sum = 0.0
        for sample in samples {
            sum += sample.weight
            while draws.count < count,
                (Double(draws.count) + offset) * total < sum * Double(count)
            {
                let start = sample.index & ~(SlotWork.indices - 1)
                let record = records[sample.index]
                if record == nil, start != block {
                    sampler.draw(start: start)
                    block = start
                }
                let lane = Int(sample.index - start)
                draws.append(
                    Draw(
                        index: sample.index, utility: sample.level.utility,
                        value: record?.value
                            ?? (0..<job.base.dimension).map { sampler.values[$0, lane] },
                        fallback: false))
            }
        }
        // Rounding may leave the last place empty.
        while draws.count < count, let last = draws.last { draws.append(last) }
        return draws.indices
            .map { (stream.word(index: 1 + UInt64($0), block: .max), $0) }
            .sorted { $0 < $1 }.map { draws[$0.1] }
    }

    // MARK: Numbers

    private func top(_ job: CompiledJob) -> [TopMoments] {
        var result = [TopMoments](repeating: TopMoments(), count: 1 + job.costs.count)
        let centres = job.firstCentres
        for sample in samples {
            result[0].add(sample.level.utility, centre: centres[0])
            for (cost, value) in sample.costs.enumerated() {
                result[1 + cost].add(value, centre: centres[1 + cost])
            }
        }
        return result
    }

    /// The weighted mean over the finite values.
    private func weighted(_ value: (WeighedSample) -> Double) -> WeightedMean {
        var result = WeightedMean()
        for sample in samples {
            let x = value(sample)
            if x.isFinite { result.add(weight: sample.weight, sum: sample.weight * x) }
        }
        return result
    }

    private var tieMass: Double {
        let tied = samples.filter { $0.level.bits == pass.floor.bits }
        guard tied.count > 1 else { return 0 }
        return min(1, tied.reduce(0) { $0 + $1.weight } / Double(tail.count))
    }

    // MARK: Diagnostics

    private func diagnostics(_ context: MethodContext) -> [(name: String, value: Double)] {
        var list: [(name: String, value: Double)] = []
        if settings.adaptation != nil {
            list += [
                ("adaptation_rounds", Double(progress.rounds)),
                ("components", Double(pass.proposal?.components.count ?? 0)),
            ]
        }
        return list + [
            ("samples", Double(tail.count)), ("hits", Double(tail.hits)),
            ("effective_samples", tail.effective), ("largest_share", tail.largestShare),
            ("pareto_k", tail.paretoShape), ("aim", aim), ("weight_mean", tail.mass),
            ("weight_cv", tail.variation), ("rounds", Double(context.nextRound)),
        ]
    }

    private func warn(_ warnings: inout [JobWarning]) {
        func add(_ code: String, _ message: String) {
            warnings.append(JobWarning(code, message))
        }
        if settings.adaptation != nil, !progress.reached {
            add(
                "level-unreached",
                "the proposal was given up before it reached the quantile or the event, after "
                    + "\(progress.rounds) rounds; the utility may be flat, rugged or in several "
                    + "places: give a larger `round`, more `components`, or take `splitting`")
        }
        if settings.adaptation != nil {
            add(
                "unchecked",
                "the proposal follows what its rounds met: a place that they lost is neither in the draws "
                    + "nor in the mass and its interval, and nothing here would show it; `splitting` "
                    + "tells more")
        }
        guard tail.hits > 0 else { return }
        if tail.effective < 100 {
            add(
                "low-ess",
                "the weighed samples say as much as only \(Number.text(tail.effective.rounded())) of "
                    + "equal weight would; give more `samples` or a better proposal")
        }
        if tail.largestShare > 0.1 {
            add(
                "heavy-weight",
                "one sample holds \(Number.text((tail.largestShare * 100).rounded())) % of all weight: "
                    + "the proposal misses a region that it was found in; give more `components`, "
                    + "another proposal, or take `splitting`")
        }
        if tail.paretoShape > tail.paretoLimit {
            add(
                "pareto-tail",
                "the largest weights have a tail of shape "
                    + "\(Number.text((tail.paretoShape * 100).rounded() / 100)), above "
                    + "\(Number.text((tail.paretoLimit * 100).rounded() / 100)): the mass and its "
                    + "interval cannot be relied on; give a better proposal")
        }
    }
}
