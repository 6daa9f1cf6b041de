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

    /// The mass above a threshold that is the k-th best of n samples, whichever side of the samples that
    /// lie at it is meant: an interval of both P(U > t) and P(U ≥ t).
    ///
    /// Two limits of Clopper and Pearson, of the samples strictly above and of those at it or above; where
    /// the threshold stands alone that of ``aboveRank(_:of:confidence:)``.
    static func aboveRank(
        _ k: UInt64, ties: Ties, of n: UInt64, confidence: Double
    ) -> Interval {
        guard ties.count > 1 else { return aboveRank(k, of: n, confidence: confidence) }
        let strictly = ties.strictlyAbove(k)
        let reached = min(n, ties.reached(k))
        return Interval(
            clopperPearson(hits: strictly, trials: n, confidence: confidence).lower,
            clopperPearson(hits: reached, trials: n, confidence: confidence).upper)
    }

    /// The same of an interval of the mass that is kept: above the threshold, and of the samples that lie
    /// at it those whose label is not below its own. As labels are uniform, `tied` of the mass is that
    /// share of all that lies there.
    ///
    /// - Parameter hits: kept samples that lie at the threshold, of so many kept: how well `tied` is known.
    static func bothSides(
        of interval: Interval, mass: Double, tied: Double, hits: UInt64, kept: UInt64,
        threshold: Key, confidence: Double
    ) -> Interval {
        guard tied > 0, mass > 0, hits > 0 else { return interval }
        let most = clopperPearson(hits: min(hits, kept), trials: kept, confidence: confidence).upper
        let share = min(1, tied / mass * most * Double(kept) / Double(hits))
        let label = 1 - Double(threshold.label) * 0x1p-64
        let below = label > 0 ? share * (1 / label - 1) : .infinity
        return Interval(interval.lower * (1 - share), min(1, interval.upper * (1 + below)))
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
    /// Haldane 1945, doi:10.1093/biomet/33.3.222.
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

/// Samples that lie at the threshold of a rank; with one alone there are no ties.
struct Ties: Sendable, Hashable {
    /// How many lie there.
    var count: UInt64
    /// How many of them are among the k best, by their labels; nil where that is not known.
    var kept: UInt64?

    static let none = Ties(count: 0, kept: nil)

    /// Of the k best, those above the threshold: at least so many.
    func strictlyAbove(_ k: UInt64) -> UInt64 { k - min(k, kept ?? count) }

    /// Samples at the threshold or above it, at most.
    func reached(_ k: UInt64) -> UInt64 { k + count - min(count, kept ?? min(count, 1)) }
}
