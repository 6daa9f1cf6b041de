// SPDX-License-Identifier: Apache-2.0

/// A function a formula may call.
enum FormulaFunction: String, Sendable, CaseIterable {
    case sum, mean, prod, norm, any, all, len, dot
    case min, max, clamp, fma, pow, atan2, hypot
    case abs, sign, floor, ceil, round, trunc, sqrt, cbrt, relu, step, isnan
    case exp, expm1, log, log1p, log2, log10
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh
    case erf, erfc, lgamma, gamma, Phi

    /// Every name, `if` among them.
    static let names = allCases.map(\.rawValue) + ["if"]

    /// How a call looks.
    var usage: String {
        switch self {
        case .sum, .mean, .prod, .norm, .any, .all, .len: "\(rawValue)(vector)"
        case .dot: "dot(vector, vector)"
        case .min, .max: "\(rawValue)(vector) or \(rawValue)(a, b, …)"
        case .clamp: "clamp(x, low, high)"
        case .fma: "fma(a, b, c)"
        case .pow: "pow(base, exponent)"
        case .atan2: "atan2(y, x)"
        case .hypot: "hypot(a, b)"
        default: "\(rawValue)(a)"
        }
    }

    /// How many arguments it may have.
    var arity: ClosedRange<Int> {
        switch self {
        case .min, .max: 1...Int.max
        case .clamp, .fma: 3...3
        case .dot, .pow, .atan2, .hypot: 2...2
        default: 1...1
        }
    }

    /// The operation, where the function is nothing but one on each element of one argument.
    var elementwise: FormulaOperation? {
        switch self {
        case .abs: .abs
        case .sign: .sign
        case .floor: .floor
        case .ceil: .ceil
        case .round: .round
        case .trunc: .trunc
        case .sqrt: .sqrt
        case .cbrt: .cbrt
        case .isnan: .isnan
        case .exp: .exp
        case .expm1: .expm1
        case .log: .log
        case .log1p: .log1p
        case .log2: .log2
        case .log10: .log10
        case .sin: .sin
        case .cos: .cos
        case .tan: .tan
        case .asin: .asin
        case .acos: .acos
        case .atan: .atan
        case .sinh: .sinh
        case .cosh: .cosh
        case .tanh: .tanh
        case .erf: .erf
        case .erfc: .erfc
        case .lgamma: .lgamma
        case .gamma: .gamma
        default: nil
        }
    }
}
