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
    /// The job.
    public let job: CompiledJob
    private var method: any Method
    private var merger: RoundMerger?
    /// Moments of the base samples of all rounds.
    private var moments = Forest<MomentRow>()
    private var issued: UInt64 = 0
    private var evaluated: UInt64 = 0
    private var roundNumber = 0
    private var watched: RunningThreshold?
    private var lastLook = -1
    /// The answer, when there is one.
    public private(set) var result: JobResult?
    /// Why there is none, when there will be none.
    public private(set) var failure: JobFailure?

    /// A job that has not begun.
    public init(job: CompiledJob) {
        self.init(job: job, method: MethodRegistry.method(for: job))
    }

    init(job: CompiledJob, method: any Method) {
        self.job = job
        self.method = method
        take(self.method.begin(job: job, number: 0))
    }

    /// The round that wants evaluating; nil when the job has ended.
    public var currentRound: Round? { merger?.round }

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

    private mutating func advance() {
        guard let merger else { return }
        self.merger = nil
        evaluated += merger.evaluations
        if merger.round.measures, merger.round.domain == .base {
            issued += merger.round.count
            for node in merger.forest.nodes {
                moments.insert(node.range, MomentRow(columns: node.payload.moments))
            }
        }
        roundNumber += 1
        let columns = job.utilities.count + job.costs.count
        let zero = MomentRow(columns: [Moments](repeating: Moments(), count: columns))
        let context = MethodContext(
            job: job, moments: (moments.total(zero: zero) ?? zero).columns, issued: issued,
            evaluations: evaluated, nextRound: roundNumber, evaluator: RangeEvaluator(job: job))
        take(method.advance(merger, context))
    }

    private mutating func take(_ step: MethodStep) {
        switch step {
        case .round(let round): merger = RoundMerger(round: round, job: job)
        case .result(let result): self.result = result
        case .failure(let failure): self.failure = failure
        }
    }

    // MARK: Progress

    /// How far the job is.
    public var progress: JobProgress {
        let current = merger?.doneCount ?? 0
        let done = merger?.evaluations ?? 0
        let measured = merger.map { $0.round.measures && $0.round.domain == .base } ?? true
        // An island's work is its moves, and a proposal's samples are no base samples.
        let ofIslands = merger.map { $0.round.isOfIslands || $0.round.isWeighed } ?? false
        let issuedNow = ofIslands ? evaluated + done : issued + (measured ? current : 0)
        return JobProgress(
            round: merger?.round.number ?? roundNumber, roundDone: current,
            roundTotal: merger?.round.count ?? 0, issued: issuedNow,
            expected: max(method.expectedSamples(job: job), issuedNow),
            evaluations: evaluated + done, threshold: watched)
    }

    /// Looks at the threshold when the schedule says so.
    private mutating func look() {
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

    private static let version: UInt8 = 1

    /// The state as bytes, for a durable store: what is done need not be done again.
    ///
    /// An ended job is not in it: its result is.
    public func snapshot() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(JobMachine.version)
        writer.write(issued)
        writer.write(evaluated)
        writer.write(UInt32(roundNumber))
        writer.write(count: moments.nodes.count)
        for node in moments.nodes {
            writer.write(node.range)
            for column in node.payload.columns { column.write(to: &writer) }
        }
        method.write(to: &writer)
        writer.write(merger != nil)
        merger?.write(to: &writer)
        return writer.bytes
    }

    /// Goes on from a snapshot of the same job. A job that had ended begins its last round's
    /// successor anew from the snapshot's state, so store results beside snapshots.
    public init(job: CompiledJob, snapshot: some Collection<UInt8>) throws(DecodingFailure) {
        self.job = job
        method = MethodRegistry.method(for: job)
        var reader = ByteReader(snapshot)
        guard try reader.byte() == JobMachine.version else {
            throw DecodingFailure("a snapshot of another version")
        }
        issued = try reader.word()
        evaluated = try reader.word()
        roundNumber = Int(try reader.word32())
        let columns = job.utilities.count + job.costs.count
        let count = try reader.count(
            limit: 1 << 24, bytesEach: 9 + Moments.bytes * columns, of: "ranges")
        for _ in 0..<count {
            let range = try reader.dyadicRange()
            var row = MomentRow(columns: [])
            for _ in 0..<columns { row.columns.append(try Moments(from: &reader)) }
            guard moments.relation(to: range) == .free else {
                throw DecodingFailure("ranges of a snapshot overlap")
            }
            moments.insert(range, row)
        }
        try method.read(from: &reader, job: job)
        guard try reader.bool() else {
            throw DecodingFailure("the job had ended: its result is stored, not its snapshot")
        }
        merger = try RoundMerger(from: &reader, job: job)
        try reader.finish()
    }
}

/// Moments of all columns: a node of the forest of base samples.
struct MomentRow: Combinable {
    var columns: [Moments]

    func combined(with right: MomentRow) -> MomentRow {
        MomentRow(columns: zip(columns, right.columns).map { $0.combined(with: $1) })
    }
}

/// How far a job is.
public struct JobProgress: Sendable, Hashable {
    /// The number of the current round.
    public var round: Int
    /// Samples of the round that are done.
    public var roundDone: UInt64
    /// Samples of the round.
    public var roundTotal: UInt64
    /// Base samples that are done.
    public var issued: UInt64
    /// Base samples expected in all.
    public var expected: UInt64
    /// Samples of all rounds, pilots and second passes too, that are done.
    public var evaluations: UInt64
    /// The primary selection's threshold so far, valid though watched.
    public var threshold: RunningThreshold?
}
