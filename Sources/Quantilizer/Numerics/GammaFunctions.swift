// SPDX-License-Identifier: Apache-2.0

extension SpecialFunctions {
    /// P(X ≤ x) of a Gamma(shape, 1), the regularised incomplete gamma function P(shape, x).
    ///
    /// Relative error in either tail below 1e-12 for shapes in [1e-2, 1e10], beside what one
    /// rounding of `x` makes.
    public static func gammaCDF(_ x: Double, _ shape: Double) -> Double {
        gammaTail(x, shape, .lower)
    }

    /// P(X > x) of a Gamma(shape, 1), Q(shape, x).
    public static func gammaUpperTail(_ x: Double, _ shape: Double) -> Double {
        gammaTail(x, shape, .upper)
    }

    /// The x with P(shape, x) = p, for p in [0, 1].
    public static func gammaQuantile(_ p: Double, _ shape: Double) -> Double {
        gammaQuantile(lower: p, upper: 1 - p, shape)
    }

    /// The x with Q(shape, x) = q, for q in [0, 1].
    public static func gammaUpperQuantile(_ q: Double, _ shape: Double) -> Double {
        gammaQuantile(lower: 1 - q, upper: q, shape)
    }

    private static func gammaTail(_ x: Double, _ shape: Double, _ tail: Tail) -> Double {
        guard x >= 0, let law = GammaLaw(shape) else { return .nan }
        if x == 0 || x == .infinity { return (x == 0) == (tail == .lower) ? 0 : 1 }
        let tails = law.logTails(x: x, log: Elementary.log(x))
        return Elementary.exp(tail == .lower ? tails.lower : tails.upper)
    }

    private static func gammaQuantile(lower p: Double, upper q: Double, _ a: Double) -> Double {
        guard p >= 0, q >= 0, let law = GammaLaw(a) else { return .nan }
        if p == 0 { return 0 }
        if q == 0 { return .infinity }
        let tail: Tail = p <= q ? .lower : .upper
        return Elementary.exp(law.logQuantile(tail, log: Elementary.log(min(p, q))))
    }
}

/// A Gamma(shape, 1) law.
///
/// Small shapes below their mode take the power series; the rest an integral in log x, in which
/// every gamma density is log-concave. The other tail is the complement.
///
/// **Source**: DLMF 8.2, the series 8.7.1.
struct GammaLaw: Sendable {
    let shape: Double
    private let logShape: Double
    /// −log Γ(shape) less Stirling's leading terms.
    private let correction: Double

    /// Nil unless the shape is positive and finite.
    init?(_ shape: Double) {
        guard shape > 0, shape < 1e290 else { return nil }
        self.shape = shape
        logShape = Elementary.log(shape)
        correction =
            0.5 * logShape - Elementary.halfLogTwoPi - Elementary.stirlingError(shape)
    }

    /// log of x^a e^-x / Γ(a): the density in log x.
    func logDensity(x: Double, log logX: Double) -> Double {
        let r = (x - shape) / shape
        let exponent =
            r > -0.5 && r < 1e3
            ? shape * Elementary.log1pMinus(r) : shape * (logX - logShape) - (x - shape)
        return exponent + correction
    }

    func logTails(x: Double, log logX: Double) -> LogTails {
        let density = logDensity(x: x, log: logX)
        if x >= shape + 1 || (shape >= 30 && x >= shape) {
            guard x < 1e300 else { return LogTails(upper: -.infinity) }
            let a = shape
            let factor = TailIntegral.value(rate: x - a, curvature: x) { s in
                (x - a) * s + x * Elementary.expm1Minus(s)
            }
            return LogTails(upper: density + Elementary.log(factor))
        }
        if shape >= 30 {
            let a = shape
            let factor = TailIntegral.value(rate: a - x, curvature: x) { s in
                (a - x) * s + x * Elementary.expm1Minus(-s)
            }
            return LogTails(lower: density + Elementary.log(factor))
        }
        var sum = 1.0
        var term = 1.0
        var n = shape
        for _ in 0..<2000 {
            n += 1
            term *= x / n
            sum += term
            if term < sum * 1e-17 { break }
        }
        return LogTails(lower: density + Elementary.log(sum / shape))
    }

    /// log of the point with that logarithm of a tail, by Newton's method: both tails are
    /// log-concave in log x, so that it converges from anywhere.
    func logQuantile(_ tail: Tail, log target: Double, from start: Double? = nil) -> Double {
        var u = start ?? logShape
        for _ in 0..<200 {
            let x = Elementary.exp(u)
            let tails = logTails(x: x, log: u)
            let value = tail == .lower ? tails.lower : tails.upper
            let slope = Elementary.exp(logDensity(x: x, log: u) - value)
            let miss = target - value
            let step = miss / slope
            guard step.isFinite else { break }
            // Upwards the tail falls doubly exponentially: no leaps there.
            u += tail == .lower ? step : min(-step, 2)
            // Converged, or at the resolution of u.
            if abs(miss) < 1e-9 || abs(step) < 4e-16 * max(1, abs(u)) { break }
        }
        return u
    }
}
