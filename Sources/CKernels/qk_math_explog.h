// SPDX-License-Identifier: Apache-2.0
// Exponentials and logarithms, and the pieces the other functions are made of.
#ifndef QK_MATH_EXPLOG_H
#define QK_MATH_EXPLOG_H
#include "qk_coefficients.h"
#include "qk_dispatch.h"

#define QK_INF __builtin_inf()
#define QK_NAN __builtin_nan("")
// Adding it rounds |x| < 2^51 to the nearest integer and leaves that in the low bits.
#define QK_MAGIC 0x1.8p52
#define QK_MAGIC_BITS 0x4338000000000000u
#define QK_LOG_LEAST 0x3fe6800000000000u  // the bits of 45/64

/// An unevaluated sum: lo is small against hi.
typedef struct {
    double hi, lo;
} qk_pair;

QK_INLINE uint64_t qk_bits(double x) {
    uint64_t u;
    __builtin_memcpy(&u, &x, 8);
    return u;
}

QK_INLINE double qk_real(uint64_t u) {
    double x;
    __builtin_memcpy(&x, &u, 8);
    return x;
}

QK_INLINE double qk_copysign(double magnitude, double sign) {
    const uint64_t top = 0x8000000000000000u;
    return qk_real((qk_bits(magnitude) & ~top) | (qk_bits(sign) & top));
}

/// c[0] + c[1] z + … + c[n-1] z^(n-1): even and odd powers by Horner's rule in z*z.
QK_INLINE double qk_poly(double z, const double *c, int n) {
    const double w = z * z;
    double even = c[(n - 1) & ~1], odd = c[(n - 2) | 1];
    _Pragma("clang loop unroll(full)")
    for (int i = ((n - 1) & ~1) - 2; i >= 0; i -= 2) even = QK_FMA(even, w, c[i]);
    _Pragma("clang loop unroll(full)")
    for (int i = ((n - 2) | 1) - 2; i >= 1; i -= 2) odd = QK_FMA(odd, w, c[i]);
    return QK_FMA(odd, z, even);
}

/// y * 2^k for k (two's complement) in [-2046, 2046]; rounds once where the result is subnormal.
QK_INLINE double qk_scale(double y, uint64_t k) {
    const uint64_t shifted = k + 2048, half = shifted >> 1;
    return y * qk_real((half - 1) << 52) * qk_real((shifted - half - 1) << 52);
}

/// exp(x + lo) = value * 2^k, for |x| < 2000 and |lo| < 2^-30.
typedef struct {
    double value;
    uint64_t k;
} qk_scaled;

QK_INLINE qk_scaled qk_exp_scaled(double x, double lo) {
    const double t = QK_FMA(x, QK_LOG2E, QK_MAGIC), k = t - QK_MAGIC;
    const double exact = QK_FMA(-k, QK_LN2_HI, x), small = QK_FMA(-k, QK_LN2_LO, lo);
    const double r = exact + small, tail = (exact - r) + small;
    const double p = QK_FMA(r * r, qk_poly(r, qk_c_exp, 11), QK_FMA(tail, r, tail));
    return (qk_scaled){1.0 + (r + p), qk_bits(t) - QK_MAGIC_BITS};
}

QK_INLINE double qk_m_exp(double x) {
    double c = x > 710.0 ? 710.0 : x;
    c = c < -746.0 ? -746.0 : c;
    const double t = QK_FMA(c, QK_LOG2E, QK_MAGIC), k = t - QK_MAGIC;
    const double r = QK_FMA(-k, QK_LN2_LO, QK_FMA(-k, QK_LN2_HI, c));
    const double e = QK_FMA(r * r, qk_poly(r, qk_c_exp, 11), r);
    return qk_scale(1.0 + e, qk_bits(t) - QK_MAGIC_BITS);
}

