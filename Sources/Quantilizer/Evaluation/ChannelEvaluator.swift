// SPDX-License-Identifier: Apache-2.0

/// One channel of a round while a range is evaluated: what of each block is kept or counted.
struct ChannelEvaluator {
    private enum Rule {
        case select(Sieve)
        case accept(Acceptance)
        case groups(size: UInt64)
        case digits(DigitWindow)
        case admit(Admission)
    }

    private let rule: Rule
    private let domain: Domain
    private let utility: Int
    private let firstCost: Int
    private let costs: Int
    private let centres: [Double]
    private let streams: Streams
    /// Keys below it are dropped.
    private var floor: Key
    private var candidates: Candidates
    private var picks: Picks
    private var tally = ChannelTally()
    /// The group that is open, for groups.
    private var group: UInt64 = .max

    init(round: Round, channel: Int, work: Workload, streams: Streams, hint: Key) {
        domain = round.domain
        firstCost = work.utilities.count
        costs = work.costs.count
        self.streams = streams
        candidates = Candidates(width: work.costs.count)
        var pickCapacity = 0
        switch round.task {
        case .select(let sieves):
            rule = .select(sieves[channel])
            utility = sieves[channel].utility
            floor = max(sieves[channel].floor, hint)
            pickCapacity = sieves[channel].picks
        case .accept(let acceptances):
            rule = .accept(acceptances[channel])
            utility = acceptances[channel].utility
            floor = acceptances[channel].floor
        case .groups(let size):
            rule = .groups(size: size)
            utility = channel
            floor = .lowest
        case .digits(let windows):
            rule = .digits(windows[channel])
            utility = windows[channel].utility
            floor = windows[channel].low
            tally.digits = [UInt64](repeating: 0, count: DigitWindow.buckets)
        case .admit(let admissions):
            rule = .admit(admissions[channel])
            utility = admissions[channel].utility
            floor = Key(bits: admissions[channel].floorBits, label: 0, index: .max)
            pickCapacity = admissions[channel].picks
        case .slots, .cells: preconditionFailure("the round has no channels")
        }
        picks = Picks(capacity: pickCapacity)
        let columns = [utility] + (0..<work.costs.count).map { work.utilities.count + $0 }
        centres = columns.map { work.centres[$0] }
    }

    /// No sample of fewer bits can matter here any more; 0 where all may.
    var leastBits: UInt64 {
        if case .groups = rule { 0 } else { floor.bits }
    }

    /// Takes the block of `count` samples from `start`.
    mutating func take(
        _ results: borrowing Columns, start: UInt64, count: Int, lanes: inout LaneList,
        words: inout WordColumns
    ) {
        if case .groups(let size) = rule {
            takeGroups(results, start: start, count: count, size: size)
            return
        }
        Kernels.select(
            results, column: utility, lanes: count, atLeast: floor.bits, into: &lanes)
        if lanes.count == 0 { return }
        var lookup = WordLookup(
            streams: streams, domain: domain, utility: utility, start: start, count: count,
            isDense: lanes.count * WordLookup.sparseness >= count)
        switch rule {
        case .select(let sieve):
            let ceiling = sieve.ceiling
            for position in 0..<lanes.count {
                let lane = lanes[position]
                let bits = Key.orderedBits(results[utility, lane])
                if bits > ceiling.bits {
                    // Above whatever the label is.
                    tallyAbove(Key(bits: bits, label: 0, index: start + UInt64(lane)), sieve)
                    tallyTop(results, lane)
                    offer(bits, lane, sieve.selection, &lookup, &words)
                    continue
                }
                let key = lookup.key(bits, lane, &words)
                if key > ceiling {
                    tallyAbove(key, sieve)
                    tallyTop(results, lane)
                    offer(bits, lane, sieve.selection, &lookup, &words)
                } else if key >= floor {
                    keep(key, results, lane)
                    if candidates.count >= 2 * max(sieve.capacity, 32) { cut(sieve.capacity) }
                } else if bits == floor.bits {
                    tally.drop(bits: bits)
                }
            }
        case .accept(let acceptance):
            for position in 0..<lanes.count {
                let lane = lanes[position]
                let key = lookup.key(Key.orderedBits(results[utility, lane]), lane, &words)
                guard key >= floor else { continue }
                tally.above += 1
                if candidates.count < acceptance.count { keep(key, results, lane) }
            }
        case .digits(let window):
            for position in 0..<lanes.count {
                let lane = lanes[position]
                let bits = Key.orderedBits(results[utility, lane])
                if bits > window.high.bits {
                    tally.above += 1
                    continue
                }
                let key = lookup.key(bits, lane, &words)
                if key >= window.high {
                    tally.above += 1
                } else if key >= floor {
                    tally.digits[window.bucket(of: key)] += 1
                }
            }
        case .admit(let admission):
            for position in 0..<lanes.count {
                let lane = lanes[position]
                let bits = Key.orderedBits(results[utility, lane])
                guard admits(admission, bits, results[utility, lane], lane, &lookup, &words)
                else { continue }
                tally.above += 1
                tallyTop(results, lane)
                offer(bits, lane, admission.selection, &lookup, &words)
            }
        case .groups: break
        }
    }

