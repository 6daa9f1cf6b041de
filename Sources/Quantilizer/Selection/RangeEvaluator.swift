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
    private var sampler: BlockSampler
    private var lanes = LaneList(capacity: BlockSampler.lanes)
    private var words = WordColumns(count: 2, capacity: BlockSampler.lanes)
    private let streams: Streams

    /// An evaluator of a job.
    public init(job: CompiledJob) {
        self.job = job
        sampler = BlockSampler(
            seed: job.settings.seed, base: job.base,
            columns: job.utilities.map(\.utility) + job.costs.map(\.utility))
        streams = Streams(seed: job.settings.seed)
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
        let indices = range.clipped(to: round.range)
        let columns = job.utilities.count + job.costs.count
        var channels = (0..<round.channelCount(utilities: job.utilities.count)).map {
            ChannelEvaluator(
                round: round, channel: $0, job: job, streams: streams,
                hint: hints.round == round.number && $0 < hints.floors.count
                    ? hints.floors[$0] : .lowest)
        }
        var moments = round.measures ? (0..<columns).map { _ in MomentTree() } : []
        var start = indices.lowerBound
        while start < indices.upperBound {
            if isCancelled() { return nil }
            let count = Int(min(256, indices.upperBound - start))
            sampler.evaluate(domain: round.domain, start: start, lanes: count)
            for column in moments.indices {
                var block = BlockMoments.of(
                    sampler.results, column: column, lanes: count, centre: job.centres[column])
                if column >= job.utilities.count {
                    // NaN counts as neither.
                    Kernels.select(
                        sampler.results, column: column, lanes: count,
                        atLeast: Key.orderedBits(0), into: &lanes)
                    block.negative = UInt64(count - lanes.count) - block.nan
                }
                moments[column].add(block)
            }
            for channel in channels.indices {
                channels[channel].take(
                    sampler.results, start: start, count: count, lanes: &lanes, words: &words)
            }
            start += 256
        }
        var tally = Tally()
        tally.moments = moments.map(\.root)
        var parts: [Partial.Channel] = []
        for channel in channels.indices {
            let (part, counts) = channels[channel].finish()
            parts.append(part)
            tally.channels.append(counts)
        }
        return Partial(
            round: round.number, range: range, tally: tally.trimmed, channels: parts)
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
        return Partial(
            round: round.number, range: range, tally: Tally(), channels: [], islands: records)
    }

    /// The value of a sample.
    public func regenerate(index: UInt64, domain: Domain = .base) -> [Double] {
        sampler.sample(domain: domain, start: index, lanes: 1)
        return (0..<job.base.dimension).map { sampler.values[$0, 0] }
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
            sampler.evaluate(domain: domain, start: index, lanes: 1)
            let utilities = job.utilities.count
            return Sample(
                index: index, value: (0..<job.base.dimension).map { sampler.values[$0, 0] },
                utilities: (0..<utilities).map { sampler.results[$0, 0] },
                costs: job.costs.indices.map { sampler.results[utilities + $0, 0] })
        }
    }
}

/// The fixed tree over successive blocks: a binary counter of nodes that wait for their sibling.
struct MomentTree {
    private var nodes: [(level: Int, moments: Moments)] = []

    mutating func add(_ block: Moments) {
        var node = (level: 0, moments: block)
        while let last = nodes.last, last.level == node.level {
            nodes.removeLast()
            node = (node.level + 1, last.moments.combined(with: node.moments))
        }
        nodes.append(node)
    }

    /// The root; of a dyadic range there is one node.
    var root: Moments { nodes.last?.moments ?? Moments() }
}