QK_INLINE double qk_m_exp2(double x) {
    double c = x > 1025.0 ? 1025.0 : x;
    c = c < -1076.0 ? -1076.0 : c;
    const double t = c + QK_MAGIC, d = c - (t - QK_MAGIC);
    const double r = d * QK_LN2_FULL;
    const double tail = QK_FMA(d, QK_LN2_FULL, -r) + d * QK_LN2_REST;
    const double p = QK_FMA(r * r, qk_poly(r, qk_c_exp, 11), QK_FMA(tail, r, tail));
    return qk_scale(1.0 + (r + p), qk_bits(t) - QK_MAGIC_BITS);
}

QK_INLINE double qk_m_expm1(double x) {
    double c = x > 710.0 ? 710.0 : x;
    c = c < -40.0 ? -40.0 : c;
    const double t = QK_FMA(c, QK_LOG2E, QK_MAGIC), k = t - QK_MAGIC;
    const double exact = QK_FMA(-k, QK_LN2_HI, c), r = QK_FMA(-k, QK_LN2_LO, exact);
    const double tail = QK_FMA(-k, QK_LN2_LO, exact - r);
    const double p = QK_FMA(r * r, qk_poly(r, qk_c_exp, 11), QK_FMA(tail, r, tail));
    const uint64_t n = qk_bits(t) - QK_MAGIC_BITS;
    const double s = qk_real((n + 1022) << 52);  // 2^(k-1)
    // 2^k (r + p) + 2^k - 1, halved so that 2^1024 does not appear, rounded last.
    const double a = s - 0.5, b = QK_FMA(s, r, a), rest = QK_FMA(s, r, a - b);
    const double large = (b + QK_FMA(s, p, rest)) * 2.0;
    const double y = k == 0.0 ? r + p : large;
    return x == 0.0 ? x : y;
}

/// log(x) for positive normal x as k, f = m - 1 with x = 2^k m, m in [sqrt(1/2), sqrt(2)).
typedef struct {
    double k, f;
} qk_split;

