// SPDX-License-Identifier: Apache-2.0

/// A function of one number that the kernels define to the bit.
public enum UnaryFunction: UInt8, Sendable, CaseIterable {
    /// e to the power x.
    case exp
    /// 2 to the power x.
    case exp2
    /// e to the power x, minus 1.
    case expm1
    /// Natural logarithm.
    case log
    /// log(1 + x).
    case log1p
    /// Binary logarithm.
    case log2
    /// Decimal logarithm.
    case log10
    /// Sine of an angle in radians.
    case sin
    /// Cosine of an angle in radians.
    case cos
    /// Tangent of an angle in radians.
    case tan
    /// Inverse sine.
    case asin
    /// Inverse cosine.
    case acos
    /// Inverse tangent.
    case atan
    /// Hyperbolic sine.
    case sinh
    /// Hyperbolic cosine.
    case cosh
    /// Hyperbolic tangent.
    case tanh
    /// Square root.
    case sqrt
    /// Cube root.
    case cbrt
    /// Error function.
    case erf
    /// 1 − erf(x).
    case erfc
    /// log|Γ(x)|.
    case lgamma
    /// Γ(x).
    case tgamma
}

/// A function of two numbers that the kernels define to the bit.
public enum BinaryFunction: UInt8, Sendable, CaseIterable {
    /// The first to the power of the second.
    case pow
    /// The angle of the point (second, first), in radians.
    case atan2
    /// √(first² + second²), without needless overflow.
    case hypot
}
