// SPDX-License-Identifier: Apache-2.0

/// An upper confidence limit of the mean of a function that is never negative, from all its samples.
public struct MeanLimit: Sendable, Hashable {
    /// The limit.
    public var value: Double
    /// Whether it holds at its confidence for every law of the function's values; else it trusts the
    /// spread that was seen, and is an estimate.
    public var isProved: Bool

    /// The limit; nil where the samples say nothing of it: none is finite, or all are 0 and nothing
    /// limits what was not seen.
    ///
    /// Of values that can only be 0 or 1 it is Clopper and Pearson's; of values up to a known most the
    /// lesser of Chernoff's (Hoeffding 1963, theorem 1) and the empirical Bernstein bound (Maurer and
    /// Pontil 2009, theorem 4, arXiv:0907.3740), each with half the error. Of others it is that of a gamma
    /// law whose mean and variance are the samples', which for counts of a rare event is
    /// the exact one: Fay and Feuer 1997, doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#.
    init?(_ moments: Moments, centre: Double, range: ValueRange?, confidence: Double) {
        guard moments.finite > 0, moments.negative == 0 else { return nil }
        let mean = moments.mean(centre: centre)
        let deviation = moments.standardDeviation
        let n = Double(moments.finite)
        let error = 1 - confidence
        if let range, range.isBinary {
            let hits = min(moments.finite, UInt64(max(0, (mean * n).rounded())))
            isProved = true
            value =
                hits == moments.finite
                ? 1
                : SpecialFunctions.betaUpperQuantile(
                    error, Double(hits) + 1, n - Double(hits))
        } else if let range, range.upper.isFinite, range.upper > 0 {
            let half = 1 - error / 2
            let chernoff = MeanBound.chernoff(
                mean: mean, count: n, limit: range.upper, confidence: half)
            isProved = true
            value = min(
                chernoff,
                MeanBound.bernstein(
                    mean: mean, deviation: deviation, count: n, limit: range.upper,
                    confidence: half))
        } else {
            guard mean > 0, mean.isFinite, deviation.isFinite else { return nil }
            isProved = false
            let ratio = deviation / mean
            let shape = ratio > 0 ? n / (ratio * ratio) : .infinity
            // A law of so many is normal.
            value =
                shape < 1e9
                ? mean * (SpecialFunctions.gammaUpperQuantile(error, shape + 1) / shape)
                : mean + SpecialFunctions.normalUpperQuantile(error) * (deviation / n.squareRoot())
        }
    }
}
