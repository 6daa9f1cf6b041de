// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Hands the pieces of a range to lanes, each once: in runs while there are many, one by one at the
/// end, so that all lanes end together.
///
/// A run is a power of two of pieces and begins at a multiple of its length, so that its pieces join to
/// one range.
final class PieceCursor: Sendable {
    /// Pieces of a run at most.
    static let longestRun: UInt64 = 16

    private let taken = Atomic<UInt64>(0)
    private let count: UInt64
    private let lanes: UInt64

    init(count: UInt64, lanes: Int) {
        self.count = count
        self.lanes = UInt64(max(1, lanes))
    }

    /// The next run, at most a quarter of a lane's share of what is left; nil where nothing is.
    func next() -> Range<UInt64>? {
        var start = taken.load(ordering: .relaxed)
        while start < count {
            let share = max(1, (count - start) / (4 * lanes))
            let aligned = start == 0 ? Self.longestRun : start & ~(start - 1)
            let most = min(share, aligned, Self.longestRun)
            let length: UInt64 = 1 << UInt64(63 - most.leadingZeroBitCount)
            let (isOurs, found) = taken.compareExchange(
                expected: start, desired: start + length, ordering: .relaxed)
            if isOurs { return start..<start + length }
            start = found
        }
        return nil
    }
}
