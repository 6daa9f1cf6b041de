// SPDX-License-Identifier: Apache-2.0

/// How many samples a quantile keeps.
enum KeptCount {
    /// ⌈qN⌉ for the decimal q that was meant: the least k with k/N ≥ q in doubles, at least 1.
    static func of(quantile: Double, samples: UInt64) -> UInt64 {
        let n = Double(samples)
        var k = max(1, (quantile * n).rounded(.up))
        while k > 1, (k - 1) / n >= quantile { k -= 1 }
        while k < n, k / n < quantile { k += 1 }
        return UInt64(min(k, n))
    }
}
