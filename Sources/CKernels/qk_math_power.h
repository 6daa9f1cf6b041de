// SPDX-License-Identifier: Apache-2.0
// Powers and roots.
#ifndef QK_MATH_POWER_H
#define QK_MATH_POWER_H
#include "qk_math_explog.h"

/// log|x| as a pair for positive finite x, subnormal too.
QK_INLINE qk_pair qk_log_whole(double x) {
    const int small = x < 0x1p-1022;
    const qk_split a = qk_log_split(small ? x * 0x1p54 : x);
    const double k = small ? a.k - 54.0 : a.k;
    const qk_pair l = qk_log_pair(a.f);
    const double ku = k * QK_LN2_HI, h = ku + l.hi;  // the product is exact
    return (qk_pair){h, ((ku - h) + l.hi) + QK_FMA(k, QK_LN2_LO, l.lo)};
}

/// x to the power y, with the special cases of C's Annex F.
QK_INLINE double qk_m_pow(double x, double y) {
    const double a = QK_ABS(x), b = QK_ABS(y), half = 0.5 * b;
    const int whole = (b >= 0x1p52) | ((b + 0x1p52) - 0x1p52 == b);
    const int even = (half >= 0x1p52) | ((half + 0x1p52) - 0x1p52 == half);
    const qk_pair l = qk_log_whole(a);
    const double e = y > 0x1p65 ? 0x1p65 : y < -0x1p65 ? -0x1p65 : y;
    const double p = e * l.hi, pl = QK_FMA(e, l.hi, -p) + e * l.lo;
    const int over = p > 800.0, under = p < -800.0;
    const qk_scaled v = qk_exp_scaled(over ? 800.0 : under ? -800.0 : p, (over | under) ? 0.0 : pl);
    double r = qk_scale(v.value, v.k);
    r = ((a == 0.0) | (a == QK_INF)) ? ((a == 0.0) == (y < 0.0) ? QK_INF : 0.0) : r;
    const uint64_t sign = (whole & !even) ? qk_bits(x) & 0x8000000000000000u : 0;
    r = qk_real(qk_bits(r) | sign);
    r = ((x < 0.0) & (a != QK_INF) & !whole) ? QK_NAN : r;
    r = ((x != x) | (y != y)) ? QK_NAN : r;
    return ((y == 0.0) | (x == 1.0)) ? 1.0 : r;
}

QK_INLINE double qk_m_cbrt(double x) {
    const double a = QK_ABS(x);
    const int small = a < 0x1p-1022;
    const uint64_t u = qk_bits(small ? a * 0x1p54 : a);
    const double e = qk_real((u >> 52) | 0x4330000000000000u) - (0x1p52 + 1022.0);
    const double m = qk_real((u & 0x000fffffffffffffu) | 0x3fe0000000000000u);  // [1/2, 1)
    const double t = QK_FMA(e, 1.0 / 3.0, QK_MAGIC), q = t - QK_MAGIC, rest = QK_FMA(-3.0, q, e);
    const double v = rest > 0.5 ? 2.0 * m : rest < -0.5 ? 0.5 * m : m;
    const double f = rest > 0.5 ? QK_CBRT2 : rest < -0.5 ? 0.5 * QK_CBRT4 : 1.0;
    const double y0 = qk_poly(m, qk_c_cbrt, 5) * f, c0 = y0 * y0 * y0;
    const double y = y0 * (QK_FMA(2.0, v, c0) / QK_FMA(2.0, c0, v));
    const double s = y * y, sl = QK_FMA(y, y, -s), c = s * y;
    const double miss = (c - v) + QK_FMA(sl, y, QK_FMA(s, y, -c));
    const double root = y - miss / (3.0 * s);
    const uint64_t n = qk_bits(t) - QK_MAGIC_BITS + 1023 - (small ? 18 : 0);
    return ((a > 0.0) & (a < QK_INF)) ? qk_copysign(root * qk_real(n << 52), x) : x;
}

QK_INLINE double qk_m_hypot(double x, double y) {
    const double a = QK_ABS(x), b = QK_ABS(y);
    const double most = a > b ? a : b, least = a > b ? b : a;
    const double up = most > 0x1p500 ? 0x1p-600 : most < 0x1p-400 ? 0x1p600 : 1.0;
    const double down = most > 0x1p500 ? 0x1p600 : most < 0x1p-400 ? 0x1p-600 : 1.0;
    const double p = most * up, q = least * up;
    const double pp = p * p, pl = QK_FMA(p, p, -pp), qq = q * q, ql = QK_FMA(q, q, -qq);
    const double h = QK_SQRT(pp + qq), hh = h * h, hl = QK_FMA(h, h, -hh);
    const double miss = ((pp - hh) + qq) + ((pl + ql) - hl);
    const double r = (h + (h == 0.0 ? 0.0 : miss / (2.0 * h))) * down;
    const double known = ((a != a) | (b != b)) ? QK_NAN : r;
    return ((a == QK_INF) | (b == QK_INF)) ? QK_INF : known;
}

#endif
