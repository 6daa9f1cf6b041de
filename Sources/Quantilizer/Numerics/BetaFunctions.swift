// SPDX-License-Identifier: Apache-2.0

extension SpecialFunctions {
    /// P(X ≤ x) of a Beta(a, b), the regularised incomplete beta function I_x(a, b).
    ///
    /// Relative error in either tail below 1e-12 for a, b in [1e-2, 1e10], beside what one rounding
    /// of `x` makes.
    public static func betaCDF(_ x: Double, _ a: Double, _ b: Double) -> Double {
        betaTail(x, a, b, .lower)
    }

    /// P(X > x) of a Beta(a, b), 1 − I_x(a, b).
    public static func betaUpperTail(_ x: Double, _ a: Double, _ b: Double) -> Double {
        betaTail(x, a, b, .upper)
    }

    /// The x with I_x(a, b) = p, for p in [0, 1].
    public static func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
        betaQuantile(lower: p, upper: 1 - p, a, b)
    }

    /// The x with 1 − I_x(a, b) = q, for q in [0, 1].
    public static func betaUpperQuantile(_ q: Double, _ a: Double, _ b: Double) -> Double {
        betaQuantile(lower: 1 - q, upper: q, a, b)
    }

    /// P(X ≤ k) of a Binomial(trials, probability).
    public static func binomialCDF(_ k: Int, trials: Int, probability: Double) -> Double {
        guard trials >= 0, probability >= 0, probability <= 1 else { return .nan }
        if k < 0 { return 0 }
        if k >= trials { return 1 }
        return betaUpperTail(probability, Double(k) + 1, Double(trials - k))
    }

    /// P(X ≥ k) of a Binomial(trials, probability).
    public static func binomialUpperTail(_ k: Int, trials: Int, probability: Double) -> Double {
        guard trials >= 0, probability >= 0, probability <= 1 else { return .nan }
        if k <= 0 { return 1 }
        if k > trials { return 0 }
        return betaCDF(probability, Double(k), Double(trials - k) + 1)
    }

    private static func betaTail(_ x: Double, _ a: Double, _ b: Double, _ tail: Tail) -> Double {
        guard x >= 0, x <= 1, let law = BetaLaw(a, b) else { return .nan }
        if x == 0 || x == 1 { return (x == 0) == (tail == .lower) ? 0 : 1 }
        let tails = law.logTails(BetaPoint(x: x))
        return Elementary.exp(tail == .lower ? tails.lower : tails.upper)
    }

    private static func betaQuantile(
        lower p: Double, upper q: Double, _ a: Double, _ b: Double
    ) -> Double {
        guard p >= 0, q >= 0, let law = BetaLaw(a, b) else { return .nan }
        if p == 0 { return 0 }
        if q == 0 { return 1 }
        return BetaPoint(logit: law.logitQuantile(lower: p, upper: q)).x
    }
}

/// A point of (0, 1) with its distance from 1 and the logarithms of both.
struct BetaPoint {
    var x: Double
    var y: Double
    var logX: Double
    var logY: Double
    /// What 1 − x lost when it was rounded to y.
    var lost = 0.0

    init(x: Double) {
        self.init(x: x, y: 1 - x)
        lost = (1 - y) - x
    }

    /// x + y = 1, each as accurate as can be.
    init(x: Double, y: Double) {
        self.x = x
        self.y = y
        logX = x < 0.5 ? Elementary.log(x) : Elementary.log1p(-y)
        logY = y < 0.5 ? Elementary.log(y) : Elementary.log1p(-x)
    }

    /// log(x / y) = u.
    init(logit u: Double) {
        let e = Elementary.exp(-abs(u))
        let near = e / (1 + e)
        let logFar = -Elementary.log1p(e)
        let far = 1 / (1 + e)
        x = u < 0 ? near : far
        y = u < 0 ? far : near
        logX = u < 0 ? u + logFar : logFar
        logY = u < 0 ? logFar : logFar - u
    }

    var swapped: BetaPoint {
        var copy = self
        swap(&copy.x, &copy.y)
        swap(&copy.logX, &copy.logY)
        return copy
    }
}

/// A Beta(a, b) law.
///
/// The tail towards the nearer end comes from a continued fraction where that end's parameter is
/// small; else from an integral in log-odds, in which every beta density is log-concave. The other
/// tail is its complement.
///
/// **Source**: DLMF 8.17, the continued fraction 8.17.22 by Lentz's algorithm,
/// doi:10.1364/AO.15.000668.
struct BetaLaw: Sendable {
    let a: Double
    let b: Double
    /// −log B(a, b) less Stirling's leading terms.
    private let correction: Double
    private let logMean: Double
    private let logRest: Double

