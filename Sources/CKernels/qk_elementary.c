// SPDX-License-Identifier: Apache-2.0
#include "qk_elementary.h"
#include "qk_math.h"

// A column loop over `loop(x)`, then the lanes it cannot take, by `whole(x)`.
#define QK_UNARY_COLUMN(name, loop, far, whole)                                                  \
    QK_INLINE void qk_##name##_body(double *restrict dst, const double *restrict src, size_t n) { \
        uint64_t beyond = 0;                                                                     \
        QK_LOOP for (size_t i = 0; i < n; i++) {                                                 \
            const double x = src[i];                                                             \
            dst[i] = loop(x);                                                                    \
            beyond |= (uint64_t)(far);                                                           \
        }                                                                                        \
        if (beyond == 0) return;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                         \
            const double x = src[i];                                                             \
            if (far) dst[i] = whole(x);                                                          \
        }                                                                                        \
    }                                                                                            \
    QK_KERNEL(void, qk_##name, (double *restrict dst, const double *restrict src, size_t n),     \
              (dst, src, n))                                                                     \
    QK_INLINE double qk_##name##_1_body(double x) { return whole(x); }                           \
    QK_KERNEL(double, qk_##name##_1, (double x), (x))

#define QK_UNARY(name, f) QK_UNARY_COLUMN(name, f, 0, f)
#define QK_UNARY_FAR(name) \
    QK_UNARY_COLUMN(name, qk_##name##_near, (QK_ABS(x) > QK_QUARTER_NEAR), qk_m_##name)

#define QK_BINARY(name)                                                                          \
    QK_INLINE void qk_##name##_body(double *restrict dst, const double *restrict a,              \
                                    const double *restrict b, size_t n) {                        \
        QK_LOOP for (size_t i = 0; i < n; i++) dst[i] = qk_m_##name(a[i], b[i]);                 \
    }                                                                                            \
    QK_KERNEL(void, qk_##name,                                                                   \
              (double *restrict dst, const double *restrict a, const double *restrict b, size_t n), \
              (dst, a, b, n))                                                                    \
    QK_INLINE double qk_##name##_1_body(double a, double b) { return qk_m_##name(a, b); }        \
    QK_KERNEL(double, qk_##name##_1, (double a, double b), (a, b))

QK_UNARY(exp, qk_m_exp)
QK_UNARY(exp2, qk_m_exp2)
QK_UNARY(expm1, qk_m_expm1)
QK_UNARY(log, qk_m_log)
QK_UNARY(log1p, qk_m_log1p)
QK_UNARY(log2, qk_m_log2)
QK_UNARY(log10, qk_m_log10)
QK_UNARY_FAR(sin)
QK_UNARY_FAR(cos)
QK_UNARY_FAR(tan)
QK_UNARY(asin, qk_m_asin)
QK_UNARY(acos, qk_m_acos)
QK_UNARY(atan, qk_m_atan)
QK_UNARY(sinh, qk_m_sinh)
QK_UNARY(cosh, qk_m_cosh)
QK_UNARY(tanh, qk_m_tanh)
QK_UNARY(sqrt, QK_SQRT)
QK_UNARY(cbrt, qk_m_cbrt)
QK_UNARY(erf, qk_m_erf)
QK_UNARY(erfc, qk_m_erfc)
QK_UNARY(lgamma, qk_m_lgamma)
QK_UNARY(tgamma, qk_m_tgamma)
QK_BINARY(pow)
QK_BINARY(atan2)
QK_BINARY(hypot)
