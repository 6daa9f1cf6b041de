// SPDX-License-Identifier: Apache-2.0

/// Which ranks of a sample enclose a quantile of the distribution, whatever the distribution is.
///
/// Of n independent samples the number above the upper q-quantile is Binomial(n, q), so the
/// quantile lies between two order statistics with a probability that needs no assumption; with
/// atoms the closed interval holds it at least as often.
///
/// **Source**: David and Nagaraja, *Order Statistics* (2003), doi:10.1002/0471722162, section 7.1.
public enum OrderStatistics {
    /// Ranks from the top: the quantile lies between the sample of rank `worst` and that of rank
    /// `best`. `best` is 0 and `worst` is n + 1 where no sample bounds it.
    public struct Ranks: Sendable, Hashable {
        /// The rank of the upper end.
        public var best: UInt64
        /// The rank of the lower end.
        public var worst: UInt64
    }

    /// The ranks for `samples` samples, `(1 − confidence)/2` on either side.
    ///
    /// **Complexity**: O(log samples) evaluations of the incomplete beta function.
    public static func ranks(samples: UInt64, quantile: Double, confidence: Double) -> Ranks {
        let tail = (1 - confidence) / 2
        let n = Int(samples)
        // The most ranks from the top that almost surely are above the quantile.
        let best = last(in: 0...n) {
            $0 == 0
                || SpecialFunctions.binomialCDF($0 - 1, trials: n, probability: quantile) <= tail
        }
        // The fewest ranks that almost surely reach it.
        let tooFew = last(in: 0...n) {
            SpecialFunctions.binomialUpperTail($0, trials: n, probability: quantile) > tail
        }
        return Ranks(best: UInt64(best), worst: UInt64(tooFew) + 1)
    }

    /// The last number for which the condition holds; it holds for the first, and never again
    /// once it fails.
    private static func last(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = low + (high - low + 1) / 2
            if holds(middle) { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
