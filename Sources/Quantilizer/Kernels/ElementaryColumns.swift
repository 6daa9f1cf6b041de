// SPDX-License-Identifier: Apache-2.0

import CKernels

/// Elementary functions over columns. A result column is never its own argument.
///
/// **Complexity**: O(lanes), no allocation.
extension Kernels {
    /// Lanes `0..<lanes` of column `to` become `function` of column `from`, another column.
    public static func apply(
        _ function: UnaryFunction, _ columns: inout Columns, from: Int, to: Int, lanes: Int
    ) {
        precondition(from != to && lanes >= 0 && lanes <= columns.capacity)
        unsafe run(function, columns.pointer(to), columns.pointer(from), lanes)
    }

    /// Lanes `0..<lanes` of `results` column `to` become `function` of `source` column `from`.
    public static func apply(
        _ function: UnaryFunction, _ source: borrowing Columns, from: Int,
        results: inout Columns, to: Int, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= source.capacity && lanes <= results.capacity)
        unsafe run(function, results.pointer(to), source.pointer(from), lanes)
    }

    /// Lanes `0..<lanes` of column `to` become `function` of columns `a` and `b`; `to` is neither.
    public static func apply(
        _ function: BinaryFunction, _ columns: inout Columns, _ a: Int, _ b: Int, to: Int,
        lanes: Int
    ) {
        precondition(a != to && b != to && lanes >= 0 && lanes <= columns.capacity)
        let (d, p, q) = unsafe (columns.pointer(to), columns.pointer(a), columns.pointer(b))
        switch function {
        case .pow: unsafe qk_pow(d, p, q, lanes)
        case .atan2: unsafe qk_atan2(d, p, q, lanes)
        case .hypot: unsafe qk_hypot(d, p, q, lanes)
        }
    }

    @unsafe private static func run(
        _ function: UnaryFunction, _ d: UnsafeMutablePointer<Double>,
        _ s: UnsafeMutablePointer<Double>, _ n: Int
    ) {
        switch function {
        case .exp: unsafe qk_exp(d, s, n)
        case .exp2: unsafe qk_exp2(d, s, n)
        case .expm1: unsafe qk_expm1(d, s, n)
        case .log: unsafe qk_log(d, s, n)
        case .log1p: unsafe qk_log1p(d, s, n)
        case .log2: unsafe qk_log2(d, s, n)
        case .log10: unsafe qk_log10(d, s, n)
        case .sin: unsafe qk_sin(d, s, n)
        case .cos: unsafe qk_cos(d, s, n)
        case .tan: unsafe qk_tan(d, s, n)
        case .asin: unsafe qk_asin(d, s, n)
        case .acos: unsafe qk_acos(d, s, n)
        case .atan: unsafe qk_atan(d, s, n)
        case .sinh: unsafe qk_sinh(d, s, n)
        case .cosh: unsafe qk_cosh(d, s, n)
        case .tanh: unsafe qk_tanh(d, s, n)
        case .sqrt: unsafe qk_sqrt(d, s, n)
        case .cbrt: unsafe qk_cbrt(d, s, n)
        case .erf: unsafe qk_erf(d, s, n)
        case .erfc: unsafe qk_erfc(d, s, n)
        case .lgamma: unsafe qk_lgamma(d, s, n)
        case .tgamma: unsafe qk_tgamma(d, s, n)
        }
    }
}
