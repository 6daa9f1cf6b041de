// SPDX-License-Identifier: Apache-2.0

/// The leaf of the fixed tree of sums: one block of 256 lanes, folded by halves.
enum BlockMoments {
    /// Moments of lanes `0..<lanes` of a column; lanes that are missing or not finite add +0.
    static func of(
        _ columns: borrowing Columns, column: Int, lanes: Int, centre: Double
    ) -> Moments {
        var result = Moments()
        var sums = [Double](repeating: 0, count: 256)
        var squares = sums
        for lane in 0..<lanes {
            let x = columns[column, lane]
            if x.isFinite {
                result.finite += 1
                let deviation = x - centre
                sums[lane] = deviation
                squares[lane] = deviation * deviation
            } else if x.isNaN {
                result.nan += 1
                continue
            } else if x > 0 {
                result.positiveInfinite += 1
            } else {
                result.negativeInfinite += 1
            }
            result.minimum = min(result.minimum, x)
            result.maximum = max(result.maximum, x)
        }
        var half = 128
        while half >= 1 {
            for lane in 0..<half {
                sums[lane] += sums[lane + half]
                squares[lane] += squares[lane + half]
            }
            half /= 2
        }
        result.sum = sums[0]
        result.squares = squares[0]
        return result
    }
}
