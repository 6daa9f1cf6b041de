// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The project's elementary functions of one number, and the differences that must not cancel.
///
/// **Determinism**: the kernels' definitions; none calls the platform's mathematics library.
enum Elementary {
    /// ½ ln 2π.
    static let halfLogTwoPi = 0.918938533204672741780329736406

    @inline(__always) static func log(_ x: Double) -> Double { qk_log_1(x) }
    @inline(__always) static func log1p(_ x: Double) -> Double { qk_log1p_1(x) }
    @inline(__always) static func exp(_ x: Double) -> Double { qk_exp_1(x) }
    @inline(__always) static func expm1(_ x: Double) -> Double { qk_expm1_1(x) }
    @inline(__always) static func erfc(_ x: Double) -> Double { qk_erfc_1(x) }
    @inline(__always) static func logGamma(_ x: Double) -> Double { qk_lgamma_1(x) }
    @inline(__always) static func tan(_ x: Double) -> Double { qk_tan_1(x) }
    @inline(__always) static func pow(_ x: Double, _ y: Double) -> Double { qk_pow_1(x, y) }
    @inline(__always) static func sinh(_ x: Double) -> Double { qk_sinh_1(x) }

    /// log(1 + x) − x, relatively accurate near 0.
    static func log1pMinus(_ x: Double) -> Double {
        guard abs(x) < 0.35 else { return log1p(x) - x }
        // log(1 + x) = 2 atanh s with s = x / (2 + x), and x = 2 s + s x.
        let s = x / (2 + x)
        let z = s * s
        var sum = 0.0
        var k = 27.0
        while k >= 3 {
            sum = sum * z + 1 / k
            k -= 2
        }
        return s * (2 * z * sum - x)
    }

    /// exp(x) − 1 − x, relatively accurate near 0.
    static func expm1Minus(_ x: Double) -> Double {
        guard abs(x) < 0.5 else { return expm1(x) - x }
        var sum = 1.0
        var k = 15.0
        while k >= 3 {
            sum = sum * (x / k) + 1
            k -= 1
        }
        return 0.5 * x * x * sum
    }

    /// log(1 − exp(x)) for x ≤ 0, accurate at both ends.
    static func log1mExp(_ x: Double) -> Double {
        x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x))
    }

    /// log Γ(x) − ((x − ½) log x − x + ½ log 2π): what Stirling's formula leaves, for x > 0.
    static func stirlingError(_ x: Double) -> Double {
        if x >= 10 {
            let y = 1 / x
            let z = y * y
            var sum = -0.029550653594771242
            for c in [
                0.006410256410256410, -0.0019175269175269176, 8.417508417508417e-4,
                -5.952380952380953e-4, 7.936507936507937e-4, -2.777777777777778e-3,
                0.08333333333333333,
            ] { sum = sum * z + c }
            return sum * y
        }
        return logGamma(x) - ((x - 0.5) * log(x) - x + halfLogTwoPi)
    }
}
