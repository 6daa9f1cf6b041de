// SPDX-License-Identifier: Apache-2.0

/// What became of a partial.
public enum MergeOutcome: Sendable, Hashable {
    /// It counts.
    case merged
    /// All of its range was done already; it changed nothing.
    case duplicate
    /// It belongs to another round; it changed nothing.
    case stale
    /// It is not a range of this round, or does not fit the job; it changed nothing.
    case refused
}

/// The merged partials of one round: the same for any cut, order and repetition.
///
/// A worker uses it to join the pieces of a lease, a job to join its leases.
///
/// **Complexity**: `merge` O(candidates + log ranges), amortised; memory bounded by twice the
/// capacities of the round plus one tally for each gap.
public struct RoundMerger: Sendable {
    /// The round.
    public let round: Round
    var forest = Forest<Tally>()
    var channels: [MergedChannel]
    /// Samples in the ranges that are done.
    public internal(set) var doneCount: UInt64 = 0
    /// Of islands, what each found, by number.
    var islands: [UInt64: IslandRecord] = [:]
    /// Of weighed samples, each block's, by the block's number.
    var weighed: [UInt64: WeighedBlock] = [:]
    /// Of a recorded base, the samples that are kept, by index.
    var records: [UInt64: SampleRecord] = [:]
    /// Of a search, each candidate's record, by number.
    var trials: [UInt64: TrialRecord] = [:]

    let isRecorded: Bool

    /// Nothing merged yet.
    public init(round: Round, job: CompiledJob) {
        self.round = round
        isRecorded = job.recorded != nil
        channels = (0..<round.channelCount(utilities: job.utilities.count)).map {
            MergedChannel(round: round, channel: $0, width: job.costs.count)
        }
    }

    /// Whether every sample of the round is in.
    public var isComplete: Bool { doneCount == round.count }

    /// Whether all of a range is done.
    public func isDone(_ range: DyadicRange) -> Bool { forest.relation(to: range) == .covered }

    /// The parts of the round that are not done, at most `limit` admissible ranges, in order.
    public func missing(limit: Int = .max) -> [DyadicRange] {
        forest.missing(in: round.range, limit: limit)
    }

    /// The parts of a range that are not done, at most `limit` admissible ranges, in order.
    public func missing(in range: DyadicRange, limit: Int = .max) -> [DyadicRange] {
        forest.missing(in: range.clipped(to: round.range), limit: limit)
    }

    /// Lower bounds of what can still matter.
    public var hints: Hints {
        Hints(round: round.number, floors: channels.map { $0.floor })
    }

    /// Adds a partial. Of a range that was done in part, the whole replaces the part.
    public mutating func merge(_ partial: Partial) -> MergeOutcome {
        guard partial.round == round.number else { return .stale }
        guard round.admits(partial.range), partial.channels.count == channels.count,
            partial.tally.channels.count == channels.count,
            round.isOfIslands
                == (UInt64(partial.islands.count) == partial.range.length
                    / SplittingPass.indicesPerIsland),
            round.isWeighed
                == (UInt64(partial.weighed.count) == partial.range.length / WeighingPass.lanes),
            round.isOfTrials
                == (UInt64(partial.trials.count) == partial.range.length
                    / SearchPass.indicesPerCandidate)
        else { return .refused }
        switch forest.relation(to: partial.range) {
        case .covered: return .duplicate
        case .free: break
        case .partly(let positions):
            for node in forest.nodes[positions] {
                doneCount -= UInt64(node.range.clipped(to: round.range).count)
                for number in channels.indices { channels[number].remove(node.range) }
            }
            forest.remove(positions)
        }
        forest.insert(
            partial.range, partial.tally, isWhole: partial.range.end <= round.range.upperBound)
        doneCount += UInt64(partial.range.clipped(to: round.range).count)
        let firstIsland = partial.range.start / SplittingPass.indicesPerIsland
        for (number, island) in partial.islands.enumerated() {
            islands[firstIsland + UInt64(number)] = island
        }
        let firstBlock = partial.range.start / WeighingPass.lanes
        for (number, block) in partial.weighed.enumerated() {
            weighed[firstBlock + UInt64(number)] = block
        }
        records.merge(partial.records) { _, new in new }
        let firstTrial = partial.range.start / SearchPass.indicesPerCandidate
        for (number, trial) in partial.trials.enumerated() {
            trials[firstTrial + UInt64(number)] = trial
        }
        for (number, channel) in partial.channels.enumerated() {
            channels[number].add(channel) { (key: Key) in
                forest.update(index: key.index) { $0.channels[number].drop(bits: key.bits) }
            }
        }
        pruneRecords()
        return .merged
    }

    /// Forgets the records of samples that are kept no more, now and then.
    private mutating func pruneRecords() {
        let kept = channels.reduce(0) { $0 + $1.candidates.count }
        guard !round.isWeighed, records.count > 2 * kept + 1_024 else { return }
        records = recordsKept
    }

