// SPDX-License-Identifier: Apache-2.0
#include "qk_quantiles.h"
#include <string.h>
#include "qk_math.h"
#include "qk_word_logs.h"

typedef struct {
    uint64_t upper;  // all ones where the word names an upper tail
    double p;        // its probability, (0, 1/2]
} qk_tail;

QK_INLINE qk_tail qk_tail_of(uint64_t w) {
    const uint64_t upper = (uint64_t)((int64_t)w >> 63);
    return (qk_tail){upper, QK_FMA((double)(int64_t)(w ^ upper), 0x1p-64, 0x1p-65)};
}

/// Exponential with the word's tails.
QK_INLINE double qk_tail_exponential(qk_tail t) {
    const double far = -qk_log_normal(t.p), near = -qk_m_log1p(-t.p);
    return t.upper ? far : near;
}

#define QK_LANES(loop, name, call, params, args)                                                 \
    QK_INLINE void name##_body params {                                                          \
        loop for (size_t i = 0; i < n; i++) dst[i] = call;                                       \
    }                                                                                            \
    QK_KERNEL(void, name, params, args)
#define QK_WORDS(name, call, params, args) QK_LANES(QK_LOOP, name, call, params, args)

QK_WORDS(qk_word_uniform, QK_FMA(width, ((double)(int64_t)(w[i] >> 11) + 0.5) * 0x1p-53, a),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double a, double width),
         (dst, w, n, a, width))

/// Whether multiplying by 1 / x rounds as dividing by x does: x is a power of two.
QK_INLINE int qk_inverse_is_exact(double x) {
    const uint64_t exponent = (qk_bits(x) >> 52) & 0x7ff;
    return (qk_bits(x) & 0xfffffffffffffu) == 0 && exponent > 1 && exponent < 2045;
}

QK_INLINE void qk_word_exponential_body(int level, double *restrict dst,
                                        const uint64_t *restrict w, size_t n, double rate) {
    qk_word_logs(level, dst, w, n);
    if (rate == 1.0) return;
    if (qk_inverse_is_exact(rate)) {
        const double scale = 1.0 / rate;
        QK_LOOP for (size_t i = 0; i < n; i++) dst[i] *= scale;
    } else {
        QK_LOOP for (size_t i = 0; i < n; i++) dst[i] /= rate;
    }
}
QK_KERNEL_KNOWING(void, qk_word_exponential,
                  (double *restrict dst, const uint64_t *restrict w, size_t n, double rate),
                  (dst, w, n, rate))

QK_WORDS(qk_word_weibull, scale *qk_m_pow(qk_tail_exponential(qk_tail_of(w[i])), power),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double power, double scale),
         (dst, w, n, power, scale))

QK_WORDS(qk_word_pareto, scale *qk_m_exp(power *qk_tail_exponential(qk_tail_of(w[i]))),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double power, double scale),
         (dst, w, n, power, scale))

QK_WORDS(qk_word_gumbel,
         QK_FMA(-scale, qk_m_log(qk_tail_exponential(qk_tail_of(~w[i]))), location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double location,
          double scale),
         (dst, w, n, location, scale))

QK_INLINE double qk_cauchy_of(uint64_t w) {
    const qk_tail t = qk_tail_of(w);
    const int far = t.p < 0.25;
    const double tangent = qk_tan_near(QK_PI * (far ? t.p : 0.5 - t.p));
    const double size = far ? 1.0 / tangent : tangent;
    return t.upper ? size : -size;
}

QK_WORDS(qk_word_cauchy, QK_FMA(scale, qk_cauchy_of(w[i]), location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double location,
          double scale),
         (dst, w, n, location, scale))

/// log((1 - p) / p) >= 0, accurate up to the median.
QK_INLINE double qk_tail_logit(double p) { return qk_m_log1p(QK_FMA(-2.0, p, 1.0) / p); }

QK_INLINE double qk_signed(double size, uint64_t upper) { return upper ? size : -size; }

QK_WORDS(qk_word_laplace,
         QK_FMA(scale, qk_signed(0.0 - qk_log_normal(2.0 * qk_tail_of(w[i]).p),
                                 qk_tail_of(w[i]).upper), location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double location,
          double scale),
         (dst, w, n, location, scale))

QK_WORDS(qk_word_logistic,
         QK_FMA(scale, qk_signed(qk_tail_logit(qk_tail_of(w[i]).p), qk_tail_of(w[i]).upper),
                location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double location,
          double scale),
         (dst, w, n, location, scale))

QK_WORDS(qk_word_log_logistic,
         scale *qk_m_exp(power *qk_signed(qk_tail_logit(qk_tail_of(w[i]).p),
                                          qk_tail_of(w[i]).upper)),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double power, double scale),
         (dst, w, n, power, scale))

QK_INLINE double qk_triangular_of(qk_tail t, double lower, double mode, double upper) {
    const double width = upper - lower;
    const double own = t.upper ? upper - mode : mode - lower;  // the side that the tail begins at
    const double other = t.upper ? mode - lower : upper - mode;
    const int beyond = t.p * width > own;
    // From the end up to the mode; beyond it from the mode, other (1 - sqrt(1 - r)).
    const double near = QK_SQRT(t.p * width * own);
    const double r = QK_FMA(t.p, width, -own) / other;
    const double far = other * (r / (1.0 + QK_SQRT(1.0 - r)));
    const double from = beyond ? mode : t.upper ? upper : lower, step = beyond ? far : near;
    return t.upper ? from - step : from + step;
}

