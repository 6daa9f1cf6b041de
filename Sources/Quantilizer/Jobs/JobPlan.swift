// SPDX-License-Identifier: Apache-2.0

/// What a job will cost and promise, before anything is computed.
public struct JobPlan: Sendable, Hashable {
    /// One utility with one quantile.
    public struct Selection: Sendable, Hashable {
        /// The utility's name.
        public var utility: String
        /// The quantile; nil where a threshold was given.
        public var quantile: Double?
        /// Samples that will be kept; nil where that is not known in advance.
        public var kept: UInt64?
        /// The certificate's factor A; nil where it depends on the samples.
        public var amplification: Double?
        /// log2 A.
        public var bits: Double?
        /// Samples that one draw costs, on average.
        public var samplesPerDraw: Double?
        /// The relative width of the tail mass's interval, above and below.
        public var tailMassInterval: Interval?
    }

    /// The method's name.
    public var method: String
    /// Base samples that will be issued, as far as is known in advance; for splitting, evaluations.
    public var samples: UInt64
    /// Whether `samples` is exact, or a guess that pilots will replace.
    public var isExact: Bool
    /// Pilot samples besides.
    public var pilotSamples: UInt64
    /// Passes or parts of passes that follow each other.
    public var rounds: Int
    /// Memory for candidates in one process, in bytes.
    public var memoryBytes: Int
    /// Philox blocks, a hash of four words each, that a sample takes.
    public var blocksPerSample: Int
    /// The selections.
    public var selections: [Selection]
    /// Of texts, the stages in which they are written.
    public var stages: [TextStage] = []
    /// The numbers of texts that go on after each stage.
    public var goingOn: [UInt64] = []
    /// Why the job cannot run as it is, and the remedy.
    public var problem: JobFailure?

    /// The plan of a job. Nothing is sampled.
    public init(job: CompiledJob) {
        let settings = job.settings
        method = settings.method.name
        memoryBytes = settings.memoryBytes
        blocksPerSample = job.base.noise.blocks
        pilotSamples = 0
        isExact = true
        rounds = 1
        samples = settings.samples
        selections = []
        switch settings.method {
        case .exact:
            if case .threshold = settings.precision {
                isExact = false
                rounds = 4
            } else {
                let method = ExactMethod(job: job, samples: settings.samples)
                rounds = method.plannedRounds(job: job)
                memoryBytes = method.plannedBytes(job: job)
            }
            selections = job.selections.map { selection in
                let kept = KeptCount.of(quantile: selection.quantile, samples: settings.samples)
                let amplification = Double(settings.samples) / Double(kept)
                return Selection(
                    utility: job.utilities[selection.utility].name, quantile: selection.quantile,
                    kept: isExact ? kept : nil,
                    amplification: isExact ? amplification : 1 / selection.quantile,
                    bits: Kernels.log2(isExact ? amplification : 1 / selection.quantile),
                    samplesPerDraw: Double(settings.samples) / Double(settings.draws),
                    tailMassInterval: isExact
                        ? TailMass.aboveRank(
                            kept, of: settings.samples, confidence: settings.confidence) : nil)
            }
        case .bestOfN:
            let n = Double(settings.samples)
            samples = settings.samples * UInt64(settings.draws)
            memoryBytes = 4 * settings.draws * job.candidateBytes * job.utilities.count
            selections = job.utilities.map {
                Selection(
                    utility: $0.name, quantile: 1 / n, kept: 1, amplification: n,
                    bits: Kernels.log2(n), samplesPerDraw: n)
            }
        case .threshold(.value, let most):
            isExact = false
            samples = most
            selections = job.utilities.map { Selection(utility: $0.name) }
        case .threshold(.pilot(let size), let most):
            isExact = false
            rounds = 2
            pilotSamples = size
            let least = settings.quantiles.min() ?? 1
            samples = min(most, UInt64((Double(settings.draws) / least).rounded(.up)))
            selections = job.selections.map { selection in
                let kept = KeptCount.of(quantile: selection.quantile, samples: size)
                let amplification = kept > 1 ? Double(size) / Double(kept - 1) : nil
                return Selection(
                    utility: job.utilities[selection.utility].name, quantile: selection.quantile,
                    kept: kept, amplification: amplification,
                    bits: amplification.map { Kernels.log2($0) },
                    samplesPerDraw: 1 / selection.quantile)
            }
        case .splitting(let splitting):
            isExact = false
            rounds = 3
            samples = SplittingMethod.evaluations(job, splitting)
            // Base draws for the gate are paid for like the others.
            if job.drawsOnce { samples += UInt64(settings.draws) }
            let kept = splitting.islands * IslandRecord.particlesKept(job, splitting)
            memoryBytes = kept * (16 + 8 * job.base.dimension)
            selections = job.selections.map { selection in
                let amplification = 1 / selection.quantile + 1
                return Selection(
                    utility: job.utilities[selection.utility].name, quantile: selection.quantile,
                    kept: nil, amplification: amplification, bits: Kernels.log2(amplification),
                    samplesPerDraw: Double(samples) / Double(settings.draws))
            }
        case .importance(let weighing), .crossEntropy(let weighing):
            isExact = false
            rounds =
                weighing.adaptation == nil
                ? 3 : 6 + Int((-Kernels.log10(settings.quantiles[0])).rounded(.up))
            samples = ImportanceMethod.evaluations(job, weighing)
            memoryBytes =
                weighing.blockedSamples * WeighedBlock.bytesEach(costs: job.costs.count)
            selections = job.selections.map { selection in
                let amplification = 1 / selection.quantile + 1
                return Selection(
                    utility: job.utilities[selection.utility].name, quantile: selection.quantile,
                    kept: nil, amplification: amplification, bits: Kernels.log2(amplification),
                    samplesPerDraw: Double(samples) / Double(settings.draws))
            }
        case .screened(let screening):
            if screening.stages.isEmpty {
                rounds = ScreenedMethod(job: job, settings: screening).plannedRounds(job: job)
            } else {
                rounds = screening.stages.count + 1
                stages = screening.stages
                goingOn = screening.goingOn(of: settings.samples)
            }
            selections = job.selections.map {
                Self.uniform(
                    $0, kept: KeptCount.of(quantile: $0.quantile, samples: settings.samples), job)
            }
        case .band(let cut):
            let method = BandMethod(job: job, cut: cut)
            rounds = method.plannedRounds(job: job)
            memoryBytes = method.plannedBytes(job: job)
            selections = job.selections.map {
                let (best, worst) = BandMethod.ranks(
                    cut, $0.quantile, samples: settings.samples)
                return Self.uniform($0, kept: worst - best, job)
            }
        case .impact:
            memoryBytes = 0
            selections = job.selections.map {
                Self.uniform(
                    $0, kept: KeptCount.of(quantile: $0.quantile, samples: settings.samples), job)
            }
        case .tilt(let tilt):
            pilotSamples = UInt64(tilt.pilot)
            selections = [Self.tempered(tilt.quantile, job)]
            rounds = 2
            memoryBytes = 4 * tilt.pilot * job.candidateBytes
            isExact = false
        case .minimax(let minimax):
            pilotSamples = UInt64(minimax.pilot)
            selections = [Self.tempered(nil, job)]
            rounds = 2
            memoryBytes = 4 * minimax.pilot * job.candidateBytes
            isExact = false
        case .plain: memoryBytes = 0
        case .search(let search):
            isExact = true
            rounds = search.generations + 1
            samples = search.issued(bases: job.search?.bases ?? 1)
            memoryBytes = 40 * search.samples
        case .attack where job.base.listed != nil:
            rounds = 0
            samples = UInt64(job.base.listed?.outcomes ?? 0)
        case .attack(let attack):
            isExact = false
            rounds = attack.rounds + 10
            samples = AttackMethod.evaluations(job, attack)
            memoryBytes =
                attack.weighing.blockedSamples * WeighedBlock.bytesEach(costs: 0)
        }
        if job.isEstimate { selections = [] }
        var first = MethodRegistry.method(for: job)
        if case .failure(let failure) = first.begin(job: job, number: 0) { problem = failure }
    }
}

