// SPDX-License-Identifier: Apache-2.0
#include "qk_survivors.h"
#include "qk_dispatch.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

QK_INLINE uint64_t qk_cell(uint64_t low, uint64_t high, int low_bits, int high_bits) {
    const uint64_t cell = low >> (64 - low_bits);
    return high_bits == 0 ? cell : cell << high_bits | high >> (64 - high_bits);
}

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,popcnt"))),                  \
                             apply_to = function)
// The lanes of a mask of 16, from `first` on, at the list's end.
QK_INLINE size_t qk_list_16(uint32_t *list, size_t count, uint32_t mask, size_t first) {
    const __m512i ids = _mm512_add_epi32(
        _mm512_set1_epi32((int)first),
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    // Compressed in a register: into memory it is slow on some machines.
    _mm512_storeu_si512(list + count, _mm512_maskz_compress_epi32((__mmask16)mask, ids));
    return count + (size_t)_mm_popcnt_u32(mask);
}

QK_INLINE uint32_t qk_open_8(const uint64_t *low, const uint64_t *high, const uint32_t *open, int low_bits,
                             int high_bits) {
    __m512i cell = _mm512_srl_epi64(_mm512_loadu_si512(low), _mm_cvtsi32_si128(64 - low_bits));
    if (high_bits > 0)
        cell = _mm512_or_si512(
            _mm512_sll_epi64(cell, _mm_cvtsi32_si128(high_bits)),
            _mm512_srl_epi64(_mm512_loadu_si512(high), _mm_cvtsi32_si128(64 - high_bits)));
    const __m256i bit = _mm256_and_si256(_mm512_cvtepi64_epi32(cell), _mm256_set1_epi32(31));
    const __m256i word = _mm512_i64gather_epi32(_mm512_srli_epi64(cell, 5), open, 4);
    return _mm256_test_epi32_mask(_mm256_srlv_epi32(word, bit), _mm256_set1_epi32(1));
}

static __attribute__((unused)) size_t qk_open_cells_wide(uint32_t *list, const uint64_t *low, const uint64_t *high,
                                                         size_t n, const uint32_t *open, int low_bits,
                                                         int high_bits, size_t *done) {
    size_t count = 0, i = 0;
    for (; i + 16 <= n; i += 16) {
        const uint32_t mask = qk_open_8(low + i, high + i, open, low_bits, high_bits)
                              | qk_open_8(low + i + 8, high + i + 8, open, low_bits, high_bits) << 8;
        count = qk_list_16(list, count, mask, i);
    }
    *done = i;
    return count;
}

static __attribute__((unused)) size_t qk_words_within_wide(uint32_t *list, const uint64_t *words, size_t n,
                                                           uint64_t first, uint64_t width, size_t *done) {
    const __m512i from = _mm512_set1_epi64((long long)first), most = _mm512_set1_epi64((long long)width);
    size_t count = 0, i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512i a = _mm512_sub_epi64(_mm512_loadu_si512(words + i), from);
        const __m512i b = _mm512_sub_epi64(_mm512_loadu_si512(words + i + 8), from);
        const uint32_t mask =
            (uint32_t)_mm512_cmple_epu64_mask(a, most) | (uint32_t)_mm512_cmple_epu64_mask(b, most) << 8;
        if (mask != 0) count = qk_list_16(list, count, mask, i);
    }
    *done = i;
    return count;
}

static __attribute__((unused)) size_t qk_not_below_wide(uint32_t *list, const double *bound, size_t n, double least,
                                                        size_t *done) {
    const __m512d level = _mm512_set1_pd(least);
    size_t count = 0, i = 0;
    for (; i + 16 <= n; i += 16) {
        const __mmask8 a = _mm512_cmp_pd_mask(_mm512_loadu_pd(bound + i), level, _CMP_NLT_UQ);
        const __mmask8 b = _mm512_cmp_pd_mask(_mm512_loadu_pd(bound + i + 8), level, _CMP_NLT_UQ);
        const uint32_t mask = (uint32_t)a | (uint32_t)b << 8;
        if (mask != 0) count = qk_list_16(list, count, mask, i);
    }
    *done = i;
    return count;
}
#pragma clang attribute pop
#define QK_WIDE(call) if (level == 2) count = call
#else
#define QK_WIDE(call)
#endif

QK_INLINE size_t qk_open_cells_body(int level, uint32_t *restrict list, const uint64_t *restrict low,
                                    const uint64_t *restrict high, size_t n, const uint32_t *restrict open,
                                    int low_bits, int high_bits) {
    size_t count = 0, i = 0;
    QK_WIDE(qk_open_cells_wide(list, low, high, n, open, low_bits, high_bits, &i));
    for (; i < n; i++) {
        const uint64_t cell = qk_cell(low[i], high_bits == 0 ? 0 : high[i], low_bits, high_bits);
        list[count] = (uint32_t)i;
        count += open[cell >> 5] >> (cell & 31) & 1;
    }
    return count;
}
QK_KERNEL_KNOWING(size_t, qk_open_cells,
          (uint32_t *restrict list, const uint64_t *restrict low, const uint64_t *restrict high, size_t n,
           const uint32_t *restrict open, int low_bits, int high_bits),
          (list, low, high, n, open, low_bits, high_bits))

QK_INLINE size_t qk_words_within_body(int level, uint32_t *restrict list, const uint64_t *restrict words, size_t n,
                                      uint64_t first, uint64_t width) {
    size_t count = 0, i = 0;
    QK_WIDE(qk_words_within_wide(list, words, n, first, width, &i));
    for (; i < n; i++) {
        list[count] = (uint32_t)i;
        count += words[i] - first <= width;
    }
    return count;
}
QK_KERNEL_KNOWING(size_t, qk_words_within,
          (uint32_t *restrict list, const uint64_t *restrict words, size_t n, uint64_t first, uint64_t width),
          (list, words, n, first, width))

QK_INLINE size_t qk_not_below_body(int level, uint32_t *restrict list, const double *restrict bound, size_t n,
                                   double least) {
    size_t count = 0, i = 0;
    QK_WIDE(qk_not_below_wide(list, bound, n, least, &i));
    for (; i < n; i++) {
        list[count] = (uint32_t)i;
        count += !(bound[i] < least);
    }
    return count;
}
QK_KERNEL_KNOWING(size_t, qk_not_below,
          (uint32_t *restrict list, const double *restrict bound, size_t n, double least), (list, bound, n, least))

void qk_gather_words(uint64_t *words, const uint32_t *list, size_t n) {
    for (size_t i = 0; i < n; i++) words[i] = words[list[i]];
}

void qk_gather_lanes(uint32_t *lanes, const uint32_t *list, size_t n) {
    for (size_t i = 0; i < n; i++) lanes[i] = lanes[list[i]];
}