    /// Nil unless both parameters are positive and finite.
    init?(_ a: Double, _ b: Double) {
        guard a > 0, b > 0, a < 1e290, b < 1e290 else { return nil }
        self.a = a
        self.b = b
        correction =
            Elementary.stirlingError(a + b) - Elementary.stirlingError(a)
            - Elementary.stirlingError(b)
            + 0.5 * Elementary.log(a) + 0.5 * Elementary.log(b / (a + b)) - Elementary.halfLogTwoPi
        let mean = BetaPoint(x: a / (a + b), y: b / (a + b))
        logMean = mean.logX
        logRest = mean.logY
    }

    /// The mode in log-odds.
    var centre: Double { logMean - logRest }

    /// log of x^a y^b / B(a, b): the density in log-odds.
    func logDensity(_ at: BetaPoint) -> Double {
        let d = offset(at)
        return part(a, d, at.logX - logMean) + part(b, -d, at.logY - logRest) + correction
    }

    /// b x − a y = n x − a with little cancellation.
    private func offset(_ at: BetaPoint) -> Double {
        let product = a * at.y
        let rest = (-product).addingProduct(a, at.y) + a * at.lost
        return (-product).addingProduct(b, at.x) - rest
    }

    /// a log(1 + d / a) − d.
    private func part(_ a: Double, _ d: Double, _ logRatio: Double) -> Double {
        let r = d / a
        return r > -0.5 && r < 1e3 ? a * Elementary.log1pMinus(r) : a * logRatio - d
    }

    func logTails(_ at: BetaPoint) -> LogTails {
        let turned = at.x > (a + 1) / (a + b + 2)
        let near = turned ? b : a
        let far = turned ? a : b
        let point = turned ? at.swapped : at
        let factor =
            near < 30
            ? fraction(near, far, point.x) / near : integral(near, far, point, offset(at), turned)
        let tails = LogTails(lower: logDensity(at) + Elementary.log(factor))
        return turned ? tails.swapped : tails
    }

    /// I_x(p, q) over x^p y^q / (p B(p, q)), by Lentz's algorithm.
    private func fraction(_ p: Double, _ q: Double, _ x: Double) -> Double {
        func safe(_ v: Double) -> Double { abs(v) < 1e-290 ? 1e-290 : v }
        var c = 1.0
        var d = 1 / safe(1 - (p + q) * x / (p + 1))
        var h = d
        for m in 1...2000 {
            let k = Double(m)
            let even = k * (q - k) * x / ((p + 2 * k - 1) * (p + 2 * k))
            d = 1 / safe(1 + even * d)
            c = safe(1 + even / c)
            h *= d * c
            let odd = -(p + k) * (p + q + k) * x / ((p + 2 * k) * (p + 2 * k + 1))
            d = 1 / safe(1 + odd * d)
            c = safe(1 + odd / c)
            let step = d * c
            h *= step
            if abs(step - 1) < 1e-16 { break }
        }
        return h
    }

    /// I_x(p, q) over x^p y^q / B(p, q): the integral over log-odds below x.
    private func integral(
        _ p: Double, _ q: Double, _ at: BetaPoint, _ offset: Double, _ turned: Bool
    ) -> Double {
        let n = p + q
        let rate = turned ? offset : -offset  // p − n x
        let (x, y) = (at.x, at.y)
        return TailIntegral.value(rate: rate, curvature: n * x * y) { s in
            // log of the odds' weight: log(y + x e^-s) + x s, by whichever form does not cancel.
            let psi =
                x < 0.5
                ? Elementary.log1pMinus(x * Elementary.expm1(-s)) + x * Elementary.expm1Minus(-s)
                : Elementary.log1pMinus(y * Elementary.expm1(s)) + y * Elementary.expm1Minus(s)
            return rate * s + n * psi
        }
    }

    /// log-odds of the quantile, given both tails (each in (0, 1), summing to 1).
    func logitQuantile(lower p: Double, upper q: Double) -> Double {
        logitQuantile(
            p <= q ? .lower : .upper, log: Elementary.log(min(p, q)), from: centre)
    }

    /// log-odds of the point with that logarithm of a tail.
    ///
    /// Both tails are log-concave in log-odds, so that Newton's method on the logarithm converges
    /// from anywhere.
    func logitQuantile(_ tail: Tail, log target: Double, from start: Double) -> Double {
        var u = start
        for _ in 0..<200 {
            let at = BetaPoint(logit: u)
            let tails = logTails(at)
            let value = tail == .lower ? tails.lower : tails.upper
            let slope = Elementary.exp(logDensity(at) - value)
            let miss = target - value
            let step = miss / slope
            guard step.isFinite else { break }
            u += tail == .lower ? step : -step
            // Converged, or at the resolution of u.
            if abs(miss) < 1e-9 || abs(step) < 4e-16 * max(1, abs(u)) { break }
        }
        return u
    }
}
