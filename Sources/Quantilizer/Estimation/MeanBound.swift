// SPDX-License-Identifier: Apache-2.0

/// Upper bounds of the mean of a law on the non-negative numbers, from independent samples of it.
public enum MeanBound {
    /// Chernoff's bound for samples in [0, limit]: it holds for every such law and every number of
    /// samples. The mean m̂ of n falls to x < m with probability at most exp(−n·KL(x, m)), of Bernoulli
    /// laws. Hoeffding 1963, theorem 1, doi:10.1080/01621459.1963.10500830.
    public static func chernoff(
        mean: Double, count: Double, limit: Double, confidence: Double
    ) -> Double {
        guard count > 0 else { return limit }
        let mean = min(1, max(0, mean / limit))
        let allowed = -Elementary.log(1 - confidence) / count
        func divergence(_ m: Double) -> Double {
            var sum = 0.0
            if mean > 0 { sum += mean * Elementary.log(mean / m) }
            if mean < 1 { sum += (1 - mean) * Elementary.log((1 - mean) / (1 - m)) }
            return sum
        }
        var low = mean
        var high = 1.0
        for _ in 0..<100 {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if divergence(middle) <= allowed { low = middle } else { high = middle }
        }
        return limit * high
    }

    /// The empirical Bernstein bound for samples in [0, limit], by their spread: it holds for every such
    /// law and every number of samples. Maurer and Pontil 2009, theorem 4, arXiv:0907.3740.
    public static func bernstein(
        mean: Double, deviation: Double, count: Double, limit: Double, confidence: Double
    ) -> Double {
        guard count > 1 else { return limit }
        let log = Elementary.log(2 / (1 - confidence))
        return min(
            limit,
            mean + deviation * (2 * log / count).squareRoot() + 7 * limit * log / (3 * (count - 1)))
    }

    /// ε: the upper bound of the L^s norm of (proxy − truth)₊ over pairs. `limit` is the most that a
    /// difference can be, nil where that is not known; then the bound trusts the spread that was seen
    /// (``KeptMean``).
    ///
    /// Pairs of which a number is missing or infinite are left out.
    ///
    /// - Throws: why there is none, and what to give.
    static func shortfall(
        proxy: [Double], truth: [Double], order: Int, limit: Double?, confidence: Double
    ) throws(ShortfallFailure) -> Double {
        var differences: [Double] = []
        for (proxy, truth) in zip(proxy, truth) {
            let difference = max(0, proxy - truth)
            guard difference.isFinite else { continue }
            if let limit, difference > limit {
                throw ShortfallFailure("a difference is above the `bound`: give a larger one")
            }
            differences.append(difference)
        }
        guard differences.count > 1 else {
            throw ShortfallFailure("fewer than two pairs are numbers: give more")
        }
        guard let most = limit ?? differences.max(), most > 0 else {
            throw ShortfallFailure(
                "the utility is never above the truth in \(differences.count) pairs, and nothing says "
                    + "by how much it could be: give the most as `bound`")
        }
        // In units of the largest, so that powers neither vanish nor overflow.
        let powers = differences.map { Tempering.power($0 / most, order) }
        let mean: Double
        if limit != nil {
            mean = chernoff(
                mean: powers.reduce(0, +) / Double(powers.count), count: Double(powers.count),
                limit: 1, confidence: confidence)
        } else {
            guard
                let interval = KeptMean(powers).interval(
                    .independent, confidence: 2 * confidence - 1)
            else {
                throw ShortfallFailure(
                    "\(powers.count) pairs that are alike, or fewer than \(KeptMean.fewest), bound "
                        + "nothing: give more, or the most that a difference can be as `bound`")
            }
            guard interval.upper.isFinite else {
                throw ShortfallFailure(
                    "the differences have so heavy a tail that their mean may not be known at all: give "
                        + "the most that a difference can be as `bound`")
            }
            mean = interval.upper
        }
        return most * (order == 1 ? mean : Elementary.pow(mean, 1 / Double(order)))
    }
}

/// Why ε cannot be bounded, with the remedy.
struct ShortfallFailure: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