QK_WORDS(qk_word_triangular, qk_triangular_of(qk_tail_of(w[i]), lower, mode, upper),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double lower, double mode,
          double upper),
         (dst, w, n, lower, mode, upper))

/// (exp(shape y) - 1) / shape, and y for shape 0.
QK_INLINE double qk_box_cox(double y, double shape) {
    return shape == 0.0 ? y : qk_m_expm1(shape * y) / shape;
}

QK_WORDS(qk_word_generalized_pareto,
         QK_FMA(scale, qk_box_cox(qk_tail_exponential(qk_tail_of(w[i])), shape), location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double shape,
          double location, double scale),
         (dst, w, n, shape, location, scale))

QK_WORDS(qk_word_extreme_value,
         QK_FMA(scale, qk_box_cox(0.0 - qk_m_log(qk_tail_exponential(qk_tail_of(~w[i]))), shape),
                location),
         (double *restrict dst, const uint64_t *restrict w, size_t n, double shape,
          double location, double scale),
         (dst, w, n, shape, location, scale))

QK_LANES(, qk_word_row, (double)(int64_t)(uint64_t)(((unsigned __int128)w[i] * count) >> 64),
         (double *restrict dst, const uint64_t *restrict w, size_t n, uint64_t count),
         (dst, w, n, count))

QK_LANES(, qk_gather, table[(int64_t)index[i]],
         (double *restrict dst, const double *restrict index, size_t n, const double *table),
         (dst, index, n, table))

QK_INLINE void qk_blend_body(double *restrict dst, const double *restrict src,
                              const double *restrict label, double wanted, int unequal,
                              size_t n) {
    QK_LOOP for (size_t i = 0; i < n; i++) {
        const double taken = src[i], kept = dst[i];
        dst[i] = ((label[i] == wanted) ^ (unequal != 0)) ? taken : kept;
    }
}

QK_KERNEL(void, qk_blend,
          (double *restrict dst, const double *restrict src, const double *restrict label,
           double wanted, int unequal, size_t n),
          (dst, src, label, wanted, unequal, n))

/// The word's polynomial.
QK_INLINE double qk_table_value(uint64_t w, const double *table) {
    const qk_tail t = qk_tail_of(w);
    uint64_t bits = qk_bits(t.p);
    bits = bits > 0x3fdfffffffffffffu ? 0x3fdfffffffffffffu : bits;  // 1/2 counts as just below
    const uint64_t bucket = (bits >> 50) - (0x3be0000000000000u >> 50);
    const double *c = table + ((t.upper & QK_TABLE_BUCKETS) + bucket) * QK_TABLE_TERMS;
    const double m = qk_real((bits & 0x0003ffffffffffffu) << 2 | 0x3ff0000000000000u);
    const double x = QK_FMA(2.0, m, -3.0);
    double y = c[QK_TABLE_TERMS - 1];
    _Pragma("clang loop unroll(full)")
    for (int k = QK_TABLE_TERMS - 2; k >= 0; k--) y = QK_FMA(y, x, c[k]);
    return y;
}

QK_INLINE double qk_logistic(double v) { return 1.0 / (1.0 + qk_m_exp(-v)); }

#define QK_TABLE_LOOP(f) \
    QK_LOOP for (size_t i = 0; i < n; i++) \
        dst[i] = QK_FMA(scale, f(qk_table_value(w[i], table)), location);

QK_INLINE void qk_word_table_body(double *restrict dst, const uint64_t *restrict w, size_t n,
                                  const double *table, int map, double location, double scale) {
    switch (map) {
        case 0: QK_TABLE_LOOP() break;
        case 1: QK_TABLE_LOOP(qk_m_exp) break;
        case 2: QK_TABLE_LOOP(qk_logistic) break;
        default: QK_TABLE_LOOP(qk_m_sinh) break;
    }
}

QK_KERNEL(void, qk_word_table,
          (double *restrict dst, const uint64_t *restrict w, size_t n, const double *table,
           int map, double location, double scale),
          (dst, w, n, table, map, location, scale))

void qk_word_index(double *restrict dst, const uint64_t *restrict w, size_t n,
                   const uint64_t *cumulative, const uint32_t *guide, unsigned shift) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t word = w[i], bucket = word >> shift;
        uint32_t low = guide[bucket], high = guide[bucket + 1];
        while (low < high) {
            const uint32_t middle = low + (high - low) / 2;
            if (cumulative[middle] <= word) low = middle + 1;
            else high = middle;
        }
        dst[i] = low;
    }
}

QK_INLINE void qk_combine_body(double *restrict dst, const double *restrict src, size_t stride,
                               const double *c, size_t m, double shift, size_t n) {
    for (size_t begin = 0; begin < n; begin += 64) {
        const size_t end = n - begin < 64 ? n : begin + 64;
        for (size_t i = begin; i < end; i++) dst[i] = shift;
        for (size_t j = 0; j < m; j++) {
            const double *column = src + j * stride;
            QK_LOOP for (size_t i = begin; i < end; i++)
                dst[i] = QK_FMA(c[j], column[i], dst[i]);
        }
    }
}

QK_KERNEL(void, qk_combine,
          (double *restrict dst, const double *restrict src, size_t stride, const double *c,
           size_t m, double shift, size_t n),
          (dst, src, stride, c, m, shift, n))
