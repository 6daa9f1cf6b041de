// SPDX-License-Identifier: Apache-2.0

import CKernels

/// The project's own mathematical functions: on numbers here, on columns in its extensions.
///
/// They are not the system's: only + − × ÷ √, fma and integers are used.
/// **Determinism**: the same bits on every machine, instruction set and compiler, one by one or by
/// columns. Special cases follow C's Annex F; NaN results are NaN of no particular payload.
/// The errors named are in units of the last place, the worst the tests allow.
public enum Kernels {
    /// e to the power x; at most 1 ulp.
    public static func exp(_ x: Double) -> Double { qk_exp_1(x) }
    /// 2 to the power x; at most 0.8 ulp.
    public static func exp2(_ x: Double) -> Double { qk_exp2_1(x) }
    /// e to the power x, minus 1; at most 1 ulp.
    public static func expm1(_ x: Double) -> Double { qk_expm1_1(x) }
    /// Natural logarithm; at most 1 ulp.
    public static func log(_ x: Double) -> Double { qk_log_1(x) }
    /// log(1 + x); at most 0.9 ulp.
    public static func log1p(_ x: Double) -> Double { qk_log1p_1(x) }
    /// Binary logarithm; at most 0.51 ulp.
    public static func log2(_ x: Double) -> Double { qk_log2_1(x) }
    /// Decimal logarithm; at most 0.51 ulp.
    public static func log10(_ x: Double) -> Double { qk_log10_1(x) }
    /// Sine of an angle in radians; at most 0.8 ulp.
    public static func sin(_ x: Double) -> Double { qk_sin_1(x) }
    /// Cosine of an angle in radians; at most 0.8 ulp.
    public static func cos(_ x: Double) -> Double { qk_cos_1(x) }
    /// Tangent of an angle in radians; at most 2 ulp.
    public static func tan(_ x: Double) -> Double { qk_tan_1(x) }
    /// Inverse sine; at most 0.8 ulp.
    public static func asin(_ x: Double) -> Double { qk_asin_1(x) }
    /// Inverse cosine; at most 0.8 ulp.
    public static func acos(_ x: Double) -> Double { qk_acos_1(x) }
    /// Inverse tangent; at most 0.8 ulp.
    public static func atan(_ x: Double) -> Double { qk_atan_1(x) }
    /// Hyperbolic sine; at most 1.8 ulp.
    public static func sinh(_ x: Double) -> Double { qk_sinh_1(x) }
    /// Hyperbolic cosine; at most 1.3 ulp.
    public static func cosh(_ x: Double) -> Double { qk_cosh_1(x) }
    /// Hyperbolic tangent; at most 2 ulp.
    public static func tanh(_ x: Double) -> Double { qk_tanh_1(x) }
    /// Square root; at most 0.5 ulp.
    public static func sqrt(_ x: Double) -> Double { qk_sqrt_1(x) }
    /// Cube root; at most 0.51 ulp.
    public static func cbrt(_ x: Double) -> Double { qk_cbrt_1(x) }
    /// Error function; at most 1.1 ulp.
    public static func erf(_ x: Double) -> Double { qk_erf_1(x) }
    /// 1 − erf(x); at most 3.5 ulp.
    public static func erfc(_ x: Double) -> Double { qk_erfc_1(x) }
    /// log|Γ(x)|; for x > 0 at most 6 ulp; below 0 the error is absolute, some 4e-16 times the largest term.
    public static func lgamma(_ x: Double) -> Double { qk_lgamma_1(x) }
    /// Γ(x); at most 4 ulp.
    public static func tgamma(_ x: Double) -> Double { qk_tgamma_1(x) }
    /// `a` to the power `b`; at most 0.8 ulp.
    public static func pow(_ a: Double, _ b: Double) -> Double { qk_pow_1(a, b) }
    /// The angle of the point (x, y), in radians; at most 1 ulp.
    public static func atan2(_ y: Double, _ x: Double) -> Double { qk_atan2_1(y, x) }
    /// √(a² + b²); at most 0.51 ulp.
    public static func hypot(_ a: Double, _ b: Double) -> Double { qk_hypot_1(a, b) }

    /// `function` of a number.
    public static func apply(_ function: UnaryFunction, _ x: Double) -> Double {
        switch function {
        case .exp: exp(x)
        case .exp2: exp2(x)
        case .expm1: expm1(x)
        case .log: log(x)
        case .log1p: log1p(x)
        case .log2: log2(x)
        case .log10: log10(x)
        case .sin: sin(x)
        case .cos: cos(x)
        case .tan: tan(x)
        case .asin: asin(x)
        case .acos: acos(x)
        case .atan: atan(x)
        case .sinh: sinh(x)
        case .cosh: cosh(x)
        case .tanh: tanh(x)
        case .sqrt: sqrt(x)
        case .cbrt: cbrt(x)
        case .erf: erf(x)
        case .erfc: erfc(x)
        case .lgamma: lgamma(x)
        case .tgamma: tgamma(x)
        }
    }

    /// `function` of two numbers.
    public static func apply(_ function: BinaryFunction, _ a: Double, _ b: Double) -> Double {
        switch function {
        case .pow: pow(a, b)
        case .atan2: atan2(a, b)
        case .hypot: hypot(a, b)
        }
    }
}