    private func admits(
        _ admission: Admission, _ bits: UInt64, _ value: Double, _ lane: Int,
        _ lookup: inout WordLookup, _ words: inout WordColumns
    ) -> Bool {
        switch admission.rule {
        case .window(let low, let high):
            if bits > high.bits { return false }
            let key = lookup.key(bits, lane, &words)
            return key >= low && key < high
        case .tempered(let tempering):
            return tempering.admits(
                value,
                word: streams.chance(
                    selection: admission.selection, index: lookup.start + UInt64(lane)))
        case .turnedDown(let tempering):
            return !tempering.admits(
                value,
                word: streams.chance(
                    selection: admission.selection, index: lookup.start + UInt64(lane)))
        }
    }

    /// What was found; the evaluator is spent.
    mutating func finish() -> (Partial.Channel, ChannelTally) {
        if case .select(let sieve) = rule { cut(sieve.capacity) }
        return (Partial.Channel(candidates: candidates, picks: picks.sorted), tally)
    }

    private mutating func tallyAbove(_ key: Key, _ sieve: Sieve) {
        tally.above += 1
        if key.bits == sieve.ceiling.bits { tally.aboveAtCeiling += 1 }
    }

    private mutating func tallyTop(_ results: borrowing Columns, _ lane: Int) {
        if tally.top.isEmpty {
            tally.top = [TopMoments](repeating: TopMoments(), count: 1 + costs)
        }
        tally.top[0].add(results[utility, lane], centre: centres[0])
        for cost in 0..<costs {
            tally.top[1 + cost].add(results[firstCost + cost, lane], centre: centres[1 + cost])
        }
    }

    private mutating func offer(
        _ bits: UInt64, _ lane: Int, _ selection: Int, _ lookup: inout WordLookup,
        _ words: inout WordColumns
    ) {
        guard picks.capacity > 0 else { return }
        let priority = lookup.priority(selection, lane, &words)
        if picks.wants(priority) {
            picks.append(Pick(priority: priority, key: lookup.key(bits, lane, &words)))
        }
    }

    private mutating func keep(_ key: Key, _ results: borrowing Columns, _ lane: Int) {
        candidates.append(key)
        for cost in 0..<costs { candidates.appendExtra(results[firstCost + cost, lane]) }
    }

    private mutating func cut(_ capacity: Int) {
        guard
            let worst = candidates.keepBest(
                capacity, droppedAtFloor: { tally.drop(bits: $0.bits) })
        else { return }
        floor = max(floor, worst)
    }

    private mutating func takeGroups(
        _ results: borrowing Columns, start: UInt64, count: Int, size: UInt64
    ) {
        for lane in 0..<count {
            let index = start + UInt64(lane)
            let bits = Key.orderedBits(results[utility, lane])
            if index / size == group {
                if bits < floor.bits { continue }
            } else {
                group = index / size
                floor = .lowest
                keep(floor, results, lane)
            }
            let key = Key(
                bits: bits, label: streams.label(domain: domain, utility: utility, index: index),
                index: index)
            guard key > floor || floor == .lowest else { continue }
            floor = key
            candidates.replaceLast(
                key, extras: (0..<costs).map { results[firstCost + $0, lane] })
        }
    }
}