QK_INLINE qk_split qk_log_split(double x) {
    const uint64_t u = qk_bits(x) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
    const double k = qk_real((u >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
    return (qk_split){k, qk_real((u & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0};
}

/// log of a positive normal number less `less` times log 2: x = 2^k m with m in [45/64, 45/32). The
/// part of that range tells c, about 1/m, with -log c = l: log x = k ln 2 + l + log(1 + r), r = c m - 1.
/// Around 1 the part has c = 1, and adding k ln 2 and l is exact.
QK_INLINE double qk_log_less(double x, double less) {
    const uint64_t u = qk_bits(x) + (0x3ff0000000000000u - QK_LOG_LEAST);
    const double k = qk_real((u >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0) - less;
    const double m = qk_real((u & 0x000fffffffffffffu) + QK_LOG_LEAST);
    const uint64_t part = (u >> 48) & 15;
    const double r = QK_FMA(m, qk_c_log_inverse[part], -1.0);
    const double high = QK_FMA(k, QK_LN2_HI, qk_c_log_part[part]), sum = high + r;
    const double low = QK_FMA(k, QK_LN2_LO, (high - sum) + r);
    return sum + QK_FMA(r * r, qk_poly(r, qk_c_log, 9), low);
}

/// log of a positive normal number: what qk_m_log is there, without its cases. No division: it would
/// be the slowest part of a normal deviate.
QK_INLINE double qk_log_normal(double x) { return qk_log_less(x, 0.0); }

QK_INLINE double qk_m_log(double x) {
    const int small = x < 0x1p-1022;
    const double y = qk_log_less(small ? x * 0x1p54 : x, small ? 54.0 : 0.0);
    const double special = x == 0.0 ? -QK_INF : x < 0.0 ? QK_NAN : x;
    return ((x > 0.0) & (x < QK_INF)) ? y : special;
}

/// k ln 2 + log(1 + f) + c, for a small correction c.
QK_INLINE double qk_log_join(double k, double f, double c) {
    const double low = QK_FMA(f * f, qk_poly(f, qk_c_log1p, 21), QK_FMA(k, QK_LN2_LO, c));
    return QK_FMA(k, QK_LN2_HI, f + low);
}

QK_INLINE double qk_m_log1p(double x) {
    const double u = 1.0 + x;
    const qk_split a = qk_log_split(u);
    const int direct = a.k == 0.0;
    const double lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
    const double y = qk_log_join(a.k, direct ? x : a.f, direct ? 0.0 : lost / u);
    const double special = x == -1.0 ? -QK_INF : x < -1.0 ? QK_NAN : x;
    return ((x > -1.0) & (x < QK_INF) & (x != 0.0)) ? y : special;
}

/// log(1 + f) as a pair, to about 2^-70 of its size.
QK_INLINE qk_pair qk_log_pair(double f) {
    const double g = 2.0 + f, lost = f - (g - 2.0);
    const double s = f / g, sl = QK_FMA(-s, lost, QK_FMA(-s, g, f)) / g;
    const double z = s * s, zl = QK_FMA(s, s, -z) + 2.0 * s * sl;
    const double a = z * QK_TWO_THIRDS;
    const double al = QK_FMA(z, QK_TWO_THIRDS, -a) + QK_FMA(z, QK_TWO_THIRDS_LO, zl * QK_TWO_THIRDS);
    const double b = z * z * qk_poly(z, qk_c_powlog, 8);
    const double t = a + b, tl = ((a - t) + b) + al;
    const double c = s * t, cl = QK_FMA(s, t, -c) + QK_FMA(s, tl, QK_FMA(sl, t, 2.0 * sl));
    const double hi = 2.0 * s + c;
    return (qk_pair){hi, ((2.0 * s - hi) + c) + cl};
}

/// k * unit (a pair, its high part short enough that the product is exact) + log(1+f) * scale.
QK_INLINE double qk_log_based(double x, double unit, double unit_lo, double scale, double scale_lo) {
    const int small = x < 0x1p-1022;
    const qk_split a = qk_log_split(small ? x * 0x1p54 : x);
    const double k = small ? a.k - 54.0 : a.k;
    const qk_pair l = qk_log_pair(a.f);
    const double p = l.hi * scale;
    const double pl = QK_FMA(l.hi, scale, -p) + QK_FMA(l.lo, scale, l.hi * scale_lo);
    const double ku = k * unit, h = ku + p;
    const double y = h + (((ku - h) + p) + QK_FMA(k, unit_lo, pl));
    const double special = x == 0.0 ? -QK_INF : x < 0.0 ? QK_NAN : x;
    return ((x > 0.0) & (x < QK_INF)) ? y : special;
}

QK_INLINE double qk_m_log2(double x) {
    return qk_log_based(x, 1.0, 0.0, QK_LOG2E, QK_LOG2E_LO);
}

QK_INLINE double qk_m_log10(double x) {
    return qk_log_based(x, QK_LOG10_2_HI, QK_LOG10_2_LO, QK_LOG10E, QK_LOG10E_LO);
}

QK_INLINE double qk_m_sinh(double x) {
    const double a = QK_ABS(x), e = qk_m_expm1(a > 30.0 ? 30.0 : a);
    const qk_scaled big = qk_exp_scaled(a > 720.0 ? 720.0 : a, 0.0);
    const double y = a > 30.0 ? qk_scale(big.value, big.k - 1) : 0.5 * (e + e / (e + 1.0));
    return x != x ? x : qk_copysign(y, x);
}

QK_INLINE double qk_m_cosh(double x) {
    const double a = QK_ABS(x);
    const qk_scaled e = qk_exp_scaled(a > 720.0 ? 720.0 : a, 0.0);
    const double half = qk_scale(e.value, e.k - 1);
    return x != x ? x : half + 0.25 / half;
}

QK_INLINE double qk_m_tanh(double x) {
    const double a = QK_ABS(x), e = qk_m_expm1(a > 22.0 ? 44.0 : 2.0 * a);
    return x != x ? x : qk_copysign(e / (e + 2.0), x);
}

#endif
