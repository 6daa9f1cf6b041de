// SPDX-License-Identifier: Apache-2.0
import CKernels

/// What one value of a compiled formula is computed by.
///
/// Signs are products with −1 and `>` is `<` turned round: the same bits with fewer operations.
enum FormulaOperation: UInt8, Sendable {
    // Leaves.
    case constant, column, slice
    // Elementwise, two operands.
    case add, subtract, multiply, divide, modulo, minimum, maximum
    case less, lessOrEqual, equal, notEqual, and, or, pow, atan2, hypot
    // Elementwise, three operands.
    case choose, fma
    // Elementwise, one operand.
    case not, isnan, abs, sqrt, floor, ceil, round, trunc, sign
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, exp, expm1
    case log, log1p, log2, log10, cbrt, erf, erfc, lgamma, gamma
    // From a vector to a number, left to right.
    case sumOf, productOf, minimumOf, maximumOf, anyOf, allOf

    /// True for the reductions of a vector to a number.
    var isReduction: Bool { rawValue >= Self.sumOf.rawValue }
    /// True for + − ×, which fuse with a neighbour into one step.
    var isArithmetic: Bool { self == .add || self == .subtract || self == .multiply }

    /// The machine's code where every operand is a column.
    var code: Int {
        switch self {
        case .constant, .column, .slice: QK_OP_FILL
        case .add: Self.step(QK_INNER_ADD_AB)
        case .subtract: Self.step(QK_INNER_SUB_AB)
        case .multiply, .productOf: Self.step(QK_INNER_MUL_AB)
        case .sumOf: Self.step(QK_INNER_A, QK_OUTER_INTO)
        case .divide: QK_OP_DIV_AB
        case .modulo: QK_OP_MOD_AB
        case .minimum, .minimumOf: QK_OP_MIN_AB
        case .maximum, .maximumOf: QK_OP_MAX_AB
        case .less: QK_OP_LT_AB
        case .lessOrEqual: QK_OP_LE_AB
        case .equal: QK_OP_EQ_AB
        case .notEqual: QK_OP_NE_AB
        case .and, .allOf: QK_OP_AND
        case .or, .anyOf: QK_OP_OR
        case .pow: QK_OP_POW
        case .atan2: QK_OP_ATAN2
        case .hypot: QK_OP_HYPOT
        case .choose: QK_OP_CHOOSE
        case .fma: QK_OP_FMA
        case .not: QK_OP_NOT
        case .isnan: QK_OP_ISNAN
        case .abs: QK_OP_ABS
        case .sqrt: QK_OP_SQRT
        case .floor: QK_OP_FLOOR
        case .ceil: QK_OP_CEIL
        case .round: QK_OP_ROUND
        case .trunc: QK_OP_TRUNC
        case .sign: QK_OP_SIGN
        case .sin: QK_OP_SIN
        case .cos: QK_OP_COS
        case .tan: QK_OP_TAN
        case .asin: QK_OP_ASIN
        case .acos: QK_OP_ACOS
        case .atan: QK_OP_ATAN
        case .sinh: QK_OP_SINH
        case .cosh: QK_OP_COSH
        case .tanh: QK_OP_TANH
        case .exp: QK_OP_EXP
        case .expm1: QK_OP_EXPM1
        case .log: QK_OP_LOG
        case .log1p: QK_OP_LOG1P
        case .log2: QK_OP_LOG2
        case .log10: QK_OP_LOG10
        case .cbrt: QK_OP_CBRT
        case .erf: QK_OP_ERF
        case .erfc: QK_OP_ERFC
        case .lgamma: QK_OP_LGAMMA
        case .gamma: QK_OP_GAMMA
        }
    }

    /// True where `code`, `code + 1` and `code + 2` take (a, b), (a, k0) and (k0, a).
    var takesConstants: Bool { (QK_OP_DIV_AB..<QK_OP_AND).contains(code) }

    /// The code of an inner operation followed by an outer one.
    static func step(_ inner: Int, _ outer: Int = QK_OUTER_NONE) -> Int {
        inner * QK_OUTER_COUNT + outer
    }

    /// What a reduction begins with; it changes no bit of the first element.
    var identity: Double {
        switch self {
        case .sumOf: -0.0
        case .minimumOf: .infinity
        case .maximumOf: -.infinity
        case .anyOf: 0
        default: 1
        }
    }
}
