// SPDX-License-Identifier: Apache-2.0

/// What weighed samples say of the mass at or above a level: the estimate and how far to trust it.
struct WeighedTail: Sendable {
    /// Samples drawn.
    let count: Int
    /// Those at or above the level.
    let hits: Int
    private let sum: Double
    private let squares: Double
    private let largest: Double
    private let weights: [Double]
    private let bound: Double

    /// Of `samples`, all at or above the level, out of `count` drawn; no weight is above `bound`.
    init(_ samples: some Collection<WeighedSample>, of count: Int, bound: Double) {
        self.count = count
        self.bound = bound
        hits = samples.count
        var sum = 0.0
        var squares = 0.0
        var largest = 0.0
        for sample in samples {
            sum += sample.weight
            squares += sample.weight * sample.weight
            largest = max(largest, sample.weight)
        }
        self.sum = sum
        self.squares = squares
        self.largest = largest
        weights = samples.map(\.weight)
    }

    /// (1/N) Σ weights: unbiased for the mass where the level was fixed before.
    var mass: Double { sum / Double(count) }

    /// Samples of equal weight that would say as much: (Σw)²/Σw².
    var effective: Double { squares > 0 ? sum / squares * sum : 0 }

    /// The share of the heaviest sample.
    var largestShare: Double { sum > 0 ? largest / sum : 0 }

    /// Coefficient of variation of the estimate.
    var variation: Double {
        guard sum > 0 else { return .infinity }
        let n = Double(count)
        return max(0, (n / effective - 1) / max(1, n - 1)).squareRoot()
    }

    /// An interval of the mass.
    ///
    /// By Student's law on the logarithm, with as many degrees of freedom as there are effective
    /// samples: asymptotic, since the weights' spread is itself estimated. Where chance leaves no spread an
    /// exact bound takes over: without a hit at most 1/α times the proposal's mass there, with weights that
    /// are all alike those of a count, and above 1 Chernoff's lower bound of numbers in [0, 1/α].
    func interval(confidence: Double) -> Interval {
        let counted = TailMass.clopperPearson(
            hits: UInt64(hits), trials: UInt64(count), confidence: confidence)
        guard hits > 0, sum > 0 else { return Interval(0, min(1, counted.upper * bound)) }
        let degrees = max(1, effective - 1)
        let t = SpecialFunctions.studentUpperQuantile((1 - confidence) / 2, degrees)
        let spread = LogInterval.of(mass, variation: variation, times: t)
        if weights.allSatisfy({ abs($0 - largest) <= 1e-9 * largest }) {
            return Interval(
                min(spread.lower, counted.lower * largest),
                min(1, max(spread.upper, counted.upper * largest)))
        }
        guard spread.lower >= 1 else { return spread }
        let rest =
            weights.map { bound - $0 } + [Double](repeating: bound, count: count - hits)
        let most = MeanBound.chernoff(
            mean: rest.reduce(0, +) / Double(count), count: Double(count), limit: bound,
            confidence: 1 - (1 - confidence) / 2)
        return Interval(min(1, max(0, bound - most)), 1)
    }

    /// Shape of the generalised Pareto law that the largest weights follow; NaN for fewer than 25.
    var paretoShape: Double { ParetoTail.shape(of: weights) }

    /// The shape up to which weights of so many samples can be relied on.
    var paretoLimit: Double {
        hits > 1 ? min(1 - Elementary.log(10) / Elementary.log(Double(hits)), 0.7) : 0
    }
}

/// The shape k̂ of the tail of positive numbers: at k ≥ ½ their variance is infinite, at k ≥ 1 their mean.
///
/// Zhang and Stephens 2009, doi:10.1198/tech.2009.08017, with the prior of Vehtari, Simpson,
/// Gelman, Yao, Gabry 2024, arXiv:1507.02646.
enum ParetoTail {
    static func shape(of values: [Double]) -> Double {
        let positive = values.filter { $0 > 0 }
        let n = Double(positive.count)
        let tail = Int(min(0.2 * n, 3 * n.squareRoot()).rounded(.up))
        guard positive.count >= 25, tail >= 5 else { return .nan }
        let sorted = positive.sorted()
        let cut = sorted[sorted.count - tail - 1]
        let excess = sorted.suffix(tail).map { $0 - cut }
        // All alike: no tail.
        guard let largest = excess.last, largest > 1e-12 * cut else { return -.infinity }
        let m = Double(tail)
        let quartile = max(excess[max(0, Int(m / 4 + 0.5) - 1)], 1e-12 * largest)
        let grid = 30 + Int(m.squareRoot())
        var thetas: [Double] = []
        var profile: [Double] = []
        for j in 1...grid {
            let theta =
                1 / largest
                + (1 - (Double(grid) / (Double(j) - 0.5)).squareRoot()) / (3 * quartile)
            let k = excess.reduce(0) { $0 + Elementary.log1p(-theta * $1) } / m
            thetas.append(theta)
            profile.append(m * (Elementary.log(-theta / k) - k - 1))
        }
        let best = profile.filter { !$0.isNaN }.max() ?? 0
        var total = 0.0
        var mean = 0.0
        for (theta, log) in zip(thetas, profile) where !log.isNaN {
            let weight = Elementary.exp(log - best)
            total += weight
            mean += weight * theta
        }
        guard total > 0 else { return .nan }
        let theta = mean / total
        let k = excess.reduce(0) { $0 + Elementary.log1p(-theta * $1) } / m
        // Drawn towards ½ where the tail is short.
        return (m * k + 10 * 0.5) / (m + 10)
    }
}
