// SPDX-License-Identifier: Apache-2.0

/// A job from its first round to its answer: the machine that one process and a cluster both drive.
///
///     var machine = JobMachine(job: job)
///     let evaluator = RangeEvaluator(job: job)
///     while let round = machine.currentRound {
///         for range in machine.missing(limit: 16) {
///             _ = machine.merge(evaluator.evaluate(round: round, range: range, hints: machine.hints))
///         }
///     }
///     machine.result
///
/// It does no work itself beside merging: no clock, no threads, no messages.
///
/// **Determinism**: the result depends on the job alone, not on the cut, the order or the
/// repetition of partials.
/// **Complexity**: `merge` is O(candidates) amortised; memory is bounded by the job's budget.
public struct JobMachine: Sendable {
    /// The job, with the extent that is being worked off.
    public private(set) var job: CompiledJob
    /// The extent that follows when that is done.
    private(set) var pending: JobExtent?
    private var method: any Method
    var merger: RoundMerger?
    /// Moments of the base samples of all rounds.
    private(set) var moments = Forest<MomentRow>()
    private var issued: UInt64 = 0
    /// Samples of all rounds, and those among them that came once more.
    private var evaluated: UInt64 = 0
    private var repeated: UInt64 = 0
    private var failures: FunctionFailures
    /// Of a recorded base, the samples that are kept, and what drawing took.
    private var records: [UInt64: SampleRecord] = [:]
    private var usage: RecordUsage?
    private var roundNumber = 0
    private var watched: RunningThreshold?
    private var lastLook = -1
    /// The answer, when there is one.
    public private(set) var result: JobResult?
    /// Why there is none, when there will be none.
    public private(set) var failure: JobFailure?

    /// A job that has not begun.
    public init(job: CompiledJob) {
        self.init(job: job, method: job.settings.method.room.machine(for: job))
    }

    /// A job that has not begun and is computed in parts, to be merged: in one pass wherever that fits
    /// the memory, so that the parts do not depend on one another.
    public init(inPartsOf job: CompiledJob) {
        self.init(job: job, method: job.settings.method.room.machineInParts(of: job))
    }

    init(job: CompiledJob, method: any Method) {
        self.job = job
        failures = FunctionFailures(job)
        self.method = method
        take(self.method.begin(job: job, number: 0))
    }

    /// The round that wants evaluating; nil when the job has ended.
    public var currentRound: Round? { merger?.round }

    /// The current round as it is handed out with a range of it: where its samples were begun before,
    /// with what there is of those in the range.
    public func round(for range: DyadicRange) -> Round? {
        guard var round = merger?.round, case .continued(let pass) = round.stage else {
            return merger?.round
        }
        round.stage = .continued(pass.part(of: range, records: records))
        return round
    }

    /// Whether the current round is handed out with another content for each range.
    public var roundVaries: Bool {
        if case .continued? = merger?.round.stage { true } else { false }
    }

    /// Whether there is an answer or a failure.
    public var hasEnded: Bool { merger == nil }

    /// What is known already, to ride on every assignment of the current round.
    public var hints: Hints { merger?.hints ?? .none }

    /// Parts of the current round that are not done, in order, at most `limit`.
    public func missing(limit: Int = .max) -> [DyadicRange] { merger?.missing(limit: limit) ?? [] }

    /// Parts of a range of the current round that are not done, in order, at most `limit`.
    public func missing(in range: DyadicRange, limit: Int = .max) -> [DyadicRange] {
        merger?.missing(in: range, limit: limit) ?? []
    }

    /// Whether all of a range of the current round is done.
    public func isDone(_ range: DyadicRange) -> Bool { merger?.isDone(range) ?? true }

    /// Adds a partial; goes on to the next round, or to the answer, when the round is complete.
    public mutating func merge(_ partial: Partial) -> MergeOutcome {
        guard merger != nil else { return .stale }
        let outcome = merger?.merge(partial) ?? .stale
        guard outcome == .merged else { return outcome }
        look()
        if merger?.isComplete == true { advance() }
        return outcome
    }

    mutating func advance() {
        guard let merger else { return }
        self.merger = nil
        evaluated += merger.evaluations
        failures.add(merger)
        // Of other domains the indices mean other samples.
        if merger.round.domain == .base { records.merge(merger.records) { _, new in new } }
        if let used = merger.usage { usage = usage?.adding(used) ?? used }
        if merger.round.domain == .base {
            if merger.round.measures {
                issued += merger.round.count
                for node in merger.forest.nodes {
                    moments.insert(
                        node.range,
                        MomentRow(
                            columns: node.payload.moments, histograms: node.payload.histograms),
                        isWhole: node.isWhole)
                }
            } else {
                repeated += merger.evaluations
            }
        }
        roundNumber += 1
        take(method.advance(merger, context))
    }

