// SPDX-License-Identifier: Apache-2.0

/// `importance` and `cross-entropy`: samples of a proposal, weighed by γ over their density, behind a gate.
///
/// A pilot finds the level, production takes fresh samples with proposal and level frozen; cross-entropy
/// finds the proposal before, in rounds of its own (docs/methods.md, theorem 5).
///
/// **Source**: importance sampling: Kahn and Marshall 1953, doi:10.1287/opre.1.5.263;
/// cross-entropy: de Boer, Kroese, Mannor and Rubinstein 2005, doi:10.1007/s10479-005-5724-z.
struct ImportanceMethod: Method {
    private enum Phase: UInt8 {
        /// Base samples, for the means over the base.
        case measure
        /// Cross-entropy goes towards the quantile.
        case adapt
        /// One round more with a proposal that is there already.
        case refine
        /// Where the quantile is.
        case pilot
        case production
    }

    private let settings: ImportanceSettings
    private var phase = Phase.measure
    private var pass: UInt32 = 0
    private var progress = AdaptationProgress()
    private var proposal: LatentMixture?
    private var floor = Level.lowest
    private var aim = 0.0

    init(job: CompiledJob, settings: ImportanceSettings) {
        self.settings = settings
        if settings.adaptation != nil { proposal = LatentMixture() }
    }

    /// Why a job cannot be done; nil where it can.
    static func problem(_ job: CompiledJob, _ settings: ImportanceSettings) -> JobFailure? {
        guard job.utilities.count == 1, job.settings.quantiles.count == 1 else {
            return JobFailure(
                "one-selection",
                "\(job.settings.method.name) goes to one quantile of one utility: make a job of each"
            )
        }
        let bytes = settings.blockedSamples * WeighedBlock.bytesEach(costs: job.costs.count)
        guard bytes <= min(Limits.splittingBytes, job.settings.memoryBytes) else {
            return JobFailure(
                "memory-too-small",
                "\(settings.blockedSamples) weighed samples may take \(bytes >> 20 + 1)MB: give "
                    + "fewer `samples`, or more `memory` up to \(Limits.splittingBytes >> 20)MiB")
        }
        return nil
    }

    /// Evaluations that a job takes if cross-entropy gains a decade of mass a round, or little less.
    static func evaluations(_ job: CompiledJob, _ settings: ImportanceSettings) -> UInt64 {
        var total = 2 * UInt64(settings.blockedSamples) + ImportanceSettings.baseSamples
        if let adaptation = settings.adaptation {
            let slots = LatentTransform.slots(of: job.base)
            let decades = -Kernels.log10(job.settings.quantiles[0])
            let rounds = max(1, decades.rounded(.up)) + 3
            total += UInt64(rounds) * UInt64(adaptation.roundSize(slots: slots))
        }
        return total
    }

    mutating func begin(job: CompiledJob, number: Int) -> MethodStep {
        if let problem = Self.problem(job, settings) { return .failure(problem) }
        guard !job.isEstimate else {
            return settings.adaptation == nil ? production(job, number) : adapt(job, number)
        }
        return .round(
            Round(
                number: number, domain: .base, range: 0..<ImportanceSettings.baseSamples,
                task: .select([Sieve(utility: 0, capacity: 1)]), measures: true))
    }

    mutating func advance(
        _ merger: consuming RoundMerger, _ context: MethodContext
    ) -> MethodStep {
        let job = context.job
        let number = context.nextRound
        switch phase {
        case .measure:
            return settings.adaptation == nil ? pilot(job, number) : adapt(job, number)
        case .adapt, .refine:
            let samples = merger.weighedSamples
            let isRefined = phase == .refine
            fit(samples, job)
            if progress.isStuck { return afterAdapting(job, number) }
            if isRefined { return afterAdapting(job, number) }
            if progress.reached { phase = .refine }
            return round(job, number, size: roundSize(job), measures: false)
        case .pilot:
            choose(merger.weighedSamples, job.settings.quantiles[0])
            return production(job, number)
        case .production:
            let records = merger.records
            let report = ImportanceReport(
                settings: settings, pass: production(job), progress: progress, aim: aim,
                samples: merger.weighedSamples, records: records)
            return .result(job.isEstimate ? report.estimate(context) : report.result(context))
        }
    }

    // MARK: Rounds

    private func roundSize(_ job: CompiledJob) -> Int {
        settings.adaptation?.roundSize(slots: LatentTransform.slots(of: job.base)) ?? 256
    }

    private mutating func adapt(_ job: CompiledJob, _ number: Int) -> MethodStep {
        phase = .adapt
        return round(job, number, size: roundSize(job), measures: false)
    }

    private mutating func afterAdapting(_ job: CompiledJob, _ number: Int) -> MethodStep {
        proposal = proposal?.widened
        return job.isEstimate ? production(job, number) : pilot(job, number)
    }

    private mutating func pilot(_ job: CompiledJob, _ number: Int) -> MethodStep {
        phase = .pilot
        return round(job, number, size: settings.blockedSamples, measures: false)
    }

    private mutating func production(_ job: CompiledJob, _ number: Int) -> MethodStep {
        phase = .production
        if job.isEstimate { floor = .event }
        pass += 1
        return step(production(job), number, size: settings.blockedSamples)
    }

