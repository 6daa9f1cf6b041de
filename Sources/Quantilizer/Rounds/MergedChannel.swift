// SPDX-License-Identifier: Apache-2.0

/// One channel of a round while partials come in: a bounded bag of candidates.
struct MergedChannel: Sendable {
    private enum Rule {
        case best(Int)
        case first(Int)
        case groups(UInt64)
        case none
    }

    private(set) var candidates: Candidates
    private(set) var picks: Picks
    /// A valid lower bound of every key that can still matter.
    private(set) var floor: Key
    private let rule: Rule
    /// Groups at the last cut, to cut again when there are twice as many.
    private var lastCount = 0

    init(round: Round, channel: Int, width: Int) {
        candidates = Candidates(width: width)
        floor = .lowest
        var pickCapacity = 0
        switch round.task {
        case .select(let sieves):
            rule = .best(sieves[channel].capacity)
            floor = sieves[channel].floor
            pickCapacity = sieves[channel].picks
        case .accept(let acceptances):
            rule = .first(acceptances[channel].count)
            floor = acceptances[channel].floor
        case .groups(let size): rule = .groups(size)
        case .admit(let admissions):
            rule = .none
            pickCapacity = admissions[channel].picks
        case .digits, .slots, .cells: rule = .none
        }
        picks = Picks(capacity: pickCapacity)
    }

    /// Forgets the candidates of a range that comes again as part of a wider one.
    mutating func remove(_ range: DyadicRange) {
        switch rule {
        case .groups: break
        case .best, .first, .none: candidates.keep { !range.contains(index: $0.index) }
        }
        picks.remove(in: range)
    }

    mutating func add(_ channel: Partial.Channel, droppedAtFloor: (Key) -> Void) {
        picks.append(contentsOf: channel.picks)
        if case .best(let k) = rule {
            return add(channel.candidates, most: 2 * max(k, 32), droppedAtFloor: droppedAtFloor)
        }
        candidates.append(contentsOf: channel.candidates)
        switch rule {
        case .first(let k) where candidates.count < 2 * max(k, 32): break
        case .groups where candidates.count < 2 * max(lastCount, 512): break
        default: trim(droppedAtFloor: droppedAtFloor)
        }
    }

    /// Adds candidates, and cuts to the best whenever there are so many: never holds more.
    private mutating func add(
        _ other: Candidates, most: Int, droppedAtFloor: (Key) -> Void
    ) {
        var start = 0
        while start < other.count {
            let end = min(other.count, start + most - candidates.count)
            candidates.append(contentsOf: other, at: start..<end, most: most)
            start = end
            if candidates.count == most { trim(droppedAtFloor: droppedAtFloor) }
        }
    }

    mutating func trim(droppedAtFloor: (Key) -> Void) {
        picks.trim()
        switch rule {
        case .best(let k):
            if let worst = candidates.keepBest(k, droppedAtFloor: droppedAtFloor) {
                floor = max(floor, worst)
            }
        case .first(let k): candidates.keepFirst(k)
        case .groups(let size): keepBestOfGroups(size)
        case .none: break
        }
    }

    private mutating func keepBestOfGroups(_ size: UInt64) {
        candidates.keepBestOfGroups(size)
        lastCount = candidates.count
    }

    /// All that it holds.
    var whole: Partial.Channel { Partial.Channel(candidates: candidates, picks: picks.sorted) }

    /// Takes over a bound that was found in other samples of the round.
    mutating func raise(to key: Key) { floor = max(floor, key) }

    /// What it holds of a range.
    func part(of range: DyadicRange) -> Partial.Channel {
        var part = candidates
        part.keep { range.contains(index: $0.index) }
        return Partial.Channel(
            candidates: part, picks: picks.sorted.filter { range.contains(index: $0.key.index) })
    }

    /// Rebuilds a channel of a snapshot.
    mutating func restore(candidates: Candidates, picks: [Pick], floor: Key) {
        self.candidates = candidates
        self.picks.append(contentsOf: picks)
        self.floor = max(self.floor, floor)
    }
}
