// SPDX-License-Identifier: Apache-2.0

/// Intervals for masses.
public enum TailMass {
    /// The mass above the k-th best of n samples is Beta(k, n − k + 1): its central interval.
    ///
    /// Exact without ties; with them the mass above in the order of keys.
    public static func aboveRank(_ k: UInt64, of n: UInt64, confidence: Double) -> Interval {
        let tail = (1 - confidence) / 2
        let a = Double(k)
        let b = Double(n - k) + 1
        return Interval(
            SpecialFunctions.betaQuantile(tail, a, b),
            SpecialFunctions.betaUpperQuantile(tail, a, b))
    }

    /// A probability of which `hits` in `trials` were seen: Clopper and Pearson's interval, whose
    /// coverage is never below `confidence`. doi:10.1093/biomet/26.4.404
    public static func clopperPearson(
        hits: UInt64, trials: UInt64, confidence: Double
    ) -> Interval {
        let tail = (1 - confidence) / 2
        let h = Double(hits)
        let rest = Double(trials - hits)
        let lower = hits == 0 ? 0 : SpecialFunctions.betaQuantile(tail, h, rest + 1)
        let upper = hits == trials ? 1 : SpecialFunctions.betaUpperQuantile(tail, h + 1, rest)
        return Interval(lower, upper)
    }

    /// A probability p of which the m-th success came at trial T: P(T ≤ t) = P(Bin(t, p) ≥ m).
    public static func inverseSampling(
        successes: UInt64, trials: UInt64, confidence: Double
    ) -> Interval {
        let tail = (1 - confidence) / 2
        let m = Double(successes)
        let rest = Double(trials - successes)
        let lower = SpecialFunctions.betaQuantile(tail, m, rest + 1)
        let upper = rest == 0 ? 1 : SpecialFunctions.betaUpperQuantile(tail, m, rest)
        return Interval(lower, upper)
    }

    /// The least k whose tail mass interval has half a width of at most `relative` times k/n, for
    /// n = k/q. nil where `limit` samples do not do.
    public static func rank(
        relativePrecision relative: Double, quantile: Double, confidence: Double, limit: UInt64
    ) -> (kept: UInt64, samples: UInt64)? {
        func samples(_ k: UInt64) -> UInt64? {
            let n = (Double(k) / quantile).rounded(.down)
            return n <= Double(limit) ? max(k, UInt64(n)) : nil
        }
        func fits(_ k: UInt64) -> Bool {
            guard let n = samples(k) else { return true }
            let interval = aboveRank(k, of: n, confidence: confidence)
            return (interval.upper - interval.lower) / 2 <= relative * Double(k) / Double(n)
        }
        var high: UInt64 = 1
        while !fits(high) { high *= 2 }
        var low = high / 2
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if fits(middle) { high = middle } else { low = middle }
        }
        return samples(high).map { (high, $0) }
    }
}