    private func production(_ job: CompiledJob) -> WeighingPass {
        WeighingPass(
            number: pass, proposal: proposal, floor: floor, measures: !job.isEstimate)
    }

    private mutating func round(
        _ job: CompiledJob, _ number: Int, size: Int, measures: Bool
    ) -> MethodStep {
        pass += 1
        return step(
            WeighingPass(number: pass, proposal: proposal, floor: .lowest, measures: measures),
            number, size: size)
    }

    private func step(_ pass: WeighingPass, _ number: Int, size: Int) -> MethodStep {
        .round(
            Round(
                number: number, domain: .proposal, range: 0..<UInt64(size),
                task: .slots(SlotWork(pass)),
                measures: false))
    }

    // MARK: Levels

    /// The next proposal from a round's best samples.
    private mutating func fit(_ samples: [WeighedSample], _ job: CompiledJob) {
        guard let adaptation = settings.adaptation, let last = proposal else { return }
        let sorted = samples.sorted { $0.level > $1.level }
        let least = max(1, Int((adaptation.elite * Double(sorted.count)).rounded(.up)))
        var wanted = 0
        if job.isEstimate {
            wanted = sorted.firstIndex { $0.level < .event } ?? sorted.count
        } else {
            let mass = job.settings.quantiles[0] * Double(sorted.count)
            var sum = 0.0
            while wanted < sorted.count, sum < mass {
                sum += sorted[wanted].weight
                wanted += 1
            }
        }
        let reached = wanted >= least
        let count = max(least, wanted)
        progress.take(level: sorted[count - 1].level, reached: reached)
        let elite = Array(sorted.prefix(count))
        let points = ProposalSampler.noise(
            of: elite,
            pass: WeighingPass(number: pass, proposal: last, floor: .lowest, measures: false),
            job: job, settings: settings)
        let fit = CrossEntropyFit(
            adaptation: adaptation, slots: LatentTransform.slots(of: job.base))
        if let next = fit.mixture(points: points, weights: elite.map(\.weight), last: last) {
            proposal = next
            progress.failures = 0
        } else {
            progress.failures += 1
        }
    }

    /// The level at a mass so far above the quantile that production's weight, which varies as the
    /// pilot's, seldom falls below it.
    private mutating func choose(_ samples: [WeighedSample], _ quantile: Double) {
        let sorted = samples.sorted { $0.level > $1.level }
        func count(to mass: Double) -> Int? {
            var sum = 0.0
            for (position, sample) in sorted.enumerated() {
                sum += sample.weight
                if sum >= mass * Double(sorted.count) { return position + 1 }
            }
            return nil
        }
        let near = count(to: quantile) ?? sorted.count
        let tail = WeighedTail(
            sorted.prefix(near), of: sorted.count, bound: settings.largestWeight)
        let spread = tail.variation.isFinite ? tail.variation * 2.0.squareRoot() : 1
        aim = min(1, quantile * (1 + 3 * min(1, spread)))
        floor = aim < 1 ? count(to: aim).map { sorted[$0 - 1].level } ?? .lowest : .lowest
    }

    // MARK: The rest of a method

    func expectedSamples(job: CompiledJob) -> UInt64 { Self.evaluations(job, settings) }

    func running(_ merger: RoundMerger, job: CompiledJob) -> RunningRanks? { nil }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        writer.write(pass)
        progress.write(to: &writer)
        proposal?.write(to: &writer)
        floor.write(to: &writer)
        writer.write(aim)
    }

    mutating func read(
        from reader: inout ByteReader, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of \(job.settings.method.name)")
        }
        self.phase = phase
        pass = try reader.word32()
        progress = try AdaptationProgress(from: &reader)
        if proposal != nil {
            proposal = try LatentMixture(
                from: &reader, slots: LatentTransform.slots(of: job.base))
        }
        floor = try Level(from: &reader)
        aim = try reader.double()
        guard pass < UInt32(Limits.rounds), aim >= 0, aim <= 1 else {
            throw DecodingFailure("a snapshot out of bounds")
        }
    }
}

/// How far cross-entropy has come.
struct AdaptationProgress: Sendable, Equatable {
    var rounds = 0
    /// Whether the samples wanted are an elite's share of a round.
    var reached = false
    /// Rounds one after another that left too few samples to follow.
    var failures = 0
    private var best = Level.lowest
    /// Rounds without a better level.
    private var still = 0

    /// Whether going on is of no use.
    var isStuck: Bool {
        failures >= 3 || rounds >= ImportanceSettings.mostRounds || (!reached && still >= 8)
    }

    mutating func take(level: Level, reached: Bool) {
        rounds += 1
        self.reached = self.reached || reached
        still = level > best ? 0 : still + 1
        best = max(best, level)
    }

    init() {}

    func write(to writer: inout ByteWriter) {
        writer.write(count: rounds)
        writer.write(reached)
        writer.write(count: failures)
        best.write(to: &writer)
        writer.write(count: still)
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        rounds = try reader.count(
            limit: ImportanceSettings.mostRounds, bytesEach: 0, of: "rounds")
        reached = try reader.bool()
        failures = try reader.count(
            limit: ImportanceSettings.mostRounds, bytesEach: 0, of: "rounds")
        best = try Level(from: &reader)
        still = try reader.count(
            limit: ImportanceSettings.mostRounds, bytesEach: 0, of: "rounds")
    }
}
