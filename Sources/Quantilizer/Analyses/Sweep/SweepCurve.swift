// SPDX-License-Identifier: Apache-2.0

/// The mean of one function over the top q, at every swept q, with its error.
struct SweepCurve {
    /// Samples in all.
    var samples: Double
    /// Samples kept, ascending.
    var kept: [Double]
    /// Those kept.
    var means: [KeptMean]
    /// The mean over all samples.
    var base: Double
    /// Where the function is the utility itself, the thresholds, or the lower ends of their intervals
    /// where others have a threshold's utility.
    var thresholds: [Double]?

    /// The mean over those kept.
    var top: [Double] { means.map(\.mean) }

    /// The interval of the mean above the base's quantile.
    ///
    /// With T the function and t the quantile it needs E[T | U = t]. For the utility that is t; for others
    /// it is taken from the samples between this quantile and its neighbours, whichever is farther.
    func interval(_ number: Int, confidence: Double) -> Interval? {
        guard means[number].mean.isFinite, let edge = edge(number) else { return nil }
        return means[number].interval(
            .best(share: kept[number] / samples, edge: edge, isUtility: thresholds != nil),
            confidence: confidence)
    }

    private func edge(_ number: Int) -> Double? {
        if let thresholds { return thresholds[number] }
        let own = means[number].mean
        var edges: [Double] = []
        if number > 0, kept[number] > kept[number - 1] {
            edges.append(between(kept[number - 1], means[number - 1].mean, kept[number], own))
        }
        let next =
            number + 1 < kept.count
            ? (kept[number + 1], means[number + 1].mean) : (samples, base)
        if next.0 > kept[number] { edges.append(between(kept[number], own, next.0, next.1)) }
        return edges.max { (own - $0).magnitude < (own - $1).magnitude } ?? own
    }

    /// The mean over the samples between two ranks.
    private func between(_ a: Double, _ meanA: Double, _ b: Double, _ meanB: Double) -> Double {
        meanB + a / (b - a) * (meanB - meanA)
    }

    /// Steps between two swept quantiles.
    private static let steps = 32

    /// The mean under the best of n, nil where the sweep does not go far enough beyond 1/n to tell.
    ///
    /// The best of n is a mixture of quantilizers: n(1 − v)^(n−1) = ∫ₛ≥ᵥ w(s)/s ds with
    /// w(s) = n(n − 1) s (1 − s)^(n−2), the Beta(2, n − 1) density. So its mean is the swept curve's
    /// under that density, the curve taken as parabolas in log s between swept quantiles.
    func bestOf(_ n: Double, at number: Int) -> Double? {
        guard n >= 2 else { return base }
        guard kept[0] * n <= 0.1 * samples, top.allSatisfy(\.isFinite), base.isFinite else {
            return nil
        }
        var shares = kept.map { $0 / samples }
        var means = top
        if let last = shares.last, last < 1 {
            shares.append(1)
            means.append(base)
        }
        let logs = shares.map { Elementary.log($0) }
        var mass = 0.0
        var sum = 0.0
        for cell in 1..<max(1, shares.count) {
            let width = (logs[cell] - logs[cell - 1]) / Double(Self.steps)
            let third = cell >= 2 ? cell - 2 : min(cell + 1, shares.count - 1)
            for step in 0..<Self.steps {
                let part = (Double(step) + 0.5) / Double(Self.steps)
                let y = logs[cell - 1] + part * (logs[cell] - logs[cell - 1])
                let s = Elementary.exp(y)
                // The density times ds = s dy.
                let weight =
                    n * (n - 1) * s * s * Elementary.exp((n - 2) * Elementary.log1p(-s)) * width
                mass += weight
                var mean = means[cell - 1] + part * (means[cell] - means[cell - 1])
                if third != cell {
                    // The parabola through a third point.
                    let left = (means[third] - means[cell - 1]) / (logs[third] - logs[cell - 1])
                    let right = (means[cell] - means[cell - 1]) / (logs[cell] - logs[cell - 1])
                    let bend = (right - left) / (logs[cell] - logs[third])
                    mean += bend * (y - logs[cell - 1]) * (y - logs[cell])
                }
                sum += weight * mean
            }
        }
        // What lies below the smallest quantile has its mean.
        return sum + max(0, 1 - mass) * means[0]
    }
}
