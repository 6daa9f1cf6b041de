// SPDX-License-Identifier: Apache-2.0

/// Evaluates ranges of a job's rounds: the inner loop, for one thread.
///
/// It owns all scratch, so evaluating allocates nothing but the result. It is not for two threads
/// at once; each has its own.
///
/// **Determinism**: the partials of a range may differ in what hints removed; merged they do not.
public final class RangeEvaluator {
    /// The job, whose slots are its method's.
    public let job: CompiledJob
    private let work: Workload
    private var loop: BlockLoop
    /// Of a job with a screen, the loops of its two stages.
    private var screening: BlockLoop?
    private var judging: SurvivorLoop?

    /// An evaluator of a job.
    public init(job: CompiledJob) {
        self.job = job
        work = job.workload
        loop = BlockLoop(work)
        if work.stages?.isEmpty == true {
            screening = BlockLoop(work, screens: true)
            judging = SurvivorLoop(work)
        }
    }

    /// Evaluates an admissible range of a round.
    ///
    /// **Complexity**: O(samples); memory for the candidates, at most twice the round's capacity.
    public func evaluate(round: Round, range: DyadicRange, hints: Hints = .none) -> Partial {
        evaluate(round: round, range: range, hints: hints, isCancelled: { false })
            ?? Partial(round: round.number, range: range, tally: Tally(), channels: [])
    }

    /// Evaluates an admissible range of a round, nil where `isCancelled` said so at a block.
    public func evaluate(
        round: Round, range: DyadicRange, hints: Hints = .none, isCancelled: () -> Bool
    ) -> Partial? {
        precondition(round.admits(range), "only admissible ranges are evaluated")
        if let task = round.slots {
            return slots(task, round: round, range: range, isCancelled: isCancelled)
        }
        switch round.stage {
        case .utility:
            return loop.evaluate(
                work, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .screen:
            return screening?.evaluate(
                work, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .survivors(let floor, let audit):
            return judging?.evaluate(
                work, round: round, range: range, hints: hints, floor: floor, audit: audit,
                isCancelled: isCancelled)
        case .drafts:
            guard let drafting = work.ofDrafts else { return nil }
            var loop = BlockLoop(drafting)
            return loop.evaluate(
                drafting, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .continued(let pass):
            if isCancelled() { return nil }
            return ContinuationLoop(work, pass)?.evaluate(round: round, range: range)
        }
    }

    private func slots(
        _ task: any SlotTask, round: Round, range: DyadicRange, isCancelled: () -> Bool
    ) -> Partial? {
        guard
            let found = task.run(
                SlotWork.slots(of: range), job: job, isCancelled: isCancelled)
        else { return nil }
        var tally = Tally()
        if work.recorded != nil {
            var usage = found.usage
            usage.failures[Int(RecordFailure.process.rawValue)] += found.failures
            tally.usage = usage
        }
        var partial = Partial(
            round: round.number, range: range, tally: tally, channels: [], slots: found.records)
        partial.records = found.samples
        return partial
    }

    /// The value of a sample; not a number where the base is recorded, for nothing is drawn twice.
    public func regenerate(index: UInt64, domain: Domain = .base) -> [Double] {
        if work.recorded != nil {
            return [Double](repeating: .nan, count: work.base.dimension)
        }
        loop.sampler.sample(domain: domain, start: index, lanes: 1)
        return (0..<work.base.dimension).map { loop.sampler.values[$0, 0] }
    }

    /// A sample with everything that is measured on it.
    public struct Sample: Sendable, Hashable {
        /// The index.
        public var index: UInt64
        /// The value.
        public var value: [Double]
        /// The utilities, in the job's order.
        public var utilities: [Double]
        /// The costs, in the job's order.
        public var costs: [Double]
    }

    /// Regenerates samples, one by one, wherever they are.
    public func evaluate(indices: some Sequence<UInt64>, domain: Domain = .base) -> [Sample] {
        indices.map { index in
            loop.sampler.evaluate(domain: domain, start: index, lanes: 1)
            let utilities = work.utilities.count
            return Sample(
                index: index, value: (0..<work.base.dimension).map { loop.sampler.values[$0, 0] },
                utilities: (0..<utilities).map { loop.sampler.results[$0, 0] },
                costs: work.costs.indices.map { loop.sampler.results[utilities + $0, 0] })
        }
    }
}
