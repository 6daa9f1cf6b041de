// SPDX-License-Identifier: Apache-2.0

/// What one selection knows of the samples seen so far: all keys in `floor...ceiling` are held, those
/// above the ceiling are counted and summed, those below the floor cannot matter.
///
/// With the ceiling at the top it is a plain top k. Moving the ceiling down turns held samples into
/// counted ones; sums are exact, so it does not matter when that happens.
struct SelectionTrack: Sendable {
    let selection: Selection
    /// Samples to keep of all.
    let kept: UInt64
    /// The ranks that enclose the quantile.
    let ranks: OrderStatistics.Ranks
    private(set) var floor = Key.lowest
    private(set) var ceiling = Key.highest
    private(set) var held: Candidates
    private(set) var tally = ChannelTally()
    private(set) var picks: Picks

    init(_ selection: Selection, samples: UInt64, job: CompiledJob) {
        self.selection = selection
        kept = KeptCount.of(quantile: selection.quantile, samples: samples)
        ranks = OrderStatistics.ranks(
            samples: samples, quantile: selection.quantile, confidence: job.settings.confidence)
        held = Candidates(width: job.costs.count)
        picks = Picks(capacity: job.settings.draws)
    }

    /// The ranks that must be held at the end; the ends of the interval only where they exist.
    func wantedRanks(samples: UInt64) -> ClosedRange<UInt64> {
        let best = ranks.best == 0 ? kept : min(kept, ranks.best)
        let worst = ranks.worst > samples ? kept : max(kept, ranks.worst)
        return best...worst
    }

    /// Whether the ranks wanted are held.
    func isDecided(samples: UInt64) -> Bool {
        let wanted = wantedRanks(samples: samples)
        return wanted.lowerBound > tally.above
            && wanted.upperBound - tally.above <= UInt64(held.count)
    }

    /// Starts anew between two keys, to count again from the first sample.
    mutating func restart(floor: Key, ceiling: Key) {
        self.floor = floor
        self.ceiling = ceiling
        held = Candidates(width: held.width)
        tally = ChannelTally()
        picks = Picks(capacity: picks.capacity)
    }

    func sieve(capacity: Int) -> Sieve {
        Sieve(
            utility: selection.utility, selection: selection.number, floor: floor, ceiling: ceiling,
            capacity: capacity, picks: ceiling == .highest ? 0 : picks.capacity)
    }

    /// Adds what a complete round found with this selection's sieve.
    mutating func absorb(_ channel: MergedChannel, _ counts: ChannelTally, capacity: Int) {
        tally = tally.combined(with: counts)
        held.append(contentsOf: channel.candidates)
        picks.append(contentsOf: channel.picks.sorted)
        raise(to: channel.floor)
        if let worst = held.keepBest(capacity, droppedAtFloor: { tally.drop(bits: $0.bits) }) {
            floor = max(floor, worst)
        }
    }

    private mutating func raise(to key: Key) {
        guard key > floor else { return }
        floor = key
        for other in held.keys where other < key { tally.drop(bits: other.bits) }
        held.keep { $0 >= key }
    }

    /// Narrows to the ranks, from the top and of all samples seen, that may still matter.
    ///
    /// Ranks that are not held any more leave their end where it is; whether the answer is inside is
    /// looked at in the end.
    mutating func narrow(
        to ranks: ClosedRange<Int64>, job: CompiledJob, streams: Streams
    ) {
        let above = Int64(tally.above)
        let sorted = held.keys.sorted(by: >)
        let last = ranks.upperBound - above
        if last >= 1, last < Int64(sorted.count) { raise(to: sorted[Int(last) - 1]) }
        let first = ranks.lowerBound - above
        if first > 1, first <= Int64(sorted.count) {
            lower(to: sorted[Int(first) - 1], job: job, streams: streams)
        }
    }

    private mutating func lower(to key: Key, job: CompiledJob, streams: Streams) {
        if key.bits != ceiling.bits { tally.aboveAtCeiling = 0 }
        ceiling = key
        if tally.top.isEmpty {
            tally.top = [TopMoments](repeating: TopMoments(), count: 1 + held.width)
        }
        for position in 0..<held.count where held.keys[position] > key {
            count(held[position], in: &tally, job)
            if held.keys[position].bits == key.bits { tally.aboveAtCeiling += 1 }
            offer(held.keys[position], streams)
        }
        held.keep { $0 <= key }
    }

    private func count(_ candidate: Candidate, in tally: inout ChannelTally, _ job: CompiledJob) {
        tally.above += 1
        tally.top[0].add(candidate.key.utility, centre: job.centres[selection.utility])
        for cost in 0..<held.width {
            tally.top[1 + cost].add(
                candidate.extras[cost], centre: job.centres[job.utilities.count + cost])
        }
    }

    private mutating func offer(_ key: Key, _ streams: Streams) {
        guard picks.capacity > 0 else { return }
        picks.append(
            Pick(
                priority: streams.priority(selection: selection.number, index: key.index), key: key)
        )
    }

    /// What is known in the end.
    struct Outcome {
        var threshold: Key
        var interval: Interval
        /// Samples with the threshold's utility.
        var tied: UInt64
        /// The utility and the costs over the kept samples.
        var top: [TopMoments]
        /// The draws' keys.
        var draws: [Key]
    }

    /// Takes the kept samples. All wanted ranks must be held.
    mutating func decide(samples: UInt64, job: CompiledJob, streams: Streams) -> Outcome {
        let above = tally.above
        func key(_ rank: UInt64) -> Key { held.key(rank: Int(rank - above)) }
        let threshold = key(kept)
        let upper = ranks.best == 0 ? Double.infinity : key(ranks.best).utility
        let lower = ranks.worst > samples ? -Double.infinity : key(ranks.worst).utility
        var tied = UInt64(held.keys.reduce(0) { $0 + ($1.bits == threshold.bits ? 1 : 0) })
        if tally.level == threshold.bits { tied += tally.dropped }
        if ceiling.bits == threshold.bits { tied += tally.aboveAtCeiling }
        var top = tally
        if top.top.isEmpty {
            top.top = [TopMoments](repeating: TopMoments(), count: 1 + held.width)
        }
        for position in 0..<held.count where held.keys[position] >= threshold {
            count(held[position], in: &top, job)
            offer(held.keys[position], streams)
        }
        return Outcome(
            threshold: threshold, interval: Interval(lower, upper), tied: tied, top: top.top,
            draws: picks.sorted.map(\.key))
    }

    func write(to writer: inout ByteWriter) {
        writer.write(floor)
        writer.write(ceiling)
        held.write(to: &writer)
        tally.write(to: &writer)
        writer.write(count: picks.sorted.count)
        for pick in picks.sorted { pick.write(to: &writer) }
    }

    /// Reads the state of a track of the same job.
    mutating func read(from reader: inout ByteReader) throws(DecodingFailure) {
        floor = try reader.key()
        ceiling = try reader.key()
        held = try Candidates(
            from: &reader, width: held.width, limit: Limits.candidates, indices: 0..<Limits.samples)
        tally = try ChannelTally(from: &reader, columns: 1 + held.width, samples: Limits.samples)
        picks = Picks(capacity: picks.capacity)
        let count = try reader.count(limit: Limits.draws, bytesEach: 32, of: "picks")
        for _ in 0..<count { picks.append(try Pick(from: &reader, indices: 0..<Limits.samples)) }
    }
}
