// SPDX-License-Identifier: Apache-2.0
// -log of the probabilities of a column of words: what normals and exponentials are made of.
#ifndef QK_WORD_LOGS_H
#define QK_WORD_LOGS_H
#include "qk_math_explog.h"

/// The probability of a word, in (0, 1].
QK_INLINE double qk_word_probability(uint64_t w) { return QK_FMA((double)w, 0x1p-64, 0x1p-65); }

/// -log of it, +0 at the least.
QK_INLINE double qk_word_log(uint64_t w) { return 0.0 - qk_log_normal(qk_word_probability(w)); }

#if defined(__x86_64__)
#include <immintrin.h>
// The same arithmetic for eight lanes. The compiler makes gathers of the two table look-ups; as
// permutations of registers they make the whole a quarter faster.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
QK_INLINE __m512d qk_word_logs_8(__m512i w) {
    const __m512i least = _mm512_set1_epi64((long long)QK_LOG_LEAST);
    const __m512d x = _mm512_fmadd_pd(_mm512_cvtepu64_pd(w), _mm512_set1_pd(0x1p-64),
                                      _mm512_set1_pd(0x1p-65));
    const __m512i u = _mm512_add_epi64(
        _mm512_castpd_si512(x), _mm512_set1_epi64((long long)(0x3ff0000000000000u - QK_LOG_LEAST)));
    const __m512i exponent = _mm512_or_si512(_mm512_srli_epi64(u, 52),
                                             _mm512_set1_epi64(0x4330000000000000));
    const __m512d k = _mm512_sub_pd(_mm512_castsi512_pd(exponent), _mm512_set1_pd(0x1p52 + 1023.0));
    const __m512d m = _mm512_castsi512_pd(_mm512_add_epi64(
        _mm512_and_si512(u, _mm512_set1_epi64(0x000fffffffffffff)), least));
    const __m512i part = _mm512_srli_epi64(u, 48);  // its low four bits count
    const __m512d inverse =
        _mm512_permutex2var_pd(_mm512_loadu_pd(qk_c_log_inverse), part,
                               _mm512_loadu_pd(qk_c_log_inverse + 8));
    const __m512d l = _mm512_permutex2var_pd(_mm512_loadu_pd(qk_c_log_part), part,
                                             _mm512_loadu_pd(qk_c_log_part + 8));
    const __m512d r = _mm512_fmadd_pd(m, inverse, _mm512_set1_pd(-1.0));
    const __m512d z = _mm512_mul_pd(r, r);
    __m512d even = _mm512_set1_pd(qk_c_log[8]), odd = _mm512_set1_pd(qk_c_log[7]);
    _Pragma("clang loop unroll(full)")
    for (int i = 6; i >= 0; i -= 2) {
        even = _mm512_fmadd_pd(even, z, _mm512_set1_pd(qk_c_log[i]));
        if (i > 0) odd = _mm512_fmadd_pd(odd, z, _mm512_set1_pd(qk_c_log[i - 1]));
    }
    const __m512d high = _mm512_fmadd_pd(k, _mm512_set1_pd(QK_LN2_HI), l);
    const __m512d sum = _mm512_add_pd(high, r);
    const __m512d low = _mm512_fmadd_pd(k, _mm512_set1_pd(QK_LN2_LO),
                                        _mm512_add_pd(_mm512_sub_pd(high, sum), r));
    const __m512d tail = _mm512_fmadd_pd(z, _mm512_fmadd_pd(odd, r, even), low);
    return _mm512_sub_pd(_mm512_setzero_pd(), _mm512_add_pd(sum, tail));
}

static size_t qk_word_logs_wide(double *restrict dst, const uint64_t *restrict w, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512d a = qk_word_logs_8(_mm512_loadu_si512(w + i));
        const __m512d b = qk_word_logs_8(_mm512_loadu_si512(w + i + 8));
        _mm512_storeu_pd(dst + i, a);
        _mm512_storeu_pd(dst + i + 8, b);
    }
    return i;
}
#pragma clang attribute pop
#else
QK_INLINE size_t qk_word_logs_wide(double *restrict dst, const uint64_t *restrict w, size_t n) {
    return 0;
}
#endif

/// dst[i] = -log of the probability of w[i]; `level` is the build's own.
QK_INLINE void qk_word_logs(int level, double *restrict dst, const uint64_t *restrict w, size_t n) {
    const size_t done = level == 2 ? qk_word_logs_wide(dst, w, n) : 0;
    QK_LOOP for (size_t i = done; i < n; i++) dst[i] = qk_word_log(w[i]);
}

#endif