    private var context: MethodContext {
        let columns = job.utilities.count + job.costs.count
        let zero = MomentRow(columns: [Moments](repeating: Moments(), count: columns))
        return MethodContext(
            job: job, moments: (moments.total(zero: zero) ?? zero).columns, issued: issued,
            evaluations: evaluated - min(repeated, evaluated), nextRound: roundNumber,
            evaluator: RangeEvaluator(job: job), records: records, redrawn: usage?.redrawn ?? 0,
            completionTokens: usage?.completionTokens ?? 0)
    }

    /// The histograms of utilities and costs over the base samples that are done, where the job asks for
    /// them; else empty.
    public var histograms: [Histogram] {
        (0..<job.utilities.count + job.costs.count).compactMap { histogram(column: $0) }
    }

    /// That of one utility or, behind them, cost.
    ///
    /// **Complexity**: O(bins · ranges).
    public func histogram(column: Int) -> Histogram? {
        job.settings.histogram.map { most in
            let done =
                moments.nodes.map(\.payload.histograms)
                + (merger?.forest.nodes ?? []).map(\.payload.histograms)
            return done.filter { $0.indices.contains(column) }
                .reduce(Histogram(most: most)) { $0.combined(with: $1[column]) }
        }
    }

    private mutating func take(_ step: MethodStep) {
        switch step {
        case .round(let round):
            merger = RoundMerger(round: round, job: job)
            if case .continued(let pass) = round.stage { records = pass.drafts(of: records) }
        case .result(var result):
            if let pending {
                self.pending = nil
                return go(to: pending)
            }
            if let failure = failedEverywhere {
                self.failure = failure
                return
            }
            result.work = [("evaluations", evaluated), ("rounds", UInt64(roundNumber))]
            result.usage = usage
            result.histograms = histograms
            if let usage { result.work.append(("requests", usage.requests)) }
            result.warnings += failures.warnings(job)
            if let usage {
                let each = UInt64(job.recorded?.drawsPerSample ?? 1)
                // Islands and rounds of fall-back draws come beside what is issued.
                result.warnings += usage.warnings(samples: max(issued * each, evaluated))
            }
            self.result = result
        case .failure(let failure): self.failure = failure
        }
    }

    /// Why an answer would be none, though the method gives one: no sample has what it goes by.
    private var failedEverywhere: JobFailure? {
        if let usage, issued > 0, usage.failed >= issued * UInt64(job.recorded?.drawsPerSample ?? 1)
        {
            return JobFailure(
                "samples-failed",
                "each of \(issued) samples failed (\(usage.failureKinds)); the log of whoever drew them "
                    + "says why")
        }
        return failures.everywhere(job, samples: issued)
    }

    // MARK: More samples

    /// The extent that the job goes to, whatever it is working off now.
    public var extent: JobExtent { pending ?? job.settings.extent }

    /// Lets the job go on at its next index, to a larger extent: at once where it has ended, else as
    /// soon as it would. False where it goes that far already.
    ///
    /// The answer is that of a job of the larger extent, to the bit. Samples are evaluated again only
    /// where what was kept of them does not decide, and in a last block that was not whole.
    ///
    /// - Throws: `cannot-extend` where the method takes no more samples or the extent is smaller.
    @discardableResult
    public mutating func extend(to extent: JobExtent) throws(JobFailure) -> Bool {
        if let failure { throw failure }
        var settings = job.settings
        settings.extent = self.extent
        var next = try settings.extended(samples: extent.samples, draws: extent.draws)
        next.looks = extent.looks
        guard next.extent != self.extent else { return false }
        if hasEnded { go(to: next.extent) } else { pending = next.extent }
        return true
    }

    private mutating func go(to extent: JobExtent) {
        result = nil
        job.settings.extent = extent
        job.settings.precision = nil
        guard let step = method.extend(context) else {
            // Nothing of what is kept helps: all samples come again.
            method = job.settings.method.room.machine(for: job)
            moments = Forest()
            issued = 0
            repeated = evaluated
            return take(method.begin(job: job, number: roundNumber))
        }
        if case .round(let round) = step, round.measures, round.domain == .base {
            moments.removeUnfinished()
            repeated += issued - min(issued, round.range.lowerBound)
            issued = min(issued, round.range.lowerBound)
        }
        take(step)
    }

    // MARK: Progress

    /// How far the job is.
    public var progress: JobProgress {
        let current = merger?.doneCount ?? 0
        let done = merger?.evaluations ?? 0
        let measured = merger.map { $0.round.measures && $0.round.domain == .base } ?? true
        // An island's work is its moves, and a proposal's samples are no base samples.
        let issuedNow =
            merger?.round.slots != nil ? evaluated + done : issued + (measured ? current : 0)
        return JobProgress(
            round: merger?.round.number ?? roundNumber, roundDone: current,
            roundTotal: merger?.round.count ?? 0, issued: issuedNow,
            expected: max(
                method.expectedSamples(job: job), issuedNow,
                pending.map { extent in
                    var settings = job.settings
                    settings.extent = extent
                    return settings.plannedSamples
                } ?? 0),
            evaluations: evaluated + done, threshold: watched)
    }

