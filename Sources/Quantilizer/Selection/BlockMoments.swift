// SPDX-License-Identifier: Apache-2.0

/// The leaf of the fixed tree of sums: one block of 256 lanes, folded by halves.
enum BlockMoments {
    /// Moments of `lanes` lanes of a column from `first` on; lanes that are missing or not finite add +0.
    static func of(
        _ columns: borrowing Columns, column: Int, from first: Int = 0, lanes: Int, centre: Double
    ) -> Moments {
        let sums = Kernels.blockSums(
            columns, column: column, from: first, lanes: lanes, centre: centre)
        var result = Moments()
        result.finite = UInt64(sums.finite)
        result.nan = UInt64(sums.invalid)
        result.sum = sums.sum
        result.squares = sums.sumOfSquares
        if sums.finite + sums.invalid < lanes {
            for lane in first..<first + lanes where columns[column, lane].isInfinite {
                if columns[column, lane] > 0 {
                    result.positiveInfinite += 1
                } else {
                    result.negativeInfinite += 1
                }
            }
        }
        return result
    }
}
