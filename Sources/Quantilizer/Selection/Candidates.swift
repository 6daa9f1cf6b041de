// SPDX-License-Identifier: Apache-2.0

/// One kept sample: its key and the costs measured on it.
public struct Candidate: Hashable, Sendable {
    /// The sample's place in the order.
    public var key: Key
    /// The costs, in the order of the job.
    public var extras: [Double]
}

/// A bag of samples by key, each with the costs measured on it, that can be cut to its best.
///
/// It is not sorted, and does not look for duplicates: whoever merges ranges sees to it that each
/// index comes once.
///
/// **Complexity**: `append` O(1), `keepBest` O(count) expected.
public struct Candidates: Sendable, Equatable {
    /// The keys, in no order that means anything.
    public private(set) var keys: [Key] = []
    /// The costs, `width` a key, in the order of `keys`.
    public private(set) var extras: [Double] = []
    /// Costs a sample.
    public let width: Int

    /// None yet, of `width` costs each.
    public init(width: Int) { self.width = width }

    /// The number of samples.
    public var count: Int { keys.count }
    /// Whether there are none.
    public var isEmpty: Bool { keys.isEmpty }
    /// The sample at a position.
    public subscript(position: Int) -> Candidate {
        Candidate(
            key: keys[position],
            extras: Array(extras[position * width..<(position + 1) * width]))
    }

    /// Makes room for so many.
    public mutating func reserve(_ capacity: Int) {
        keys.reserveCapacity(capacity)
        extras.reserveCapacity(capacity * width)
    }

    /// Adds a sample's key; its costs follow with ``appendExtra(_:)``, `width` of them.
    mutating func append(_ key: Key) { keys.append(key) }
    /// Adds one cost of the sample added last.
    mutating func appendExtra(_ value: Double) { extras.append(value) }

    /// Adds a sample.
    public mutating func append(_ candidate: Candidate) {
        precondition(candidate.extras.count == width, "a candidate carries every cost")
        keys.append(candidate.key)
        extras.append(contentsOf: candidate.extras)
    }

    /// Replaces the sample added last.
    mutating func replaceLast(_ key: Key, extras values: [Double]) {
        keys[keys.count - 1] = key
        for e in 0..<width { extras[extras.count - width + e] = values[e] }
    }

    /// Adds all of another bag.
    public mutating func append(contentsOf other: Candidates) {
        append(contentsOf: other, at: 0..<other.count)
    }

    /// Adds those of another bag at some positions. Room grows by doubling, up to `most`.
    mutating func append(
        contentsOf other: Candidates, at positions: Range<Int>, most: Int = .max
    ) {
        precondition(other.width == width, "bags of one width")
        let wanted = count + positions.count
        if keys.capacity < wanted { reserve(max(wanted, min(2 * keys.capacity, most))) }
        keys.append(contentsOf: other.keys[positions])
        extras.append(
            contentsOf: other.extras[positions.lowerBound * width..<positions.upperBound * width])
    }

    /// Empties the bag and keeps its memory.
    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        extras.removeAll(keepingCapacity: true)
    }

    /// Keeps the samples whose key is wanted.
    mutating func keep(where wanted: (Key) -> Bool) {
        var write = 0
        for read in 0..<keys.count where wanted(keys[read]) {
            if write != read {
                keys[write] = keys[read]
                for e in 0..<width { extras[write * width + e] = extras[read * width + e] }
            }
            write += 1
        }
        keys.removeLast(keys.count - write)
        extras.removeLast(extras.count - write * width)
    }

    /// The key of a rank, 1 for the best.
    func key(rank: Int) -> Key {
        var copy = keys
        return Quickselect.largest(rank, of: &copy)
    }

    /// Keeps the best `k`, at least one, and returns the worst key kept; nil where there were no
    /// more than `k`. `droppedAtFloor` sees what was dropped though its utility is as good.
    mutating func keepBest(_ k: Int, droppedAtFloor: (Key) -> Void) -> Key? {
        precondition(k > 0, "a capacity is at least 1")
        guard count > k else { return nil }
        // Without costs the keys may change places: no copy of what may be much.
        let floor = width == 0 ? Quickselect.largest(k, of: &keys) : key(rank: k)
        for key in keys where key.bits == floor.bits && key < floor { droppedAtFloor(key) }
        keep { $0 >= floor }
        return floor
    }

    /// Keeps the best of each group of `size` successive indices.
    mutating func keepBestOfGroups(_ size: UInt64) {
        var best: [UInt64: Key] = [:]
        for key in keys {
            let group = key.index / size
            if let other = best[group], other >= key { continue }
            best[group] = key
        }
        guard best.count < count else { return }
        var seen: Set<UInt64> = []
        keep { best[$0.index / size] == $0 && seen.insert($0.index / size).inserted }
    }

    /// Keeps the `m` samples of smallest index.
    mutating func keepFirst(_ m: Int) {
        guard count > m else { return }
        guard m > 0 else { return removeAll() }
        var indices = keys.map { ~$0.index }
        let last = ~Quickselect.largest(m, of: &indices)
        keep { $0.index <= last }
    }

    /// The samples, best first.
    public func sorted() -> Candidates {
        let order = keys.indices.sorted { keys[$0] > keys[$1] }
        var result = Candidates(width: width)
        result.reserve(count)
        for position in order {
            result.keys.append(keys[position])
            for e in 0..<width { result.extras.append(extras[position * width + e]) }
        }
        return result
    }

    /// A bag of arrays that fit: `extras` holds `width` a key.
    init(unchecked keys: [Key], extras: [Double], width: Int) {
        precondition(extras.count == keys.count * width, "costs for every key")
        self.keys = keys
        self.extras = extras
        self.width = width
    }
}
