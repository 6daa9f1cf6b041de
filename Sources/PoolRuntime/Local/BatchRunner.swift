// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
public import Quantilizer
internal import Synchronization

/// Computes ranges on several cores: lanes pull runs of pieces from a cursor until the range is done.
///
/// A lane merges its pieces into a merger of its own, and that into the range's under a lock: when it
/// has as many as the longest run, or many candidates, and at the end. What is known of the answer goes
/// from lane to lane by hints that a lane looks at before each piece.
///
/// It runs one range at a time and blocks the caller, so it is not for the cooperative pool: call
/// it from a queue or a thread of its own.
///
/// **Determinism**: the partial's candidates may differ with timing in what hints removed; merged
/// into a job they do not.
/// **Complexity**: memory is that of one round merger and, a lane, one evaluator's scratch, the
/// candidates of a piece and 4,096 more.
public final class BatchRunner: Sendable {
    /// log2 of the samples of a piece.
    public static let pieceLevel = 16
    /// log2 of the samples that ``complete(_:cancel:progress:)`` takes at once, at least.
    public static let batchLevel = 27
    /// Candidates with which a lane, or a piece, does not wait for more pieces.
    static let heldCandidates = 4_096

    /// Lanes at once.
    public let threads: Int
    private let lanes: [Lane]

    /// A runner of so many lanes.
    public init(threads: Int) {
        self.threads = max(1, threads)
        lanes = (0..<max(1, threads)).map { _ in Lane() }
    }

    /// The evaluator of a lane, kept from range to range of the same job.
    private final class Lane: Sendable {
        private let state = Mutex<(job: UInt64, evaluator: RangeEvaluator)?>(nil)

        /// Calls `body` with an evaluator of the job. `key` names the job; 0 names none.
        func run(_ job: CompiledJob, _ key: UInt64, _ body: (RangeEvaluator) -> Void) {
            state.withLock { state in
                if let kept = state, kept.job == key, key != 0 { return body(kept.evaluator) }
                let evaluator = RangeEvaluator(job: job)
                body(evaluator)
                state = key == 0 ? nil : (key, evaluator)
            }
        }
    }

    /// Computes an admissible range of a round; nil where it was cancelled.
    ///
    /// - Parameters:
    ///   - job: the round's job.
    ///   - jobKey: names the job among those of this runner, so that scratch is kept; 0 for none.
    ///   - round: the round.
    ///   - range: indices of it that it admits.
    ///   - hints: what is known; looked at before each piece.
    ///   - cancel: stops it at the next piece.
    ///   - progress: called from the lanes with the samples of each piece that is done.
    public func run(
        job: CompiledJob, jobKey: UInt64 = 0, round: Round, range: DyadicRange,
        hints: SharedHints = SharedHints(), cancel: Cancellation = Cancellation(),
        progress: @Sendable (UInt64) -> Void = { _ in }
    ) -> Partial? {
        let level = Self.pieces(of: range, lanes: threads)
        let count = range.length >> UInt64(level)
        let cursor = PieceCursor(count: count, lanes: threads)
        let merger = Mutex(RoundMerger(round: round, job: job))
        DispatchQueue.concurrentPerform(iterations: Int(min(UInt64(threads), count))) { lane in
            lanes[lane].run(job, jobKey) { evaluator in
                var seen = hints.improvements
                var known = hints.current
                var own = RoundMerger(round: round, job: job)
                var held: UInt64 = 0
                func tell(_ merge: (inout RoundMerger) -> MergeOutcome) {
                    hints.improve(
                        merger.withLock { merger in
                            _ = merge(&merger)
                            return merger.hints
                        })
                }
                func share() {
                    guard held > 0 else { return }
                    let shard = own
                    own = RoundMerger(round: round, job: job)
                    held = 0
                    tell { $0.merge(shard) }
                }
                while let run = cursor.next() {
                    for number in run {
                        let news = hints.improvements
                        if news != seen {
                            seen = news
                            known = known.improved(by: hints.current)
                        }
                        guard !cancel.isCancelled,
                            let piece = DyadicRange(
                                start: range.start + number << UInt64(level), level: level),
                            let partial = evaluator.evaluate(
                                round: round, range: piece, hints: known,
                                isCancelled: { cancel.isCancelled })
                        else { return }
                        if partial.candidateCount >= Self.heldCandidates {
                            // As many are not copied twice.
                            tell { $0.merge(partial) }
                        } else {
                            _ = own.merge(partial)
                            held += 1
                            // What the lane itself has found counts from its next piece on.
                            known = known.improved(by: own.hints)
                        }
                        progress(UInt64(piece.clipped(to: round.range).count))
                        if held >= PieceCursor.longestRun
                            || own.candidateCount >= Self.heldCandidates
                        {
                            share()
                        }
                    }
                }
                share()
            }
        }
        return merger.withLock { $0.partial(of: range) }
    }

    /// Computes all that a job still lacks; false where it was cancelled.
    ///
    /// - Parameters:
    ///   - machine: the job; what is done is merged into it.
    ///   - cancel: stops it at the next piece.
    ///   - progress: called from the lanes with the samples of each piece that is done.
    public func complete(
        _ machine: inout JobMachine, cancel: Cancellation = Cancellation(),
        progress: @Sendable (UInt64) -> Void = { _ in }
    ) -> Bool {
        while !machine.hasEnded {
            guard let missing = machine.missing(limit: 1).first else { return false }
            let level = min(missing.level, max(Self.batchLevel, busyLevel))
            let range = DyadicRange(start: missing.start, level: level) ?? missing
            guard let round = machine.round(for: range),
                let partial = run(
                    job: machine.job, jobKey: 1, round: round, range: range,
                    hints: SharedHints(machine.hints), cancel: cancel, progress: progress)
            else { return false }
            _ = machine.merge(partial)
        }
        return true
    }

    /// log2 of the samples that keep all lanes busy for so long that their beginning and their end are
    /// little beside it: 2^23 a lane.
    var busyLevel: Int { 23 + Int.bitWidth - (threads - 1).leadingZeroBitCount }

    /// log2 of the samples of a piece: small enough that all lanes end together.
    private static func pieces(of range: DyadicRange, lanes: Int) -> Int {
        let spread = Int.bitWidth - (lanes * 4 - 1).leadingZeroBitCount
        let level = min(pieceLevel, range.level - (lanes == 1 ? 0 : spread))
        return min(range.level, max(DyadicRange.blockLevel, level))
    }
}
