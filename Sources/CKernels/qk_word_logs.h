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

// And for four lanes with AVX2. A lane's two table entries lie side by side and are loaded as one: the loads
// are free, where gathers or permutations would take what the arithmetic waits for. Constants are operands in
// memory, four times each, as sixteen registers do not hold them.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define QK_FOUR(x) {x, x, x, x}
typedef struct {
    double c[9][4], upper[4], lower[4], units[4], half[4], minus_one[4], exponent[4], bias[4], ln2_hi[4], ln2_lo[4];
    uint64_t least[4], to_least[4], mantissa[4];
    double pairs[16][2];
} qk_log_table;

#define QK_PAIR(i) {qk_c_log_inverse[i], qk_c_log_part[i]}
static const _Alignas(32) qk_log_table qk_log_constants = {
    {QK_FOUR(qk_c_log[0]), QK_FOUR(qk_c_log[1]), QK_FOUR(qk_c_log[2]), QK_FOUR(qk_c_log[3]),
     QK_FOUR(qk_c_log[4]), QK_FOUR(qk_c_log[5]), QK_FOUR(qk_c_log[6]), QK_FOUR(qk_c_log[7]),
     QK_FOUR(qk_c_log[8])},
    // A word's halves are made doubles by their place in one: 2^20 and 2^-12 have the units 2^-32 and 2^-64.
    QK_FOUR(0x1p20), QK_FOUR(0x1p-12), QK_FOUR(0x1p20 + 0x1p-12), QK_FOUR(0x1p-65), QK_FOUR(-1.0),
    QK_FOUR(0x1p52), QK_FOUR(0x1p52 + 1023.0), QK_FOUR(QK_LN2_HI), QK_FOUR(QK_LN2_LO),
    QK_FOUR(QK_LOG_LEAST), QK_FOUR(0x3ff0000000000000u - QK_LOG_LEAST), QK_FOUR(0x000fffffffffffffu),
    {QK_PAIR(0), QK_PAIR(1), QK_PAIR(2), QK_PAIR(3), QK_PAIR(4), QK_PAIR(5), QK_PAIR(6), QK_PAIR(7),
     QK_PAIR(8), QK_PAIR(9), QK_PAIR(10), QK_PAIR(11), QK_PAIR(12), QK_PAIR(13), QK_PAIR(14), QK_PAIR(15)}};

typedef struct {
    __m256d inverse, part;
} qk_log_entries;

/// The entries that the top four bits of the mantissas name; `mantissas` has no other bits above.
QK_INLINE qk_log_entries qk_log_find(const qk_log_table *table, __m256i mantissas) {
    _Alignas(32) uint16_t quarters[16];
    _mm256_store_si256((__m256i *)quarters, mantissas);
    __asm__("" : "+m"(quarters));  // or it would take them out of the register one by one
    const double (*pairs)[2] = table->pairs;
    const __m256d a = _mm256_insertf128_pd(
        _mm256_castpd128_pd256(_mm_load_pd(pairs[quarters[3]])), _mm_load_pd(pairs[quarters[11]]), 1);
    const __m256d b = _mm256_insertf128_pd(
        _mm256_castpd128_pd256(_mm_load_pd(pairs[quarters[7]])), _mm_load_pd(pairs[quarters[15]]), 1);
    return (qk_log_entries){_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)};
}

