// SPDX-License-Identifier: Apache-2.0

/// An aligned dyadic range of indices: `2^level` of them from `start`, a multiple of `2^level`.
///
/// Two of them are disjoint or one holds the other, which is what makes sums over indices
/// independent of how the work was cut.
public struct DyadicRange: Hashable, Sendable {
    /// Levels begin at a block of 256 samples.
    public static let blockLevel = 8
    /// The largest level: 2^62 samples.
    public static let maximumLevel = 62

    /// The first index.
    public let start: UInt64
    /// log2 of the number of indices, in `blockLevel...maximumLevel`.
    public let level: Int

    /// A range; nil where the level is out of bounds, `start` not aligned, or the end past 2^63.
    public init?(start: UInt64, level: Int) {
        guard (DyadicRange.blockLevel...DyadicRange.maximumLevel).contains(level),
            start & ((1 << UInt64(level)) - 1) == 0, start < 1 << 63
        else { return nil }
        self.start = start
        self.level = level
    }

    private init(aligned start: UInt64, _ level: Int) {
        self.start = start
        self.level = level
    }

    /// The number of indices.
    public var length: UInt64 { 1 << UInt64(level) }
    /// One past the last index.
    public var end: UInt64 { start + length }
    /// True for the left one of two siblings.
    public var isLeft: Bool { start & length == 0 }
    /// The other half of the parent.
    public var sibling: DyadicRange { DyadicRange(aligned: start ^ length, level) }
    /// The range of the next level that holds this one.
    public var parent: DyadicRange { DyadicRange(aligned: start & ~length, level + 1) }
    /// The two halves, nil for a block.
    public var halves: (DyadicRange, DyadicRange)? {
        guard level > DyadicRange.blockLevel else { return nil }
        let left = DyadicRange(aligned: start, level - 1)
        return (left, left.sibling)
    }
    /// True where `other` lies in this range.
    public func contains(_ other: DyadicRange) -> Bool {
        other.level <= level && (other.start ^ start) >> UInt64(level) == 0
    }
    /// True where the index lies in this range.
    public func contains(index: UInt64) -> Bool { (index ^ start) >> UInt64(level) == 0 }

    /// Which half of this range an index in it lies in: 0 for the left one, 1 for the right one.
    func half(of index: UInt64) -> Int { index & (length >> 1) == 0 ? 0 : 1 }

    /// The least range that holds this one and another that is apart from it. Where one lies below
    /// 2^62 and the other above, its level is beyond ``maximumLevel``.
    func enclosing(_ other: DyadicRange) -> DyadicRange {
        let level = UInt64.bitWidth - (start ^ other.start).leadingZeroBitCount
        return DyadicRange(aligned: start & ~((1 << UInt64(level)) - 1), level)
    }

    /// The part inside `range`.
    public func clipped(to range: Range<UInt64>) -> Range<UInt64> {
        (start..<end).clamped(to: range)
    }

    /// The fewest ranges that cover `range` in order, none above `maximumLevel`; only the last block may
    /// reach past the end. `range` must begin at a multiple of 256.
    ///
    /// **Complexity**: O(number of ranges), about twice the bits of an index where levels are not bounded.
    public static func cover(
        _ range: Range<UInt64>, maximumLevel: Int = DyadicRange.maximumLevel
    ) -> [DyadicRange] {
        var result: [DyadicRange] = []
        var cursor = Cover(range, maximumLevel: maximumLevel)
        while let next = cursor.next() { result.append(next) }
        return result
    }

    /// ``cover(_:maximumLevel:)`` one range at a time, so that a long cover needs no memory.
    public struct Cover: Sendable, IteratorProtocol {
        private var start: UInt64
        private let end: UInt64
        private let maximumLevel: Int

        /// A cover of `range`, which must begin at a multiple of 256.
        public init(_ range: Range<UInt64>, maximumLevel: Int = DyadicRange.maximumLevel) {
            precondition(range.lowerBound % 256 == 0, "a cover begins at a block")
            start = range.lowerBound
            end = range.upperBound
            self.maximumLevel = min(
                max(maximumLevel, DyadicRange.blockLevel), DyadicRange.maximumLevel)
        }

        /// The next range, nil at the end.
        public mutating func next() -> DyadicRange? {
            guard start < end else { return nil }
            let alignment = start == 0 ? maximumLevel : start.trailingZeroBitCount
            let room = 63 - (end - start).leadingZeroBitCount
            let level = max(DyadicRange.blockLevel, min(alignment, room, maximumLevel))
            let range = DyadicRange(aligned: start, level)
            start = range.end
            return range
        }
    }
}
