// SPDX-License-Identifier: Apache-2.0
// Compiled formulas over columns: a small register machine whose registers are columns of lanes.
#ifndef QP_COLUMNS_H
#define QP_COLUMNS_H
#include <stddef.h>
#include <stdint.h>

// Where an operand lives: the top two bits of its 32; the rest is a column number.
#define QK_IN_SCRATCH 0u  // a register
#define QK_IN_VALUES 1u   // a column of the samples' values
#define QK_IN_ROW 2u      // a column of the values plus the loop's counter
#define QK_IN_RESULT 3u   // the one result column
#define QK_PLACE_SHIFT 30

/// One operation: d = f(a, b, c, k0, k1), a column at a time.
typedef struct {
    uint32_t code;
    uint32_t d, a, b, c;
    double k0, k1;
} qk_op;

// Codes below QK_STEP_COUNT are "steps": an inner operation on (a, b, k0), then an outer one on its
// result t and (c, k1): code = inner * QK_OUTER_COUNT + outer. Each operation is rounded on its own.
enum {
    QK_INNER_A,       // a
    QK_INNER_ADD_AB,  // a + b
    QK_INNER_ADD_AK,  // a + k0
    QK_INNER_SUB_AB,  // a - b
    QK_INNER_SUB_AK,  // a - k0
    QK_INNER_SUB_KA,  // k0 - a
    QK_INNER_MUL_AB,  // a * b
    QK_INNER_MUL_AK,  // a * k0
    QK_INNER_COUNT
};
enum {
    QK_OUTER_NONE,   // d = t
    QK_OUTER_ADD_C,  // d = t + c
    QK_OUTER_ADD_K,  // d = t + k1
    QK_OUTER_SUB_C,  // d = t - c
    QK_OUTER_SUB_K,  // d = t - k1
    QK_OUTER_C_SUB,  // d = c - t
    QK_OUTER_K_SUB,  // d = k1 - t
    QK_OUTER_MUL_C,  // d = t * c
    QK_OUTER_MUL_K,  // d = t * k1
    QK_OUTER_SQUARE, // d = t * t
    QK_OUTER_INTO,   // d = d + t
    QK_OUTER_SQUARE_INTO, // d = d + t * t
    QK_OUTER_COUNT
};
#define QK_STEP_COUNT (QK_INNER_COUNT * QK_OUTER_COUNT)

enum {
    QK_OP_LOOP = 96, // run the next b operations for counter 0 ..< a
    QK_OP_FILL,      // d = k0
    // Divisions, remainders (the sign of the divisor), orders: _AB, _AK, _KA follow each other.
    QK_OP_DIV_AB, QK_OP_DIV_AK, QK_OP_DIV_KA,
    QK_OP_MOD_AB, QK_OP_MOD_AK, QK_OP_MOD_KA,
    QK_OP_MIN_AB, QK_OP_MIN_AK, QK_OP_MIN_KA, // NaN if either is; of equals the first
    QK_OP_MAX_AB, QK_OP_MAX_AK, QK_OP_MAX_KA,
    QK_OP_LT_AB, QK_OP_LT_AK, QK_OP_LT_KA,
    QK_OP_LE_AB, QK_OP_LE_AK, QK_OP_LE_KA,
    QK_OP_EQ_AB, QK_OP_EQ_AK, QK_OP_EQ_KA,
    QK_OP_NE_AB, QK_OP_NE_AK, QK_OP_NE_KA,
    // Logic: non-zero is true, NaN in any operand gives NaN.
    QK_OP_AND, QK_OP_OR, QK_OP_NOT,
    QK_OP_CHOOSE,     // a != 0 ? b : c, NaN where a is NaN
    QK_OP_CHOOSE_BC,  // the same where a is known to be 0 or 1
    QK_OP_CHOOSE_BK,  // a != 0 ? b : k0
    QK_OP_CHOOSE_KC,  // a != 0 ? k0 : c
    QK_OP_CHOOSE_KK,  // a != 0 ? k0 : k1
    QK_OP_FMA,        // a * b + c, rounded once
    QK_OP_ABS, QK_OP_SQRT, QK_OP_FLOOR, QK_OP_CEIL, QK_OP_ROUND, QK_OP_TRUNC,
    QK_OP_SIGN, QK_OP_ISNAN,
    QK_OP_SIN, QK_OP_COS, QK_OP_TAN, QK_OP_ASIN, QK_OP_ACOS, QK_OP_ATAN,
    QK_OP_SINH, QK_OP_COSH, QK_OP_TANH, QK_OP_EXP, QK_OP_EXPM1,
    QK_OP_LOG, QK_OP_LOG1P, QK_OP_LOG2, QK_OP_LOG10, QK_OP_CBRT,
    QK_OP_ERF, QK_OP_ERFC, QK_OP_LGAMMA, QK_OP_GAMMA,
    QK_OP_POW, QK_OP_ATAN2, QK_OP_HYPOT,
    QK_OP_HORNER,     // (a * b + k0) * b + k1, each operation rounded on its own
    QK_OP_COUNT
};

/// Runs a program over lanes 0 ..< lanes. Strides are in doubles; registers and values are columns
/// of at least `lanes` lanes, the result another column. A register is never written while it is an
/// operand of the same operation, but for the accumulator of a loop.
void qk_program_run(const qk_op *ops, size_t count, const double *values, size_t value_stride,
                    double *scratch, size_t scratch_stride, double *result, size_t lanes);
/// The same by a named build, not above `qk_level()`: 0 plain, 1 AVX2 with FMA, 2 AVX-512.
void qk_program_run_at(int level, const qk_op *ops, size_t count, const double *values,
                       size_t value_stride, double *scratch, size_t scratch_stride,
                       double *result, size_t lanes);
#endif