    var recordsKept: [UInt64: SampleRecord] {
        guard !records.isEmpty else { return [:] }
        var result: [UInt64: SampleRecord] = [:]
        for channel in channels {
            for key in channel.candidates.keys { result[key.index] = records[key.index] }
            for pick in channel.picks.sorted {
                result[pick.key.index] = records[pick.key.index]
            }
        }
        for sample in weighed.values.lazy.flatMap(\.samples) {
            result[sample.index] = records[sample.index]
        }
        return result
    }

    /// What drawing took so far; nil of a base that is not recorded.
    var usage: RecordUsage? {
        forest.nodes.reduce(nil) { sum, node in
            node.payload.usage.map { sum?.adding($0) ?? $0 } ?? sum
        }
    }

    /// What is known of a range that is done as a whole, as one partial; nil otherwise.
    ///
    /// Meant for the merger of one lease: it holds candidates of that range alone.
    public mutating func partial(of range: DyadicRange) -> Partial? {
        trim()
        guard let node = forest.nodes.first(where: { $0.range == range }), forest.nodes.count == 1
        else { return nil }
        var partial = Partial(
            round: round.number, range: range, tally: node.payload.trimmed,
            channels: channels.map {
                Partial.Channel(candidates: $0.candidates, picks: $0.picks.sorted)
            }, islands: islandsInOrder, weighed: weighed.sorted { $0.key < $1.key }.map(\.value),
            trials: trialsInOrder)
        partial.records = partial.wanted(of: records)
        return partial
    }

    /// A search's candidates that are done, by number.
    var trialsInOrder: [TrialRecord] { trials.sorted { $0.key < $1.key }.map(\.value) }

    /// The weighed samples that were brought back, by index.
    var weighedSamples: [WeighedSample] {
        weighed.sorted { $0.key < $1.key }.flatMap(\.value.samples)
    }

    /// The islands that are done, by number.
    var islandsInOrder: [IslandRecord] { islands.sorted { $0.key < $1.key }.map(\.value) }

    /// Evaluations of the utility in the ranges that are done: samples, or what islands took.
    public var evaluations: UInt64 {
        if case .trials(let pass) = round.task {
            return UInt64(trials.count) * pass.evaluations
        }
        return round.isOfIslands
            ? islands.values.reduce(0) { $0 + $1.evaluations } : doneCount
    }

    /// The cells of all ranges that are done.
    var cellTotal: CellTable {
        forest.nodes.reduce(CellTable()) { $0.combined(with: $1.payload.cells ?? CellTable()) }
    }

    /// What each channel counts over all ranges that are done.
    var channelTotals: [ChannelTally] { totals { _ in true } }

    /// What each channel counts over the whole blocks that are done.
    var wholeTotals: [ChannelTally] { totals(where: \.isWhole) }

    /// What each channel counts over the last block, where it reaches past the round.
    var tailTotals: [ChannelTally] { totals { !$0.isWhole } }

    private func totals(where wanted: (Forest<Tally>.Node) -> Bool) -> [ChannelTally] {
        let nodes = forest.nodes.filter(wanted)
        return channels.indices.map { number in
            nodes.reduce(ChannelTally()) { $0.combined(with: $1.payload.channels[number]) }
        }
    }

    /// Adds what another process found in the same round. Of ranges that both have the wider counts.
    mutating func merge(_ other: RoundMerger) -> MergeOutcome {
        guard other.round == round else { return .refused }
        var outcome = MergeOutcome.duplicate
        for node in other.forest.nodes {
            if case .covered = forest.relation(to: node.range) { continue }
            outcome = .merged
            if case .partly(let positions) = forest.relation(to: node.range) {
                for old in forest.nodes[positions] {
                    doneCount -= UInt64(old.range.clipped(to: round.range).count)
                    for number in channels.indices { channels[number].remove(old.range) }
                }
                forest.remove(positions)
            }
            forest.insert(node.range, node.payload, isWhole: node.isWhole)
            doneCount += UInt64(node.range.clipped(to: round.range).count)
            for number in channels.indices {
                channels[number].add(other.channels[number].part(of: node.range)) { key in
                    forest.update(index: key.index) { $0.channels[number].drop(bits: key.bits) }
                }
            }
        }
        for (number, island) in other.islands { islands[number] = island }
        for (number, block) in other.weighed { weighed[number] = block }
        records.merge(other.records) { old, _ in old }
        for (number, trial) in other.trials { trials[number] = trial }
        return outcome
    }

    /// Cuts every channel to its capacity.
    mutating func trim() {
        for number in channels.indices {
            channels[number].trim { key in
                forest.update(index: key.index) { $0.channels[number].drop(bits: key.bits) }
            }
        }
    }
}

extension Partial {
    init(
        round: Int, range: DyadicRange, tally: Tally, channels: [Channel],
        islands: [IslandRecord] = [], weighed: [WeighedBlock] = [],
        trials: [TrialRecord] = []
    ) {
        self.round = round
        self.range = range
        self.tally = tally
        self.channels = channels
        self.islands = islands
        self.weighed = weighed
        self.trials = trials
    }
}

extension Tally {
    /// With every exact sum in its shortest form.
    var trimmed: Tally {
        var copy = self
        for c in copy.channels.indices {
            for t in copy.channels[c].top.indices {
                copy.channels[c].top[t] = copy.channels[c].top[t].trimmed
            }
        }
        return copy
    }
}