/// log of the words' probabilities, times the factor (a power of two, either sign); never -0.
QK_INLINE __m256d qk_word_logs_4(const qk_log_table *table, __m256i w, __m256d factor) {
    const __m256d upper =
        _mm256_or_pd(_mm256_castsi256_pd(_mm256_srli_epi64(w, 32)), _mm256_load_pd(table->upper));
    const __m256d lower = _mm256_castsi256_pd(
        _mm256_blend_epi32(w, _mm256_castpd_si256(_mm256_load_pd(table->lower)), 0xAA));
    const __m256d x =
        _mm256_add_pd(_mm256_add_pd(_mm256_sub_pd(upper, _mm256_load_pd(table->units)), lower), _mm256_load_pd(table->half));
    const __m256i u = _mm256_add_epi64(_mm256_castpd_si256(x), _mm256_load_si256((const __m256i *)table->to_least));
    const __m256i mantissa = _mm256_and_si256(u, _mm256_load_si256((const __m256i *)table->mantissa));
    const qk_log_entries entries = qk_log_find(table, mantissa);
    const __m256d k = _mm256_sub_pd(
        _mm256_or_pd(_mm256_castsi256_pd(_mm256_srli_epi64(u, 52)), _mm256_load_pd(table->exponent)), _mm256_load_pd(table->bias));
    const __m256d m = _mm256_castsi256_pd(_mm256_add_epi64(mantissa, _mm256_load_si256((const __m256i *)table->least)));
    const __m256d r = _mm256_fmadd_pd(m, entries.inverse, _mm256_load_pd(table->minus_one));
    const __m256d z = _mm256_mul_pd(r, r);
    __m256d even = _mm256_load_pd(table->c[8]), odd = _mm256_load_pd(table->c[7]);
    _Pragma("clang loop unroll(full)")
    for (int i = 6; i >= 0; i -= 2) {
        even = _mm256_fmadd_pd(even, z, _mm256_load_pd(table->c[i]));
        if (i > 0) odd = _mm256_fmadd_pd(odd, z, _mm256_load_pd(table->c[i - 1]));
    }
    const __m256d high = _mm256_fmadd_pd(k, _mm256_load_pd(table->ln2_hi), entries.part);
    const __m256d sum = _mm256_add_pd(high, r);
    const __m256d low =
        _mm256_fmadd_pd(k, _mm256_load_pd(table->ln2_lo), _mm256_add_pd(_mm256_sub_pd(high, sum), r));
    const __m256d log = _mm256_add_pd(sum, _mm256_fmadd_pd(z, _mm256_fmadd_pd(odd, r, even), low));
    return _mm256_fmadd_pd(log, factor, _mm256_setzero_pd());
}

/// -log of the words' probabilities, times 1 or 2.
QK_INLINE size_t qk_word_logs_vectors(double *restrict dst, const uint64_t *restrict w, size_t n,
                                      double times) {
    const qk_log_table *table = &qk_log_constants;
    __asm__("" : "+r"(table));  // or the compiler would broadcast each constant anew
    const __m256d factor = _mm256_set1_pd(-times);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m256i own = _mm256_loadu_si256((const __m256i *)(w + i));
        _mm256_storeu_pd(dst + i, qk_word_logs_4(table, own, factor));
    }
    return i;
}

static __attribute__((unused)) size_t qk_word_logs_avx2(double *restrict dst, const uint64_t *restrict w,
                                                        size_t n) {
    return qk_word_logs_vectors(dst, w, n, 1.0);
}

static __attribute__((unused)) size_t qk_word_logs_twice_avx2(double *restrict dst,
                                                              const uint64_t *restrict w, size_t n) {
    return qk_word_logs_vectors(dst, w, n, 2.0);
}
#pragma clang attribute pop
#else
QK_INLINE size_t qk_word_logs_wide(double *restrict dst, const uint64_t *restrict w, size_t n) {
    return 0;
}

QK_INLINE size_t qk_word_logs_avx2(double *restrict dst, const uint64_t *restrict w, size_t n) {
    return 0;
}

QK_INLINE size_t qk_word_logs_twice_avx2(double *restrict dst, const uint64_t *restrict w, size_t n) {
    return 0;
}
#endif

/// dst[i] = -log of the probability of w[i]; `level` is the build's own.
QK_INLINE void qk_word_logs(int level, double *restrict dst, const uint64_t *restrict w, size_t n) {
    const size_t done = level == 2   ? qk_word_logs_wide(dst, w, n)
                        : level == 1 ? qk_word_logs_avx2(dst, w, n)
                                     : 0;
    QK_LOOP for (size_t i = done; i < n; i++) dst[i] = qk_word_log(w[i]);
}

#endif
