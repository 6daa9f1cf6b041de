// SPDX-License-Identifier: Apache-2.0

/// Evaluates ranges of a job's rounds: the inner loop, for one thread.
///
/// It owns all scratch, so evaluating allocates nothing but the result. It is not for two threads
/// at once; each has its own.
///
/// **Determinism**: the partials of a range may differ in what hints removed; merged they do not.
public final class RangeEvaluator {
    /// The job.
    public let job: CompiledJob
    private var loop: BlockLoop
    /// Of a job with a screen, the loops of its two stages.
    private var screening: BlockLoop?
    private var judging: SurvivorLoop?

    /// An evaluator of a job.
    public init(job: CompiledJob) {
        self.job = job
        loop = BlockLoop(job)
        if case .screened(let settings) = job.settings.method, settings.stages.isEmpty {
            screening = BlockLoop(job, screens: true)
            judging = SurvivorLoop(job)
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
        if case .islands(let pass) = round.task {
            return islands(pass, round: round, range: range, isCancelled: isCancelled)
        }
        if case .trials(let pass) = round.task {
            return trials(pass, round: round, range: range, isCancelled: isCancelled)
        }
        if case .weigh(let pass) = round.task {
            return weighed(pass, round: round, range: range, isCancelled: isCancelled)
        }
        switch round.stage {
        case .utility:
            return loop.evaluate(
                job, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .screen:
            return screening?.evaluate(
                job, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .survivors(let floor, let audit):
            return judging?.evaluate(
                job, round: round, range: range, hints: hints, floor: floor, audit: audit,
                isCancelled: isCancelled)
        case .drafts:
            guard let drafting = job.ofDrafts else { return nil }
            var loop = BlockLoop(drafting)
            return loop.evaluate(
                drafting, round: round, range: range, hints: hints, isCancelled: isCancelled)
        case .continued(let pass):
            if isCancelled() { return nil }
            return ContinuationLoop(job, pass)?.evaluate(round: round, range: range)
        }
    }

    private func islands(
        _ pass: SplittingPass, round: Round, range: DyadicRange, isCancelled: () -> Bool
    ) -> Partial? {
        let size = SplittingPass.indicesPerIsland
        var records: [IslandRecord] = []
        for island in range.start / size..<range.end / size {
            guard
                let record = IslandRecord.run(
                    pass, island: island, job: job, isCancelled: isCancelled)
            else { return nil }
            records.append(record)
        }
        // Of a base whose samples others make, what failed is told of with the samples.
        let failures =
            job.utilities[0].isExternal || job.drawsOnce
            ? 0 : records.reduce(0) { $0 &+ $1.moments[0].failed }
        var tally = tally(failures: failures)
        for place in records.indices {
            if let usage = records[place].usage { tally.usage?.add(usage) }
            records[place].usage = nil
        }
        return Partial(
            round: round.number, range: range, tally: tally, channels: [], islands: records)
    }

    private func tally(failures: UInt64) -> Tally {
        var tally = Tally()
        if job.recorded != nil {
            var usage = RecordUsage()
            usage.failures[Int(RecordFailure.process.rawValue)] = failures
            tally.usage = usage
        }
        return tally
    }

    private func trials(
        _ pass: SearchPass, round: Round, range: DyadicRange, isCancelled: () -> Bool
    ) -> Partial? {
        let size = SearchPass.indicesPerCandidate
        var records: [TrialRecord] = []
        for candidate in range.start / size..<range.end / size {
            guard
                let record = TrialRecord.run(
                    pass, candidate: Int(candidate), job: job, isCancelled: isCancelled)
            else { return nil }
            records.append(record)
        }
        return Partial(
            round: round.number, range: range, tally: Tally(), channels: [], trials: records)
    }

    private func weighed(
        _ pass: WeighingPass, round: Round, range: DyadicRange, isCancelled: () -> Bool
    ) -> Partial? {
        guard let settings = job.settings.method.importance else { return nil }
        var sampler = ProposalSampler(job: job, settings: settings, pass: pass)
        var blocks: [WeighedBlock] = []
        for start in stride(from: range.start, to: range.end, by: Int(WeighingPass.lanes)) {
            if isCancelled() { return nil }
            blocks.append(.run(pass, start: start, job: job, sampler: &sampler))
        }
        var partial = Partial(
            round: round.number, range: range, tally: tally(failures: sampler.failures),
            channels: [], weighed: blocks)
        partial.records = sampler.records
        return partial
    }

    /// The value of a sample; not a number where the base is recorded, for nothing is drawn twice.
    public func regenerate(index: UInt64, domain: Domain = .base) -> [Double] {
        if job.recorded != nil {
            return [Double](repeating: .nan, count: job.base.dimension)
        }
        loop.sampler.sample(domain: domain, start: index, lanes: 1)
        return (0..<job.base.dimension).map { loop.sampler.values[$0, 0] }
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
            let utilities = job.utilities.count
            return Sample(
                index: index, value: (0..<job.base.dimension).map { loop.sampler.values[$0, 0] },
                utilities: (0..<utilities).map { loop.sampler.results[$0, 0] },
                costs: job.costs.indices.map { loop.sampler.results[utilities + $0, 0] })
        }
    }
}
