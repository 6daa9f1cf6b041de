// SPDX-License-Identifier: Apache-2.0

/// A mean by weights that are themselves random: Σ V_i / Σ W_i over independent units i, each with a
/// weight W_i and a weighted sum V_i of what is averaged.
///
/// The interval is Student's by linearisation: the ratio m varies as Σ(V_i − m W_i)/Σ W_i does.
/// Asymptotic in the number of units. Cochran, *Sampling Techniques*, 1977, section 6.4.
struct WeightedMean: Sendable {
    private var weights: [Double] = []
    private var sums: [Double] = []

    /// A unit without weight counts too: it might have had some.
    mutating func add(weight: Double, sum: Double) {
        weights.append(weight)
        sums.append(sum)
    }

    /// The mean; NaN without weight.
    var mean: Double {
        let total = weights.reduce(0, +)
        return total > 0 ? sums.reduce(0, +) / total : .nan
    }

    /// The interval, for `units` units of which those without weight need not have been added, and so
    /// many degrees of freedom; infinite where there are too few to say.
    func interval(confidence: Double, units: Double, degrees: Double) -> Interval {
        let mean = mean
        let total = weights.reduce(0, +)
        guard mean.isFinite, degrees >= 1, units > 1 else {
            return Interval(-.infinity, .infinity)
        }
        let rests = zip(weights, sums).map { ($1 - mean * $0) / total }
        // In units of the largest, whose square may not be a number of ordinary size.
        let largest = rests.reduce(0) { max($0, $1.magnitude) }
        let unit =
            (0x1p-300...0x1p300).contains(largest) || largest == 0 || !largest.isFinite
            ? 0 : Int(largest.exponent)
        let squares = rests.reduce(0) {
            let rest = $1.timesPowerOfTwo(-unit)
            return $0 + rest * rest
        }
        let error = (squares * units / (units - 1)).squareRoot().timesPowerOfTwo(unit)
        let half =
            SpecialFunctions.studentUpperQuantile((1 - confidence) / 2, degrees) * error
        guard half.isFinite else { return Interval(-.infinity, .infinity) }
        return Interval(mean - half, mean + half)
    }
}
