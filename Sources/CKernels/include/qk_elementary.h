// SPDX-License-Identifier: Apache-2.0
// Elementary functions over columns and, with the suffix _1, of one number. dst and src must not
// overlap. Every build and the scalar form give the same bits (NaN counts as one value).
#ifndef QP_ELEMENTARY_H
#define QP_ELEMENTARY_H
#include <stddef.h>
#include <stdint.h>

/// The best build this machine runs: 0 plain, 1 AVX2 with FMA, 2 AVX-512. `…_at` takes a named one.
int qk_level(void);

#define QK_DECLARE_UNARY(name)                                                                   \
    void qk_##name(double *restrict dst, const double *restrict src, size_t n);                  \
    void qk_##name##_at(int level, double *restrict dst, const double *restrict src, size_t n);  \
    double qk_##name##_1(double x);                                                              \
    double qk_##name##_1_at(int level, double x);
#define QK_DECLARE_BINARY(name)                                                                  \
    void qk_##name(double *restrict dst, const double *restrict a, const double *restrict b,     \
                   size_t n);                                                                    \
    void qk_##name##_at(int level, double *restrict dst, const double *restrict a,               \
                        const double *restrict b, size_t n);                                     \
    double qk_##name##_1(double a, double b);                                                    \
    double qk_##name##_1_at(int level, double a, double b);

QK_DECLARE_UNARY(exp)
QK_DECLARE_UNARY(exp2)
QK_DECLARE_UNARY(expm1)
QK_DECLARE_UNARY(log)
QK_DECLARE_UNARY(log1p)
QK_DECLARE_UNARY(log2)
QK_DECLARE_UNARY(log10)
QK_DECLARE_UNARY(sin)
QK_DECLARE_UNARY(cos)
QK_DECLARE_UNARY(tan)
QK_DECLARE_UNARY(asin)
QK_DECLARE_UNARY(acos)
QK_DECLARE_UNARY(atan)
QK_DECLARE_UNARY(sinh)
QK_DECLARE_UNARY(cosh)
QK_DECLARE_UNARY(tanh)
QK_DECLARE_UNARY(sqrt)
QK_DECLARE_UNARY(cbrt)
QK_DECLARE_UNARY(erf)
QK_DECLARE_UNARY(erfc)
QK_DECLARE_UNARY(lgamma)
QK_DECLARE_UNARY(tgamma)
/// a to the power b.
QK_DECLARE_BINARY(pow)
/// The angle of (b, a): a is the ordinate.
QK_DECLARE_BINARY(atan2)
QK_DECLARE_BINARY(hypot)

#undef QK_DECLARE_UNARY
#undef QK_DECLARE_BINARY
#endif
