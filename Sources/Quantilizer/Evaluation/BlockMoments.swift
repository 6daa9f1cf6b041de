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
        if !ordinary.contains(sums.sumOfSquares),
            !isFlat(columns, column, first, lanes, centre, sums),
            let exponent = exponent(columns, column, first, lanes, centre)
        {
            result.exponent = exponent
            (result.sum, result.squares) = fold(columns, column, first, lanes, centre, exponent)
        }
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

    /// Sums of squares that are told without a unit of their own, with room to add up many of them.
    private static let ordinary = 0x1p-600...0x1p900

    /// Whether all lanes are the centre, as those of a rare cost mostly are: both sums are 0, and so are
    /// a few lanes, for small deviations hardly cancel to the last bit.
    private static func isFlat(
        _ columns: borrowing Columns, _ column: Int, _ first: Int, _ lanes: Int, _ centre: Double,
        _ sums: BlockSums
    ) -> Bool {
        guard sums.sum == 0, sums.sumOfSquares == 0 else { return false }
        for lane in first..<first + min(8, lanes) where columns[column, lane] != centre {
            return false
        }
        return true
    }

    /// The exponent of the largest deviation of a finite lane; nil where all are 0, or none is extreme.
    private static func exponent(
        _ columns: borrowing Columns, _ column: Int, _ first: Int, _ lanes: Int, _ centre: Double
    ) -> Int? {
        var largest = 0.0
        for lane in first..<first + lanes where columns[column, lane].isFinite {
            largest = max(largest, (columns[column, lane] - centre).magnitude)
        }
        if largest == .infinity { return 1024 }
        guard largest > 0 else { return nil }
        let exponent = Int(largest.exponent)
        return (-300...440).contains(exponent) ? nil : exponent
    }

    /// The same sums in units of 2^exponent, folded in the same order.
    private static func fold(
        _ columns: borrowing Columns, _ column: Int, _ first: Int, _ lanes: Int, _ centre: Double,
        _ exponent: Int
    ) -> (sum: Double, squares: Double) {
        var sums = [Double](repeating: 0, count: Kernels.blockLanes)
        for lane in 0..<lanes where columns[column, first + lane].isFinite {
            sums[lane] = Deviation.of(columns[column, first + lane], centre, in: exponent)
        }
        var squares = sums.map { $0 * $0 }
        var half = Kernels.blockLanes / 2
        while half > 0 {
            for lane in 0..<half {
                sums[lane] += sums[lane + half]
                squares[lane] += squares[lane + half]
            }
            half /= 2
        }
        return (sums[0], squares[0])
    }
}