extension JobPlan {
    /// A selection whose quantile a pilot may have to find.
    private static func tempered(_ quantile: Double?, _ job: CompiledJob) -> Selection {
        if let quantile {
            let first = job.selections[0]
            return uniform(
                Quantilizer.Selection(number: 0, utility: first.utility, quantile: quantile),
                kept: KeptCount.of(quantile: quantile, samples: job.settings.samples), job)
        }
        return Selection(
            utility: job.utilities[0].name,
            samplesPerDraw: Double(job.settings.samples) / Double(job.settings.draws))
    }

    /// A selection whose draws are uniform over `kept` of all samples.
    private static func uniform(
        _ selection: Quantilizer.Selection, kept: UInt64, _ job: CompiledJob
    ) -> Selection {
        let samples = Double(job.settings.samples)
        let amplification = samples / Double(kept)
        return Selection(
            utility: job.utilities[selection.utility].name, quantile: selection.quantile,
            kept: kept, amplification: amplification, bits: Kernels.log2(amplification),
            samplesPerDraw: samples / Double(job.settings.draws))
    }
}

extension ExactMethod {
    /// Rounds that streaming is expected to take, by following the expected bracket.
    func plannedRounds(job: CompiledJob) -> Int {
        guard phase == .streaming else { return 1 }
        let capacity = Double(capacity(job)) * Self.plannedFill
        let total = Double(samples)
        var seen =
            tracks.map { track in
                capacity * total / Double(track.wantedRanks(samples: samples).upperBound)
            }.min() ?? total
        var rounds = 1
        while seen < total, rounds < Limits.rounds {
            var growth = Double.infinity
            for track in tracks {
                let share = Double(track.kept) / total
                let deviation = (seen * share * (1 - share) * (1 - seen / total)).squareRoot()
                growth = min(growth, capacity / (2 * (ExactMethod.usualDeviations * deviation + 8)))
            }
            rounds += 1
            if growth < 1.25 { break }
            seen *= growth
        }
        return rounds
    }

    /// Memory for candidates when the buffers are full.
    func plannedBytes(job: CompiledJob) -> Int {
        let candidates =
            phase == .whole
            ? Int(clamping: capacities(job).reduce(0, +)) : capacity(job) * tracks.count
        return 4 * candidates * job.candidateBytes
    }
}
