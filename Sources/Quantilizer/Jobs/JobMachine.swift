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
    /// What the rounds that are done found together.
    private(set) var totals: JobTotals
    private var watched: RunningThreshold?
    private var lastLook = -1
    /// The answer, when there is one.
    public private(set) var result: JobResult?
    /// Why there is none, when there will be none.
    public private(set) var failure: JobFailure?
    /// Bytes of a snapshot beside the round's, which stay the same while it runs.
    private var bytesBeside: (round: Int, bytes: Int)?

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
        totals = JobTotals(job)
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
        round.stage = .continued(pass.part(of: range, records: totals.records))
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
        totals.add(merger)
        take(method.advance(merger, context))
    }

    private var context: MethodContext {
        MethodContext(
            job: job, moments: totals.columns(of: job), issued: totals.issued,
            evaluations: totals.evaluations, nextRound: totals.rounds,
            evaluator: RangeEvaluator(job: job), records: totals.records,
            redrawn: totals.usage?.redrawn ?? 0,
            completionTokens: totals.usage?.completionTokens ?? 0)
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
        job.settings.histogram.map { totals.histogram(column: column, most: $0, with: merger) }
    }

    private mutating func take(_ step: MethodStep) {
        switch step {
        case .round(let round):
            merger = RoundMerger(round: round, job: job)
            if case .continued(let pass) = round.stage { totals.keepDrafts(of: pass) }
        case .result(var result):
            if let pending {
                self.pending = nil
                return go(to: pending)
            }
            if let failure = totals.whyNoAnswer(job) {
                self.failure = failure
                return
            }
            result.histograms = histograms
            totals.sign(&result, job)
            self.result = result
        case .failure(let failure): self.failure = failure
        }
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
            totals.beginAgain()
            return take(method.begin(job: job, number: totals.rounds))
        }
        if case .round(let round) = step, round.measures, round.domain == .base {
            totals.goOn(at: round.range.lowerBound)
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
            merger?.round.slots != nil
            ? totals.evaluated + done : totals.issued + (measured ? current : 0)
        return JobProgress(
            round: merger?.round.number ?? totals.rounds, roundDone: current,
            roundTotal: merger?.round.count ?? 0, issued: issuedNow,
            expected: max(
                method.expectedSamples(job: job), issuedNow,
                pending.map { extent in
                    var settings = job.settings
                    settings.extent = extent
                    return settings.plannedSamples
                } ?? 0),
            evaluations: totals.evaluated + done, threshold: watched)
    }

    /// Looks at the threshold when the schedule says so.
    mutating func look() {
        guard let merger, merger.round.measures, merger.round.domain == .base,
            let look = LookSchedule.look(samples: totals.issued + merger.doneCount), look > lastLook
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
        totals.write(to: &writer)
        method.write(to: &writer)
        writer.write(merger != nil)
        merger?.write(to: &writer)
        if job.recorded != nil {
            totals.writeRecords(to: &writer)
        }
        return writer.bytes
    }

    /// Bytes that ``snapshot()`` has at least, and mostly nearly: without writing it. Nil where they are
    /// known when it is written: of slots, and of samples that are recorded.
    ///
    /// **Complexity**: O(channels); what the method holds is written once in a round, to count it.
    public mutating func snapshotBytes() -> Int? {
        guard let merger, let weight = merger.weight else { return nil }
        if let known = bytesBeside, known.round == merger.round.number {
            return known.bytes + weight
        }
        var writer = ByteWriter()
        totals.write(to: &writer)
        method.write(to: &writer)
        bytesBeside = (merger.round.number, writer.bytes.count)
        return writer.bytes.count + weight
    }

    /// Goes on from a snapshot of the same job, whose ``extent`` may have been another.
    ///
    /// Bytes may hold anything: what does not fit the job is refused.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or do not
    ///   fit the job.
    public init(job: CompiledJob, snapshot: some Collection<UInt8>) throws(DecodingFailure) {
        self.job = job
        totals = JobTotals(job)
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
        totals = try JobTotals(from: &reader, of: job)
        try method.read(from: &reader, job: self.job)
        let hasRound = try reader.bool()
        let merger = hasRound ? try RoundMerger(from: &reader, job: self.job) : nil
        if job.recorded != nil {
            try totals.readRecords(from: &reader, dimension: job.base.dimension)
        }
        if let merger, case .continued(let pass) = merger.round.stage {
            guard pass.survivors.allSatisfy({ totals.records[$0] != nil }) else {
                throw DecodingFailure("texts that are to go on are missing")
            }
        }
        if let merger {
            guard method.fits(merger.round), !method.isResting, merger.round.number < 1 << 30 else {
                throw DecodingFailure("a round that the method does not wait for")
            }
            self.merger = merger
            totals.rounds = merger.round.number
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
