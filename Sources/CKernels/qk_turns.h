// SPDX-License-Identifier: Apache-2.0
// Normals of columns of words, by Box and Muller.
#ifndef QK_TURNS_H
#define QK_TURNS_H
#include "qk_math_trig.h"
#include "qk_word_logs.h"

/// The radius of Box and Muller from -log of a probability.
QK_INLINE double qk_radius(double minus_log) { return QK_SQRT(2.0 * minus_log); }

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
typedef struct {
    double sine[7][4], cosine[7][4], one[4], top[4], upper[4], lower[4], units[4];
    uint64_t half[4];
} qk_turn_table;

static const _Alignas(32) qk_turn_table qk_turn_constants = {
    {QK_FOUR(qk_c_sinquarter[0]), QK_FOUR(qk_c_sinquarter[1]), QK_FOUR(qk_c_sinquarter[2]),
     QK_FOUR(qk_c_sinquarter[3]), QK_FOUR(qk_c_sinquarter[4]), QK_FOUR(qk_c_sinquarter[5]),
     QK_FOUR(qk_c_sinquarter[6])},
    {QK_FOUR(qk_c_cosquarter[0]), QK_FOUR(qk_c_cosquarter[1]), QK_FOUR(qk_c_cosquarter[2]),
     QK_FOUR(qk_c_cosquarter[3]), QK_FOUR(qk_c_cosquarter[4]), QK_FOUR(qk_c_cosquarter[5]),
     QK_FOUR(qk_c_cosquarter[6])},
    QK_FOUR(1.0), QK_FOUR(-0.0), QK_FOUR(0x1p20), QK_FOUR(0x1p-12), QK_FOUR(0x1p20 + 0x1p-1 + 0x1p-12),
    QK_FOUR(0x2000000000000000u)};

/// The normals of four lanes, the cosine's and the sine's, from the squared radius and the angle's word.
typedef struct {
    __m256d even, odd;
} qk_normals_4;

QK_INLINE qk_normals_4 qk_turn_4(const qk_turn_table *k, __m256d squared, __m256i turn) {
    const __m256i nearest = _mm256_add_epi64(turn, _mm256_load_si256((const __m256i *)k->half));
    // Quarters of a turn from the nearest one. Adding half a quarter has turned the sign's bit round, which
    // is how a signed number is made a double by its place in one.
    const __m256d upper = _mm256_castsi256_pd(_mm256_blend_epi32(
        _mm256_srli_epi64(nearest, 30), _mm256_castpd_si256(_mm256_load_pd(k->upper)), 0xAA));
    const __m256d lower = _mm256_castsi256_pd(_mm256_blend_epi32(
        _mm256_slli_epi64(turn, 2), _mm256_castpd_si256(_mm256_load_pd(k->lower)), 0xAA));
    const __m256d t = _mm256_add_pd(_mm256_sub_pd(upper, _mm256_load_pd(k->units)), lower);
    const __m256d z = _mm256_mul_pd(t, t), w = _mm256_mul_pd(z, z);
    __m256d s = _mm256_load_pd(k->sine[6]), s1 = _mm256_load_pd(k->sine[5]), c = _mm256_load_pd(k->cosine[6]), c1 = _mm256_load_pd(k->cosine[5]);
    _Pragma("clang loop unroll(full)")
    for (int i = 4; i >= 0; i -= 2) {
        s = _mm256_fmadd_pd(s, w, _mm256_load_pd(k->sine[i]));
        c = _mm256_fmadd_pd(c, w, _mm256_load_pd(k->cosine[i]));
        if (i == 0) break;
        s1 = _mm256_fmadd_pd(s1, w, _mm256_load_pd(k->sine[i - 1]));
        c1 = _mm256_fmadd_pd(c1, w, _mm256_load_pd(k->cosine[i - 1]));
    }
    s = _mm256_mul_pd(t, _mm256_fmadd_pd(s1, z, s));
    c = _mm256_fmadd_pd(z, _mm256_fmadd_pd(c1, z, c), _mm256_load_pd(k->one));
    // The second bit says which of the two is the cosine, and with the first one the cosine's sign.
    const __m256d first = _mm256_castsi256_pd(nearest);
    const __m256d second = _mm256_castsi256_pd(_mm256_slli_epi64(nearest, 1));
    const __m256d r = _mm256_sqrt_pd(squared);
    const __m256d odd = _mm256_xor_pd(r, _mm256_and_pd(first, _mm256_load_pd(k->top)));
    const __m256d even = _mm256_xor_pd(odd, _mm256_and_pd(second, _mm256_load_pd(k->top)));
    return (qk_normals_4){_mm256_mul_pd(even, _mm256_blendv_pd(c, s, second)),
                          _mm256_mul_pd(odd, _mm256_blendv_pd(s, c, second))};
}

/// How many lanes of a chunk it took, from the first on; `odd` may be NULL.
QK_INLINE size_t qk_turns_vectors(double *restrict even, double *restrict odd,
                                  const double *restrict squared, const uint64_t *restrict high,
                                  size_t n) {
    const qk_turn_table *table = &qk_turn_constants;
    __asm__("" : "+r"(table));  // operands in memory, as for the logarithm
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const qk_normals_4 x = qk_turn_4(table, _mm256_loadu_pd(squared + i),
                                         _mm256_loadu_si256((const __m256i *)(high + i)));
        _mm256_storeu_pd(even + i, x.even);
        if (odd) _mm256_storeu_pd(odd + i, x.odd);
    }
    return i;
}

static __attribute__((unused)) size_t qk_turns_avx2(double *restrict even, double *restrict odd,
                                                    double *restrict squared,
                                                    const uint64_t *restrict low,
                                                    const uint64_t *restrict high, size_t n) {
    const size_t done = qk_word_logs_twice_avx2(squared, low, n);
    return odd ? qk_turns_vectors(even, odd, squared, high, done)
               : qk_turns_vectors(even, NULL, squared, high, done);
}
#pragma clang attribute pop
#else
QK_INLINE size_t qk_turns_avx2(double *restrict even, double *restrict odd, double *restrict squared,
                               const uint64_t *restrict low, const uint64_t *restrict high, size_t n) {
    return 0;
}
#endif

/// The normals of n lanes' words, or where `both` is 0 the even ones alone; `logs` has room for n.
QK_INLINE void qk_turns(int level, double *restrict even, double *restrict odd, int both,
                        double *restrict logs, const uint64_t *restrict low,
                        const uint64_t *restrict high, size_t n) {
    const size_t done = level == 1 ? qk_turns_avx2(even, both ? odd : NULL, logs, low, high, n) : 0;
    if (level == 1 && done == n) return;
    qk_word_logs(level, logs + done, low + done, n - done);
    QK_LOOP for (size_t i = done; i < n; i++) {
        const double r = qk_radius(logs[i]);
        const qk_pair turn = qk_turn(high[i]);
        even[i] = r * turn.hi;
        if (both) odd[i] = r * turn.lo;
    }
}

#endif