    /// Looks at the threshold when the schedule says so.
    mutating func look() {
        guard let merger, merger.round.measures, merger.round.domain == .base,
            let look = LookSchedule.look(samples: issued + merger.doneCount), look > lastLook
        else { return }
        lastLook = look
        if let ranks = method.running(merger, job: job),
            let threshold = ranks.threshold(look: look, confidence: job.settings.confidence)
        {
            watched = threshold
        }
    }

    // MARK: Snapshots

    private static let version: UInt8 = 3

    /// Whether ``snapshot()`` keeps what is done: while rounds run, and at the end where more samples
    /// may follow.
    public var canRest: Bool {
        !hasEnded || result != nil && method.isResting && !job.settings.isRecorded
    }

    /// The state as bytes, for a durable store: what is done need not be done again.
    ///
    /// Of a job that has ended it holds what more samples need, and enough to answer again.
    public func snapshot() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(JobMachine.version)
        job.settings.extent.write(to: &writer)
        writer.write(pending != nil)
        pending?.write(to: &writer)
        writer.write(issued)
        writer.write(evaluated)
        writer.write(repeated)
        writer.write(UInt32(roundNumber))
        failures.write(to: &writer)
        writer.write(count: moments.nodes.count)
        for node in moments.nodes {
            writer.write(node.range)
            writer.write(node.isWhole)
            for column in node.payload.columns { column.write(to: &writer) }
            for histogram in node.payload.histograms { histogram.write(to: &writer) }
        }
        method.write(to: &writer)
        writer.write(merger != nil)
        merger?.write(to: &writer)
        if job.recorded != nil {
            (usage ?? RecordUsage()).write(to: &writer)
            records.write(to: &writer)
        }
        return writer.bytes
    }

    /// Goes on from a snapshot of the same job, whose ``extent`` may have been another.
    ///
    /// Bytes may hold anything: what does not fit the job is refused.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or do not
    ///   fit the job.
    public init(job: CompiledJob, snapshot: some Collection<UInt8>) throws(DecodingFailure) {
        self.job = job
        failures = FunctionFailures(job)
        var reader = ByteReader(snapshot)
        guard try reader.byte() == JobMachine.version else {
            throw DecodingFailure("a snapshot of another version")
        }
        let extent = try JobExtent(from: &reader, of: job)
        if job.settings.whyNotExtensible == nil {
            self.job.settings.extent = extent
            if extent != job.settings.extent { self.job.settings.precision = nil }
        } else if extent != job.settings.extent {
            throw DecodingFailure("a snapshot of another job")
        }
        if try reader.bool() {
            let pending = try JobExtent(from: &reader, of: job)
            guard
                (try? self.job.settings.extended(samples: pending.samples, draws: pending.draws))
                    != nil
            else { throw DecodingFailure("an extension that is none") }
            self.pending = pending
        }
        method = self.job.settings.method.room.machine(for: self.job)
        issued = try reader.word()
        evaluated = try reader.word()
        repeated = try reader.word()
        roundNumber = Int(try reader.word32())
        try failures.read(from: &reader)
        guard issued <= Limits.samples, evaluated < 1 << 62, repeated <= evaluated,
            roundNumber < 1 << 30
        else { throw DecodingFailure("counts out of range") }
        let columns = job.utilities.count + job.costs.count
        let count = try reader.count(
            limit: 1 << 24, bytesEach: 10 + Moments.bytes * columns, of: "ranges")
        for number in 0..<count {
            let range = try reader.dyadicRange()
            let isWhole = try reader.bool()
            var row = MomentRow(columns: [])
            let samples = UInt64(range.clipped(to: 0..<issued).count)
            for _ in 0..<columns {
                row.columns.append(try Moments(from: &reader, samples: samples))
            }
            row.histograms = try [Histogram](
                from: &reader, of: row.columns, most: job.settings.histogram)
            guard moments.relation(to: range) == .free,
                isWhole || number == count - 1 && range.level == DyadicRange.blockLevel
            else { throw DecodingFailure("ranges of a snapshot overlap") }
            moments.insert(range, row, isWhole: isWhole)
        }
        try method.read(from: &reader, job: self.job)
        let hasRound = try reader.bool()
        let merger = hasRound ? try RoundMerger(from: &reader, job: self.job) : nil
        if job.recorded != nil {
            usage = try RecordUsage(from: &reader)
            records = try [UInt64: SampleRecord](
                from: &reader, dimension: job.base.dimension, indices: 0..<Limits.samples)
        }
        if let merger, case .continued(let pass) = merger.round.stage {
            guard pass.survivors.allSatisfy({ records[$0] != nil }) else {
                throw DecodingFailure("texts that are to go on are missing")
            }
        }
        if let merger {
            guard method.fits(merger.round), !method.isResting, merger.round.number < 1 << 30 else {
                throw DecodingFailure("a round that the method does not wait for")
            }
            self.merger = merger
            roundNumber = merger.round.number
            try reader.finish()
            if merger.isComplete { advance() }
        } else {
            try reader.finish()
            guard method.isResting else {
                throw DecodingFailure("the job had ended, and its method does not go on")
            }
            take(method.conclude(context))
        }
    }
}
