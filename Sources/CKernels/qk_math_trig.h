// SPDX-License-Identifier: Apache-2.0
// Circular functions and their inverses.
#ifndef QK_MATH_TRIG_H
#define QK_MATH_TRIG_H
#include "qk_math_explog.h"

/// The largest |x| that the branch-free reduction takes; beyond it see qk_quarter_far.
#define QK_QUARTER_NEAR 0x1p30

/// x = (quarter + 4 n) pi/2 + hi + lo, |hi| <= pi/4 (and a little).
typedef struct {
    double hi, lo;
    uint64_t quarter;
} qk_angle;

/// Reduction in three parts of pi/2 (159 bits), for |x| <= QK_QUARTER_NEAR.
QK_INLINE qk_angle qk_quarter_near(double x) {
    const double t = QK_FMA(x, QK_TWO_OVER_PI, QK_MAGIC), k = t - QK_MAGIC;
    const double r = QK_FMA(-k, QK_PI_HALF_1, x);  // exact
    const double w = k * QK_PI_HALF_2, wl = QK_FMA(k, QK_PI_HALF_2, -w);
    const double hi = r - w, back = hi - r;
    const double lost = (r - (hi - back)) - (w + back);
    return (qk_angle){hi, lost - QK_FMA(k, QK_PI_HALF_3, wl), qk_bits(t)};
}

/// Reduction of any finite |x| > QK_QUARTER_NEAR by 192 bits of 2/pi. Not branch-free.
QK_INLINE qk_angle qk_quarter_far(double x) {
    const uint64_t u = qk_bits(x) & 0x7fffffffffffffffu;
    const uint64_t m = (u & 0x000fffffffffffffu) | 0x0010000000000000u;
    // |x| = m 2^e; bits of 2/pi worth a multiple of four quarters times m are skipped. A word of
    // zeros stands before the table.
    const int e = (int)(u >> 52) - 1075, first = e - 2 + 64;
    const int word = first >> 6, shift = first & 63;
    uint64_t f[3];
    for (int i = 0; i < 3; i++) {
        const uint64_t a = word + i == 0 ? 0 : qk_c_two_over_pi[word + i - 1];
        const uint64_t b = qk_c_two_over_pi[word + i];
        f[i] = shift == 0 ? a : (a << shift) | (b >> (64 - shift));
    }
    const unsigned __int128 low = (unsigned __int128)m * f[2];
    const unsigned __int128 middle = (unsigned __int128)m * f[1] + (uint64_t)(low >> 64);
    uint64_t p0 = (uint64_t)low, p1 = (uint64_t)middle;
    uint64_t p2 = m * f[0] + (uint64_t)(middle >> 64);
    const uint64_t quarter = (p2 + 0x2000000000000000u) >> 62;
    // The rest as a signed fraction of a quarter, 192 bits.
    p2 = (p2 << 2) | (p1 >> 62);
    p1 = (p1 << 2) | (p0 >> 62);
    p0 = p0 << 2;
    const int negative = (int)(p2 >> 63);
    if (negative) {
        p0 = ~p0 + 1;
        p1 = ~p1 + (p0 == 0);
        p2 = ~p2 + (p0 == 0 && p1 == 0);
    }
    int zeros = 0;
    while (zeros < 128 && (p2 >> 63) == 0) {
        p2 = (p2 << 1) | (p1 >> 63);
        p1 = (p1 << 1) | (p0 >> 63);
        p0 <<= 1;
        zeros++;
    }
    const double unit = qk_real((uint64_t)(1023 - 53 - zeros) << 52);
    const double a = (double)(p2 >> 11) * unit;
    const double b = (double)(((p2 & 0x7ff) << 42) | (p1 >> 22)) * (unit * 0x1p-53);
    const double hi = a * QK_PI_HALF_1;
    const double lo = QK_FMA(a, QK_PI_HALF_1, -hi) + QK_FMA(a, QK_PI_HALF_2, b * QK_PI_HALF_1);
    const int flip = negative != (int)(qk_bits(x) >> 63);
    return (qk_angle){flip ? -hi : hi, flip ? -lo : lo, qk_bits(x) >> 63 ? 0 - quarter : quarter};
}

