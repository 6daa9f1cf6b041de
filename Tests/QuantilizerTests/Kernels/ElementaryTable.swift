// SPDX-License-Identifier: Apache-2.0
import CKernels
import Quantilizer

typealias Column = UnsafeMutablePointer<Double>
typealias UnaryBuild = @Sendable (Int32, Column, UnsafePointer<Double>, Int) -> Void
typealias BinaryBuild =
    @Sendable (Int32, Column, UnsafePointer<Double>, UnsafePointer<Double>, Int) -> Void

/// A function's builds in C, and its twin.
struct UnaryEntry: Sendable {
    var function: UnaryFunction
    var column: UnaryBuild
    var scalar: @Sendable (Int32, Double) -> Double
    var twin: @Sendable (Double) -> Double
}

struct BinaryEntry: Sendable {
    var function: BinaryFunction
    var column: BinaryBuild
    var scalar: @Sendable (Int32, Double, Double) -> Double
    var twin: @Sendable (Double, Double) -> Double
}

let unaryEntries: [UnaryEntry] = [
    UnaryEntry(function: .exp, column: qk_exp_at, scalar: qk_exp_1_at, twin: Twin.exp),
    UnaryEntry(function: .exp2, column: qk_exp2_at, scalar: qk_exp2_1_at, twin: Twin.exp2),
    UnaryEntry(function: .expm1, column: qk_expm1_at, scalar: qk_expm1_1_at, twin: Twin.expm1),
    UnaryEntry(function: .log, column: qk_log_at, scalar: qk_log_1_at, twin: Twin.log),
    UnaryEntry(function: .log1p, column: qk_log1p_at, scalar: qk_log1p_1_at, twin: Twin.log1p),
    UnaryEntry(function: .log2, column: qk_log2_at, scalar: qk_log2_1_at, twin: Twin.log2),
    UnaryEntry(function: .log10, column: qk_log10_at, scalar: qk_log10_1_at, twin: Twin.log10),
    UnaryEntry(function: .sin, column: qk_sin_at, scalar: qk_sin_1_at, twin: Twin.sin),
    UnaryEntry(function: .cos, column: qk_cos_at, scalar: qk_cos_1_at, twin: Twin.cos),
    UnaryEntry(function: .tan, column: qk_tan_at, scalar: qk_tan_1_at, twin: Twin.tan),
    UnaryEntry(function: .asin, column: qk_asin_at, scalar: qk_asin_1_at, twin: Twin.asin),
    UnaryEntry(function: .acos, column: qk_acos_at, scalar: qk_acos_1_at, twin: Twin.acos),
    UnaryEntry(function: .atan, column: qk_atan_at, scalar: qk_atan_1_at, twin: Twin.atan),
    UnaryEntry(function: .sinh, column: qk_sinh_at, scalar: qk_sinh_1_at, twin: Twin.sinh),
    UnaryEntry(function: .cosh, column: qk_cosh_at, scalar: qk_cosh_1_at, twin: Twin.cosh),
    UnaryEntry(function: .tanh, column: qk_tanh_at, scalar: qk_tanh_1_at, twin: Twin.tanh),
    UnaryEntry(function: .sqrt, column: qk_sqrt_at, scalar: qk_sqrt_1_at, twin: Twin.root),
    UnaryEntry(function: .cbrt, column: qk_cbrt_at, scalar: qk_cbrt_1_at, twin: Twin.cbrt),
    UnaryEntry(function: .erf, column: qk_erf_at, scalar: qk_erf_1_at, twin: Twin.erf),
    UnaryEntry(function: .erfc, column: qk_erfc_at, scalar: qk_erfc_1_at, twin: Twin.erfc),
    UnaryEntry(function: .lgamma, column: qk_lgamma_at, scalar: qk_lgamma_1_at, twin: Twin.lgamma),
    UnaryEntry(function: .tgamma, column: qk_tgamma_at, scalar: qk_tgamma_1_at, twin: Twin.tgamma),
]

let binaryEntries: [BinaryEntry] = [
    BinaryEntry(function: .pow, column: qk_pow_at, scalar: qk_pow_1_at, twin: Twin.pow),
    BinaryEntry(function: .atan2, column: qk_atan2_at, scalar: qk_atan2_1_at, twin: Twin.atan2),
    BinaryEntry(function: .hypot, column: qk_hypot_at, scalar: qk_hypot_1_at, twin: Twin.hypot),
]
