// SPDX-License-Identifier: Apache-2.0
// Error and gamma functions.
#ifndef QK_MATH_SPECIAL_H
#define QK_MATH_SPECIAL_H
#include "qk_math_power.h"
#include "qk_math_trig.h"

/// erfc(x) for x >= 0, best from about 1/2 on.
QK_INLINE double qk_erfc_tail(double x) {
    const double c = x > 28.0 ? 28.0 : x;
    const double q = qk_poly((c - 4.0) / (c + 4.0), qk_c_erfcx, 25);
    const double square = c * c;
    const qk_scaled e = qk_exp_scaled(-square, -QK_FMA(c, c, -square));
    return qk_scale(e.value * (q / QK_FMA(2.0, c, 1.0)), e.k);
}

/// erf(x) for |x| <= 1.
QK_INLINE double qk_erf_near(double x) { return QK_FMA(x, qk_poly(x * x, qk_c_erf, 12), x); }

QK_INLINE double qk_m_erf(double x) {
    const double a = QK_ABS(x), c = a > 1.0 ? 1.0 : x;
    const double y = a < 1.0 ? qk_erf_near(c) : qk_copysign(1.0 - qk_erfc_tail(a), x);
    return x != x ? x : y;
}

QK_INLINE double qk_m_erfc(double x) {
    const double a = QK_ABS(x), c = a > 0.5 ? 0.5 : x, tail = qk_erfc_tail(a);
    const double y = a < 0.5 ? 1.0 - qk_erf_near(c) : x < 0.0 ? 2.0 - tail : tail;
    return x != x ? x : y;
}

/// log Gamma(x) for x > 0.
QK_INLINE double qk_lgamma_positive(double x) {
    const int large = x >= 8.0;
    const double c = large ? 8.0 : x;
    // Below 8: log Gamma(2 + d), then the factors that lead from 2 + d to x.
    const double n = (c + QK_MAGIC) - QK_MAGIC;
    const double d = c < 0.5 ? c : c < 1.5 ? c - 1.0 : c - n;
    double product = 1.0;
    _Pragma("clang loop unroll(full)")
    for (int i = 1; i <= 6; i++) product = n >= i + 2.0 ? product * (c - i) : product;
    const double factor = large ? x : c < 0.5 ? c * (1.0 + c) : c < 1.5 ? c : product;
    const double l = qk_m_log(factor);
    const double near = QK_FMA(d, qk_poly(d, qk_c_lgamma, 18), c < 1.5 ? -l : l);
    const double y = 1.0 / x;
    const double series = QK_FMA(y, qk_poly(y * y, qk_c_stirling, 8), QK_HALF_LN_2PI - 0.5);
    const double far = QK_FMA(x - 0.5, l - 1.0, series);
    return large ? far : near;
}

/// |sin(pi x)|, exact zeros at integers.
QK_INLINE double qk_sin_pi_size(double x) {
    const double a = QK_ABS(x), c = a > 0x1p52 ? 0.0 : a;
    const double r = QK_ABS(c - ((c + 0x1p52) - 0x1p52));  // [0, 1/2], exact
    const int outer = r > 0.25;
    const double t = outer ? 0.5 - r : r, hi = t * QK_PI, lo = QK_FMA(t, QK_PI, -hi) + t * QK_PI_LO;
    return outer ? qk_cos_part(hi, lo) : qk_sin_part(hi, lo);
}

/// log|Gamma(x)|: +inf at 0, -1, -2, …
QK_INLINE double qk_m_lgamma(double x) {
    const double a = QK_ABS(x);
    const double positive = qk_lgamma_positive(a);
    const double sine = qk_sin_pi_size(a);
    // Gamma(-a) Gamma(a) = -pi / (a sin(pi a)). For tiny a the quotient may overflow: -log a there.
    const double turned = a < 0x1p-60 ? -qk_m_log(a) : (QK_LN_PI - qk_m_log(a * sine)) - positive;
    const double y = x > 0.0 ? positive : sine == 0.0 ? QK_INF : turned;
    return x != x ? x : a == QK_INF ? QK_INF : y;
}

/// log Gamma(x) as a pair for x in [8, 400].
QK_INLINE qk_pair qk_lgamma_pair(double x) {
    const qk_pair l = qk_log_whole(x);
    const double b = x - 0.5, p = b * l.hi, pl = QK_FMA(b, l.hi, -p) + b * l.lo;
    const double y = 1.0 / x, series = y * qk_poly(y * y, qk_c_stirling, 8);
    const double s = p - x, sl = (p - s) - x;
    const double t = s + QK_HALF_LN_2PI, back = t - s;
    const double tl = (s - (t - back)) + (QK_HALF_LN_2PI - back);
    const double u = t + series, ul = (t - u) + series;
    return (qk_pair){u, (pl + sl) + (tl + (ul + QK_HALF_LN_2PI_LO))};
}

/// Gamma(x): NaN at negative integers and -inf, ±inf at ±0.
QK_INLINE double qk_m_tgamma(double x) {
    const double a = QK_ABS(x), c = a > 190.0 ? 190.0 : a;
    const int shift = c < 8.0;
    // Below 8 the product a (a+1) … (a+7), as a pair.
    double hi = 1.0, lo = 0.0;
    _Pragma("clang loop unroll(full)")
    for (int i = 0; i < 8; i++) {
        const double f = c + i, back = f - c, fl = (c - (f - back)) + (i - back);
        const double p = hi * f, pl = QK_FMA(hi, f, -p) + QK_FMA(hi, fl, lo * f);
        hi = p + pl;
        lo = (p - hi) + pl;
    }
    const double moved = c + 8.0, z = shift ? moved : c;
    qk_pair l = qk_lgamma_pair(z);
    // What rounding c + 8 lost, times the derivative of log Gamma there.
    const double back = moved - c, lost = (c - (moved - back)) + (8.0 - back);
    const double slope = qk_log_normal(z) - 0.5 / z - 0.0833333333333333333 / (z * z);
    l.lo = shift ? QK_FMA(lost, slope, l.lo) : l.lo;
    // Gamma(-a) = -pi / (a sin(pi a) Gamma(a)).
    const int negative = x < 0.0;
    const qk_scaled e = qk_exp_scaled(negative ? -l.hi : l.hi, negative ? -l.lo : l.lo);
    const double sine = qk_sin_pi_size(a);
    const double q = e.value / hi, ql = QK_FMA(-lo, q, QK_FMA(-q, hi, e.value)) / hi;
    const double up = shift ? q + ql : e.value;
    const double product = e.value * hi, rest = QK_FMA(e.value, lo, QK_FMA(e.value, hi, -product));
    const double down = (shift ? product + rest : e.value) * (QK_PI / (c * sine));
    const double y = qk_scale(negative ? down : up, e.k);
    const double whole = (a + 0x1p52) - 0x1p52, half = 0.5 * (whole > a ? whole - 1.0 : whole);
    const int odd = (half + 0x1p52) - 0x1p52 != half;  // of floor(a)
    double r = (negative & !odd) ? -y : y;
    r = (negative & (sine == 0.0)) ? QK_NAN : r;
    r = a < 0x1p-54 ? 1.0 / x : r;
    r = x > 172.0 ? QK_INF : x < -186.0 ? ((sine == 0.0) ? QK_NAN : odd ? 0.0 : -0.0) : r;
    return x != x ? x : x == -QK_INF ? QK_NAN : r;
}

#endif
