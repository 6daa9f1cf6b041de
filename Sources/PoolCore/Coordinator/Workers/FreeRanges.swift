// SPDX-License-Identifier: Apache-2.0
internal import HeapModule
internal import Quantilizer

/// The ranges of a round that nobody holds: a buddy list of aligned dyadic ranges.
///
/// It hands out the lowest start among the ranges that are large enough, so that indices are
/// worked on roughly in order whatever sizes are asked for.
///
/// **Complexity**: `take` and `put` O(levels + log ranges).
struct FreeRanges {
    /// Starts by level.
    private var starts: [Heap<UInt64>]
    /// The number of ranges.
    private(set) var count = 0
    /// Indices in all of them, those past the round's end included.
    private(set) var samples: UInt64 = 0

    init(_ ranges: [DyadicRange] = []) {
        guard !ranges.isEmpty else {
            starts = []
            return
        }
        starts = Array(repeating: Heap(), count: DyadicRange.maximumLevel + 1)
        for range in ranges { put(range) }
    }

    var isEmpty: Bool { count == 0 }

    /// Adds a range that is disjoint from all others.
    mutating func put(_ range: DyadicRange) {
        if starts.isEmpty {
            starts = Array(repeating: Heap(), count: DyadicRange.maximumLevel + 1)
        }
        starts[range.level].insert(range.start)
        count += 1
        samples += range.length
    }

    /// Takes a range of this level, cut from a larger one if need be; a smaller one where nothing
    /// else is left; nil where nothing is.
    mutating func take(level wanted: Int) -> DyadicRange? {
        guard !isEmpty else { return nil }
        let wanted = min(max(wanted, DyadicRange.blockLevel), DyadicRange.maximumLevel)
        var best: (start: UInt64, level: Int)?
        for level in wanted...DyadicRange.maximumLevel {
            if let start = starts[level].min, best.map({ start < $0.start }) ?? true {
                best = (start, level)
            }
        }
        if best == nil {
            for level in stride(from: wanted - 1, through: DyadicRange.blockLevel, by: -1) {
                if let start = starts[level].min {
                    best = (start, level)
                    break
                }
            }
        }
        guard let best, var range = DyadicRange(start: best.start, level: best.level) else {
            return nil
        }
        starts[best.level].removeMin()
        count -= 1
        samples -= range.length
        while range.level > wanted, let (left, right) = range.halves {
            put(right)
            range = left
        }
        return range
    }

    /// Every range, in no order that means anything.
    var all: [DyadicRange] {
        guard !isEmpty else { return [] }
        return starts.enumerated().flatMap { level, starts in
            starts.unordered.compactMap { DyadicRange(start: $0, level: level) }
        }
    }
}
