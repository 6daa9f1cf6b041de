// SPDX-License-Identifier: Apache-2.0

/// Upper bounds of the mean of a law on the non-negative numbers, from independent samples of it.
public enum MeanBound {
    /// Student's bound: asymptotic, it trusts the spread that was seen.
    public static func student(_ samples: [Double], confidence: Double) -> Double {
        let n = Double(samples.count)
        guard n > 1 else { return .infinity }
        let mean = samples.reduce(0, +) / n
        let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let t = SpecialFunctions.studentUpperQuantile(1 - confidence, n - 1)
        return mean + t * (squares / (n - 1) / n).squareRoot()
    }

    /// Chernoff's bound for samples in [0, limit]: it holds for every such law and every number of
    /// samples. The mean m̂ of n falls to x < m with probability at most exp(−n·KL(x, m)), of Bernoulli
    /// laws. Hoeffding 1963, theorem 1, doi:10.1080/01621459.1963.10500830.
    public static func chernoff(
        _ samples: [Double], limit: Double, confidence: Double
    ) -> Double {
        let n = Double(samples.count)
        guard n > 0 else { return limit }
        let mean = min(1, max(0, samples.reduce(0, +) / n / limit))
        let allowed = -Elementary.log(1 - confidence) / n
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

    /// ε: the upper bound of the L^s norm of (proxy − truth)₊ over pairs. `limit` is the most that a
    /// difference can be, nil where that is not known.
    ///
    /// Pairs of which a number is missing or infinite are left out. Nil where a difference is above
    /// the limit, or no pair is left.
    static func shortfall(
        proxy: [Double], truth: [Double], order: Int, limit: Double?, confidence: Double
    ) -> Double? {
        var differences: [Double] = []
        for (proxy, truth) in zip(proxy, truth) {
            let difference = max(0, proxy - truth)
            guard difference.isFinite else { continue }
            if let limit, difference > limit { return nil }
            differences.append(Tempering.power(difference, order))
        }
        guard differences.count > 1 else { return nil }
        let mean =
            limit.map {
                chernoff(
                    differences, limit: Tempering.power($0, order), confidence: confidence)
            } ?? student(differences, confidence: confidence)
        return order == 1 ? mean : Elementary.pow(mean, 1 / Double(order))
    }
}