QK_INLINE double qk_sin_part(double hi, double lo) {
    const double z = hi * hi;
    const double p = z * qk_poly(z, qk_c_sin, 6);
    return hi + QK_FMA(hi, p, QK_FMA(-0.5 * z, lo, lo));
}

QK_INLINE double qk_cos_part(double hi, double lo) {
    const double z = hi * hi, half = 0.5 * z, w = 1.0 - half;
    const double p = QK_FMA(z * z, qk_poly(z, qk_c_cos, 6), -hi * lo);
    return w + (((1.0 - w) - half) + p);
}

QK_INLINE double qk_sin_of(qk_angle a) {
    const double s = qk_sin_part(a.hi, a.lo), c = qk_cos_part(a.hi, a.lo);
    const double y = (a.quarter & 1) != 0 ? c : s;
    return qk_real(qk_bits(y) ^ ((a.quarter & 2) << 62));
}

QK_INLINE double qk_cos_of(qk_angle a) {
    const double s = qk_sin_part(a.hi, a.lo), c = qk_cos_part(a.hi, a.lo);
    const double y = (a.quarter & 1) != 0 ? s : c;
    return qk_real(qk_bits(y) ^ (((a.quarter + 1) & 2) << 62));
}

QK_INLINE double qk_tan_of(qk_angle a) {
    const double s = qk_sin_part(a.hi, a.lo), c = qk_cos_part(a.hi, a.lo);
    const int swap = (a.quarter & 1) != 0;
    return (swap ? -c : s) / (swap ? s : c);
}

// Branch-free, for |x| <= QK_QUARTER_NEAR (and NaN); other arguments give no meaningful result.
QK_INLINE double qk_sin_near(double x) { return x == 0.0 ? x : qk_sin_of(qk_quarter_near(x)); }
QK_INLINE double qk_cos_near(double x) { return qk_cos_of(qk_quarter_near(x)); }
QK_INLINE double qk_tan_near(double x) { return x == 0.0 ? x : qk_tan_of(qk_quarter_near(x)); }

// Every argument; these branch, so loops use qk_…_near and mend the rest afterwards.
QK_INLINE double qk_m_sin(double x) {
    if (!(QK_ABS(x) > QK_QUARTER_NEAR)) return qk_sin_near(x);
    return QK_ABS(x) == QK_INF ? QK_NAN : qk_sin_of(qk_quarter_far(x));
}

QK_INLINE double qk_m_cos(double x) {
    if (!(QK_ABS(x) > QK_QUARTER_NEAR)) return qk_cos_near(x);
    return QK_ABS(x) == QK_INF ? QK_NAN : qk_cos_of(qk_quarter_far(x));
}

QK_INLINE double qk_m_tan(double x) {
    if (!(QK_ABS(x) > QK_QUARTER_NEAR)) return qk_tan_near(x);
    return QK_ABS(x) == QK_INF ? QK_NAN : qk_tan_of(qk_quarter_far(x));
}

/// cos and sin of the angle 2 pi turn / 2^64: hi is the cosine, lo the sine.
QK_INLINE qk_pair qk_turn(uint64_t turn) {
    const double t = (double)(int64_t)(turn << 2) * 0x1p-64;  // quarters from the nearest one
    const uint64_t nearest = turn + 0x2000000000000000u;
    const double z = t * t;
    const double s = t * qk_poly(z, qk_c_sinquarter, 7);
    const double c = QK_FMA(z, qk_poly(z, qk_c_cosquarter, 7), 1.0);
    const int swap = (nearest & 0x4000000000000000u) != 0;
    const uint64_t top = 0x8000000000000000u;
    const double x = swap ? s : c, y = swap ? c : s;
    return (qk_pair){qk_real(qk_bits(x) ^ ((nearest + 0x4000000000000000u) & top)),
                     qk_real(qk_bits(y) ^ (nearest & top))};
}

