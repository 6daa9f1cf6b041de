// SPDX-License-Identifier: Apache-2.0

import CKernels

/// The sums of one block of at most 256 lanes.
public struct BlockSums: Sendable, Hashable {
    /// Σ (u − centre) over finite lanes.
    public var sum: Double
    /// Σ (u − centre)² over finite lanes.
    public var sumOfSquares: Double
    /// Lanes that are finite.
    public var finite: Int
    /// Lanes that are NaN.
    public var invalid: Int

    /// The sums of a block.
    public init(sum: Double, sumOfSquares: Double, finite: Int, invalid: Int) {
        self.sum = sum
        self.sumOfSquares = sumOfSquares
        self.finite = finite
        self.invalid = invalid
    }
}

/// Keys, selection by a threshold, and block sums.
extension Kernels {
    /// Lanes of a block, over which sums are folded.
    public static let blockLanes = 256

    /// The order of utilities as an order of integers: NaN is 0, −0 is +0, then IEEE order.
    public static func key(_ utility: Double) -> UInt64 {
        if utility.isNaN { return 0 }
        let bits = (utility + 0.0).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    /// The utility of a key: NaN for 0, and never −0.
    public static func utility(_ key: UInt64) -> Double {
        if key == 0 { return .nan }
        return Double(bitPattern: key >> 63 == 0 ? ~key : key & ~(1 << 63))
    }

    /// Lists those of `lanes` lanes from `first` on whose key is at least `key`, ascending and
    /// counted from `first`; every lane for key 0, NaN too.
    ///
    /// **Complexity**: O(lanes); next to nothing for blocks in which no lane is listed.
    public static func select(
        _ columns: borrowing Columns, column: Int, from first: Int = 0, lanes: Int,
        atLeast key: UInt64, into list: inout LaneList
    ) {
        precondition(first >= 0 && lanes >= 0 && lanes <= list.capacity)
        precondition(first + lanes <= columns.capacity)
        list.count = unsafe qk_select(list.pointer(), columns.pointer(column) + first, lanes, key)
    }

    /// The sums of lanes `0..<lanes` of a block, at most 256, folded by halves: lane `i` takes lane
    /// `i + 128`, then `i + 64`, …, `i + 1`; lanes missing or not finite count +0.
    ///
    /// **Determinism**: the same bits for the same lanes, whatever the instruction set.
    public static func blockSums(
        _ columns: borrowing Columns, column: Int, from first: Int = 0, lanes: Int, centre: Double
    ) -> BlockSums {
        precondition(first >= 0 && lanes >= 0 && lanes <= blockLanes)
        precondition(first + lanes <= columns.capacity && centre.isFinite)
        let block = unsafe qk_block_sums(columns.pointer(column) + first, lanes, centre)
        return BlockSums(
            sum: block.sum, sumOfSquares: block.squares, finite: Int(block.finite),
            invalid: Int(block.invalid))
    }
}
