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
    public private(set) var doneCount: UInt64 = 0
    /// By channel, samples of those that are counted and not held: told without a look at every range.
    private(set) var above: [UInt64]
    /// Of slots, what was found in each, by number.
    var slots: [UInt64: any SlotRecord] = [:]
    /// Of a recorded base, the samples that are kept, by index.
    var records: [UInt64: SampleRecord] = [:]

    let isRecorded: Bool

    /// Nothing merged yet.
    public init(round: Round, job: CompiledJob) {
        self.round = round
        isRecorded = job.recorded != nil
        channels = (0..<round.channelCount(utilities: job.utilities.count)).map {
            MergedChannel(round: round, channel: $0, width: job.costs.count)
        }
        above = [UInt64](repeating: 0, count: channels.count)
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

    /// Candidates over all channels: what it takes, beside a tally for each gap.
    public var candidateCount: Int { channels.reduce(0) { $0 + $1.candidates.count } }

    /// Lower bounds of what can still matter.
    public var hints: Hints {
        Hints(round: round.number, floors: channels.map { $0.floor })
    }

    /// Adds a partial. Of a range that was done in part, the whole replaces the part.
    public mutating func merge(_ partial: Partial) -> MergeOutcome {
        guard partial.round == round.number else { return .stale }
        guard round.admits(partial.range), partial.channels.count == channels.count,
            partial.tally.channels.count == channels.count,
            partial.slots.count
                == (round.slots == nil ? 0 : SlotWork.slots(of: partial.range).count)
        else { return .refused }
        switch forest.relation(to: partial.range) {
        case .covered: return .duplicate
        case .free: break
        case .partly: forget(partial.range)
        }
        add(
            Forest.Node(
                range: partial.range, payload: partial.tally,
                isWhole: partial.range.end <= round.range.upperBound))
        for (number, record) in zip(SlotWork.slots(of: partial.range), partial.slots) {
            slots[number] = record
        }
        records.merge(partial.records) { _, new in new }
        for (number, channel) in partial.channels.enumerated() { add(channel, to: number) }
        pruneRecords()
        return .merged
    }

    /// Forgets what is done of a range that comes again as a whole.
    private mutating func forget(_ range: DyadicRange) {
        for node in forest.remove(in: range) {
            doneCount -= UInt64(node.range.clipped(to: round.range).count)
            for number in channels.indices { above[number] &-= node.payload.channels[number].above }
        }
        for number in channels.indices { channels[number].remove(range) }
    }

    /// Forgets the records of samples that are kept no more, now and then.
    private mutating func pruneRecords() {
        let kept = channels.reduce(0) { $0 + $1.candidates.count }
        guard round.slots == nil, records.count > 2 * kept + 1_024 else { return }
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
        for index in slots.values.lazy.flatMap(\.keptIndices) { result[index] = records[index] }
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
        guard forest.count == 1, let node = forest.nodes.first(where: { $0.range == range })
        else { return nil }
        var partial = Partial(
            round: round.number, range: range, tally: node.payload.trimmed,
            channels: channels.map {
                Partial.Channel(candidates: $0.candidates, picks: $0.picks.sorted)
            }, slots: slotsInOrder)
        partial.records = partial.wanted(of: records)
        return partial
    }

    /// The records of slots that are done, by number.
    var slotsInOrder: [any SlotRecord] { slots.sorted { $0.key < $1.key }.map(\.value) }

    /// The same, of a round whose slots have records of this kind.
    func records<Record: SlotRecord>(_ kind: Record.Type) -> [Record] {
        slotsInOrder.compactMap { $0 as? Record }
    }

    /// Evaluations of the utility in the ranges that are done: samples, or what slots took.
    public var evaluations: UInt64 {
        guard let task = round.slots else { return doneCount }
        return slots.values.reduce(0) { $0 + task.evaluations(of: $1) }
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

    /// Adds what another thread or process found in the same round. Of ranges that both have the
    /// wider counts.
    ///
    /// **Complexity**: O(candidates + ranges of the other), where the two have no sample in common;
    /// else O(candidates · ranges of the other).
    public mutating func merge(_ other: RoundMerger) -> MergeOutcome {
        guard other.round == round else { return .refused }
        var outcome = MergeOutcome.duplicate
        if other.forest.nodes.allSatisfy({ forest.relation(to: $0.range) == .free }) {
            for node in other.forest.nodes {
                outcome = .merged
                add(node)
            }
            for number in channels.indices { add(other.channels[number].whole, to: number) }
        } else {
            for node in other.forest.nodes {
                let relation = forest.relation(to: node.range)
                if relation == .covered { continue }
                outcome = .merged
                if relation == .partly { forget(node.range) }
                add(node)
                for number in channels.indices {
                    add(other.channels[number].part(of: node.range), to: number)
                }
            }
        }
        for number in channels.indices {
            channels[number].raise(to: other.channels[number].floor)
        }
        for (number, record) in other.slots { slots[number] = record }
        records.merge(other.records) { old, _ in old }
        pruneRecords()
        return outcome
    }

    /// Adds a range of which nothing is done, with a tally for each channel.
    mutating func add(_ node: Forest<Tally>.Node) {
        for number in channels.indices { above[number] &+= node.payload.channels[number].above }
        doneCount += UInt64(node.range.clipped(to: round.range).count)
        forest.insert(node)
    }

    private mutating func add(_ channel: Partial.Channel, to number: Int) {
        channels[number].add(channel) { (key: Key) in
            forest.update(index: key.index) { $0.channels[number].drop(bits: key.bits) }
        }
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
        slots: [any SlotRecord] = []
    ) {
        self.round = round
        self.range = range
        self.tally = tally
        self.channels = channels
        self.slots = slots
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