/// atan(a/b) for a, b >= 0, not both zero, neither infinite nor extreme.
QK_INLINE double qk_atan_ratio(double a, double b) {
    const int steep = a > QK_TAN_3PI_8 * b, middle = a > QK_TAN_PI_8 * b;
    const double sum = a + b, difference = a - b;
    const double back = sum - a, sum_lost = (a - (sum - back)) + (b - back);
    const double forth = difference - a, lost = (a - (difference - forth)) - (b + forth);
    const double n = steep ? -b : middle ? difference : a, nl = (middle & !steep) ? lost : 0.0;
    const double d = steep ? a : middle ? sum : b, dl = (middle & !steep) ? sum_lost : 0.0;
    const double u = n / d, rest = (QK_FMA(-u, d, n) + QK_FMA(-u, dl, nl)) / d;
    const double z = u * u;
    const double p = QK_FMA(u * z, qk_poly(z, qk_c_atan, 12), QK_FMA(-z, rest, rest));
    const double base = steep ? QK_PI_HALF_1 : middle ? QK_PI_QUARTER : 0.0;
    const double low = steep ? QK_PI_HALF_2 : middle ? QK_PI_QUARTER_LO : 0.0;
    const double y = base + u;
    return y + (((base - y) + u) + (low + p));
}

QK_INLINE double qk_m_atan(double x) {
    const double a = QK_ABS(x), y = qk_atan_ratio(a > 0x1p60 ? 0x1p60 : a, 1.0);
    return ((x == x) & (a > 0x1p-30)) ? qk_copysign(y, x) : x;
}

QK_INLINE double qk_m_atan2(double y, double x) {
    double a = QK_ABS(y), b = QK_ABS(x);
    const int far_a = a == QK_INF, far_b = b == QK_INF;
    const double most = a > b ? a : b;
    const double scale = most > 0x1p900 ? 0x1p-200 : most < 0x1p-700 ? 0x1p250 : 1.0;
    a = far_a ? 1.0 : far_b ? 0.0 : a * scale;
    b = far_b ? 1.0 : far_a ? 0.0 : b * scale;
    b = ((a == 0.0) & (b == 0.0)) ? 1.0 : b;
    const double v = qk_atan_ratio(a, b);
    const int left = (qk_bits(x) >> 63) != 0;
    // pi - v, with the low part of pi.
    const double over = QK_PI - v, turned = over + (((QK_PI - over) - v) + QK_PI_LO);
    return ((x != x) | (y != y)) ? QK_NAN : qk_copysign(left ? turned : v, y);
}

/// (asin(s) - s) for s in [0, 1/2], z = s*s.
QK_INLINE double qk_asin_rest(double s, double z) { return s * (z * qk_poly(z, qk_c_asin, 13)); }

QK_INLINE double qk_m_asin(double x) {
    const double a = QK_ABS(x);
    const int near = a <= 0.5;
    const double z = near ? x * x : QK_FMA(-0.5, a, 0.5);
    const double s = near ? a : QK_SQRT(z);
    const double lost = (near | (s == 0.0)) ? 0.0 : QK_FMA(-s, s, z) / (2.0 * s);
    const double p = qk_asin_rest(s, z);
    const double far = QK_PI_HALF_1 - 2.0 * s;
    const double far_lost = (QK_PI_HALF_1 - far) - 2.0 * s;
    const double y = near ? s + p : far + (far_lost + QK_FMA(-2.0, lost + p, QK_PI_HALF_2));
    return a <= 1.0 ? qk_copysign(y, x) : QK_NAN;
}

QK_INLINE double qk_m_acos(double x) {
    const double a = QK_ABS(x);
    const int near = a <= 0.5;
    const double z = near ? x * x : QK_FMA(-0.5, a, 0.5);
    const double s = near ? x : QK_SQRT(z);
    const double lost = (near | (s == 0.0)) ? 0.0 : QK_FMA(-s, s, z) / (2.0 * s);
    const double p = qk_asin_rest(s, z);
    const double middle = QK_PI_HALF_1 - s;
    const double middle_lost = (QK_PI_HALF_1 - middle) - s;
    const double left = QK_PI - 2.0 * s;
    const double left_lost = (QK_PI - left) - 2.0 * s;
    const double y = near ? middle + (middle_lost + (QK_PI_HALF_2 - p))
        : x > 0.0         ? 2.0 * (s + (lost + p))
                          : left + (left_lost + QK_FMA(-2.0, lost + p, QK_PI_LO));
    return a <= 1.0 ? y : QK_NAN;
}

#endif
