// SPDX-License-Identifier: Apache-2.0

/// The interval of a mass from the weights of independent islands, each unbiased for it.
///
/// Student's on the logarithm, from the spread of the weights. Three things keep it from being too short:
/// the spread is at least that of independent particles, so that islands which agree by chance leave some;
/// the upper end goes farther by half the square of the coefficient of variation, since weights are skewed
/// like lognormal ones, of whose mean's logarithm the variance grows so (Zhou and Gao, *Statistics in
/// Medicine* 16, 1997, page 783, on Cox's interval);
/// and chance may take only a part of the error probability, the rest is for modes that few islands hold.
struct IslandMass {
    var weights: [Double]
    /// The least coefficient of variation that a weight can have.
    var leastVariation: Double
    /// The part of the error probability that is chance's.
    var chanceShare: Double

    /// Chance's part in an estimate. Counted over problems with known answers (docs/truth.md): with two fifths
    /// 1 to 2 % fewer held; with a fifth 1.1 % missed without a warning, where 1 % is the aim.
    static let chanceOfEstimates = 0.125

    var mean: Double { weights.reduce(0, +) / Double(weights.count) }

    /// The interval; [0, 1] of a single island, or where no weight is positive.
    func interval(confidence: Double) -> Interval {
        let count = Double(weights.count)
        let mean = mean
        guard count > 1, mean > 0 else { return Interval(0, 1) }
        let one = max(leastVariation, SplittingCalibration.variation(of: weights))
        let t = SpecialFunctions.studentUpperQuantile(
            (1 - confidence) * chanceShare / 2, count - 1)
        let variation = one / count.squareRoot()
        let lower = LogInterval.of(mean, variation: variation, times: t).lower
        let upper = LogInterval.of(
            mean, variation: variation, times: t * (1 + one * one / 2)
        ).upper
        return Interval(lower, upper)
    }
}
