// SPDX-License-Identifier: Apache-2.0

/// The mean of one column over kept samples, and an interval for what it estimates.
///
/// The interval is Student's, widened on the side where the law is skewed by Hall's transformation,
/// and without an end on the side where the tail is so heavy that the variance may not exist
/// (``TailIndex``). There is none where fewer than ``fewest`` samples are kept, for a mean of so few
/// tells little of what it may miss, nor where all kept samples are alike.
///
/// Hall, *On the removal of skewness by transformation*, JRSS B 54 (1992),
/// doi:10.1111/j.2517-6161.1992.tb01876.x.
///
/// **Determinism**: a function of exact sums and of the far ends, so the same however they came.
public struct KeptMean: Sendable, Hashable {
    /// Finite values.
    public let count: UInt64
    /// Their mean.
    public let mean: Double
    /// The unit of the two below, as a power of two.
    let exponent: Int
    /// The variance with n − 1.
    let variance: Double
    /// The third central moment.
    let third: Double
    /// The largest and the smallest values, the farthest first.
    let head: [Double]
    let foot: [Double]

    /// Samples below which no interval is given.
    public static let fewest: UInt64 = 20

    init(_ top: TopMoments, centre: Double) {
        count = top.finite
        mean = top.mean
        head = top.head
        foot = top.foot
        let n = Double(top.finite)
        guard let last = top.powers.last, top.finite > 1 else {
            exponent = 0
            variance = top.finite == 1 ? 0 : .nan
            third = top.finite == 1 ? 0 : .nan
            return
        }
        exponent = last.exponent
        let shift = Deviation.of(top.mean, centre, in: last.exponent)
        let squares = last.squares.value
        variance = max(0, (squares - n * shift * shift) / (n - 1))
        third = last.cubes.value / n - 3 * shift * (squares / n) + 2 * shift * shift * shift
    }

    /// Of values in hand.
    init(_ values: [Double]) {
        var top = TopMoments()
        let centre = values.first { $0.isFinite } ?? 0
        for value in values { top.add(value, centre: centre) }
        self.init(top, centre: centre)
    }

    /// The standard deviation; 0 for one value, NaN for none.
    public var standardDeviation: Double { variance.squareRoot().timesPowerOfTwo(exponent) }

    /// How the samples came to be kept.
    enum Choice {
        /// Each by itself.
        case independent
        /// As the share `share` of all with the largest utilities; `edge` is the mean of the column
        /// at the threshold, which is estimated with it. Where the column is the utility, `isUtility`.
        case best(share: Double, edge: Double, isUtility: Bool)

        /// Whether nothing of the column lies below the threshold.
        var isBounded: Bool {
            if case .best(_, _, isUtility: true) = self { true } else { false }
        }
    }

    /// The tails that an interval of the mean may have no end for.
    struct Tails {
        /// The index of the upper one, of values beyond the threshold where all those are at hand.
        var upper: TailIndex?
        /// That of the lower one, where there may be one.
        var lower: TailIndex?
    }

    /// The tails of samples that came to be kept so. They are worked out anew at each call: ask once.
    func tails(_ choice: Choice) -> Tails {
        Tails(upper: upperTail(choice), lower: choice.isBounded ? nil : lowerTail())
    }

    private func upperTail(_ choice: Choice) -> TailIndex? {
        if choice.isBounded {
            return TailIndex(head, above: head.last ?? 0)
        }
        let half = min(Int(count / 2), head.count - 1)
        return half > 0 ? TailIndex(head[..<half], above: head[half]) : nil
    }

    private func lowerTail() -> TailIndex? {
        let half = min(Int(count / 2), foot.count - 1)
        return half > 0 ? TailIndex(foot[..<half].map { -$0 }, above: -foot[half]) : nil
    }

    /// An interval for the mean of the law that the samples stand for; nil where none can be given.
    ///
    /// Of the best share q the threshold t is itself estimated. With e = T − E[T | U = t] the estimate
    /// varies as the mean of e·1{U ≥ t}/q over all samples does, so its variance is
    /// (Var[e] + (1 − q)·E[e]²)/k over k kept, and its third moment that of e·1{U ≥ t}. Trindade,
    /// Uryasev, Shapiro and Zrazhevsky 2007, Journal of Banking & Finance 31(11), 3524-3538.
    ///
    /// - Parameters:
    ///   - ofMeans: the values are themselves means over many samples, of which there are too few to
    ///     tell a heavy tail from chance: both ends are given.
    ///   - tails: what ``tails(_:)`` said, where it was asked already.
    func interval(
        _ choice: Choice, confidence: Double, fewest: UInt64 = Self.fewest,
        ofMeans: Bool = false, tails: Tails? = nil
    ) -> Interval? {
        guard count >= fewest, mean.isFinite, variance.isFinite, third.isFinite else { return nil }
        let k = Double(count)
        var spread = variance
        var skew = third
        if case .best(let share, let edge, _) = choice {
            guard edge.isFinite else { return nil }
            let gap = Deviation.of(mean, edge, in: exponent)
            let square = variance + gap * gap
            let cube = third + 3 * variance * gap + gap * gap * gap
            spread = variance + (1 - share) * gap * gap
            skew = cube - 3 * share * gap * square + 2 * share * share * gap * gap * gap
        }
        guard spread > 0 else { return nil }
        let t = SpecialFunctions.studentUpperQuantile((1 - confidence) / 2, k - 1)
        let a = skew / (spread * spread.squareRoot()) / k.squareRoot()
        let error = (spread / k).squareRoot()
        let down = (error * max(t, Self.hall(a, t))).timesPowerOfTwo(exponent)
        let up = (error * max(t, -Self.hall(a, -t))).timesPowerOfTwo(exponent)
        let tails = ofMeans ? Tails() : tails ?? self.tails(choice)
        let hasLower = tails.lower?.isTooHeavy != true
        let hasUpper = tails.upper?.isTooHeavy != true
        return Interval(
            hasLower ? mean - down : -.infinity, hasUpper ? mean + up : .infinity)
    }

    /// The inverse of Hall's transformation t + a t²/3 + a² t³/27 + a/6 at a quantile of Student's law.
    private static func hall(_ a: Double, _ quantile: Double) -> Double {
        guard a.magnitude > 1e-6 else { return quantile }
        let cube = 1 + a * (quantile - a / 6)
        let root = Elementary.pow(cube.magnitude, 1.0 / 3)
        return 3 / a * ((cube < 0 ? -root : root) - 1)
    }
}

extension KeptMean.Tails {
    /// The tail that an interval of the mean may be too short for: the heavier one, where the limit of its index
    /// allows that there is no variance. nil where none does.
    ///
    /// The interval itself has no end only where the index is a standard error from there: a tail without a
    /// variance looks light in a few samples, and more often than an interval may miss.
    func doubtful(confidence: Double) -> TailIndex? {
        [upper, lower].compactMap { $0 }.filter { $0.mayBeTooHeavy(confidence: confidence) }
            .max { $0.value + $0.error < $1.value + $1.error }
    }
}

extension TopMoments {
    /// The standard deviation of the finite values with n − 1; 0 for one value, NaN for none.
    func standardDeviation(centre: Double) -> Double {
        KeptMean(self, centre: centre).standardDeviation
    }
}
