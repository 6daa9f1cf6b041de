// SPDX-License-Identifier: Apache-2.0

/// What one selection knows of the samples seen so far: all keys in `floor...ceiling` are held, those
/// above the ceiling are counted and summed, those below the floor cannot matter.
///
/// With the ceiling at the top it is a plain top k. Moving the ceiling down turns held samples into
/// counted ones; sums are exact, so it does not matter when that happens.
struct SelectionTrack: Sendable {
    let selection: Selection
    /// Samples to keep of all.
    private(set) var kept: UInt64
    /// The ranks that enclose the quantile.
    private(set) var ranks: OrderStatistics.Ranks
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

    /// The same samples, as the first of so many: other ranks are wanted.
    mutating func aim(samples: UInt64, job: CompiledJob) {
        let fresh = SelectionTrack(selection, samples: samples, job: job)
        kept = fresh.kept
        ranks = fresh.ranks
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

    /// Adds what a complete round found with this selection's sieve in some indices.
    mutating func absorb(
        _ channel: MergedChannel, _ counts: ChannelTally, capacity: Int,
        in indices: Range<UInt64> = 0..<(.max)
    ) {
        tally = tally.combined(with: counts)
        var candidates = channel.candidates
        candidates.keep { indices.contains($0.index) }
        held.append(contentsOf: candidates)
        picks.append(
            contentsOf: channel.picks.sorted.filter { indices.contains($0.key.index) })
        raise(to: channel.floor)
        if let worst = held.keepBest(capacity, droppedAtFloor: { tally.drop(bits: $0.bits) }) {
            floor = max(floor, worst)
        }
    }

    /// An empty track between the same keys.
    var empty: SelectionTrack {
        var result = self
        result.restart(floor: floor, ceiling: ceiling)
        return result
    }

    /// Narrows to the keys of another track of the selection.
    mutating func follow(_ other: SelectionTrack, job: CompiledJob, streams: Streams) {
        raise(to: other.floor)
        if other.ceiling < ceiling { lower(to: other.ceiling, job: job, streams: streams) }
    }

    /// With the samples of another track between the same keys.
    func with(_ other: SelectionTrack) -> SelectionTrack {
        var result = self
        result.tally = tally.combined(with: other.tally)
        result.held.append(contentsOf: other.held)
        result.picks.append(contentsOf: other.picks.sorted)
        return result
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
        let last = ranks.upperBound - above
        let lowest = last >= 1 && last < Int64(held.count) ? held.key(rank: Int(last)) : nil
        let first = ranks.lowerBound - above
        let highest = first > 1 && first <= Int64(held.count) ? held.key(rank: Int(first)) : nil
        if let lowest { raise(to: lowest) }
        if let highest { lower(to: highest, job: job, streams: streams) }
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
        picks.append(Pick(key, of: selection, streams))
    }

    /// What is known in the end.
    struct Outcome {
        var threshold: Key
        var interval: Interval
        /// Samples with the threshold's utility.
        var ties: Ties
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
        var ties = Ties(count: tally.tied(with: threshold, held: held), kept: 0)
        var tiesKept = UInt64(
            held.keys.count { $0.bits == threshold.bits && $0 >= threshold })
        if ceiling.bits == threshold.bits {
            ties.count += tally.aboveAtCeiling
            tiesKept += tally.aboveAtCeiling
        }
        ties.kept = tiesKept
        var top = tally
        if top.top.isEmpty {
            top.top = [TopMoments](repeating: TopMoments(), count: 1 + held.width)
        }
        for position in 0..<held.count where held.keys[position] >= threshold {
            count(held[position], in: &top, job)
            offer(held.keys[position], streams)
        }
        return Outcome(
            threshold: threshold, interval: Interval(lower, upper), ties: ties, top: top.top,
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

    /// Reads the state of a track of the same job of so many samples.
    mutating func read(
        from reader: inout ByteReader, samples: UInt64
    ) throws(DecodingFailure) {
        floor = try reader.key()
        ceiling = try reader.key()
        held = try Candidates(
            from: &reader, width: held.width, limit: Limits.candidates, indices: 0..<samples)
        tally = try ChannelTally(from: &reader, columns: 1 + held.width, samples: samples)
        picks = Picks(capacity: picks.capacity)
        let count = try reader.count(limit: Limits.draws, bytesEach: 32, of: "picks")
        for _ in 0..<count { picks.append(try Pick(from: &reader, indices: 0..<samples)) }
    }

    /// Samples it knows of.
    var count: UInt64 { UInt64(held.count) + tally.above + tally.dropped }
}
