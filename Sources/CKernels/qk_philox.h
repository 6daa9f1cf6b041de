// SPDX-License-Identifier: Apache-2.0
// Philox by columns: the words of consecutive samples, or of those in a list.
#ifndef QK_PHILOX_H
#define QK_PHILOX_H
#include "qk_dispatch.h"
#include "qk_random.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef struct {
    uint64_t low, high;
} qk_halves;

// Each 32-bit word lives in a 64-bit lane whose upper half may hold anything: the multiplication
// reads the lower half only, and masking waits until the end.
QK_INLINE qk_halves qk_philox(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t seed) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    _Pragma("clang loop unroll(full)")
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (c0 & 0xffffffffu) * 0xD2511F53u;
        const uint64_t p1 = (c2 & 0xffffffffu) * 0xCD9E8D57u;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (qk_halves){(c0 & 0xffffffffu) | (__builtin_rotateleft64(c1, 32) & ~0xffffffffull),
                       (c2 & 0xffffffffu) | (__builtin_rotateleft64(c3, 32) & ~0xffffffffull)};
}

/// Words of lanes whose index has one upper half: lane i is sample `first + i`, or `first + lanes[i]` where a list
/// is given. Four vectors in flight hide the multiplications.
QK_INLINE void qk_words_run(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                            const uint32_t *restrict lanes, size_t n) {
    const uint64_t top = source.first >> 32;
    _Pragma("clang loop vectorize(enable) interleave_count(4)")
    for (size_t i = 0; i < n; i++) {
        const qk_halves w =
            qk_philox(source.first + (lanes ? lanes[i] : i), top, source.block, source.domain,
                      source.seed);
        low[i] = w.low;
        high[i] = w.high;
    }
}

QK_INLINE void qk_low_words_run(uint64_t *restrict low, qk_source source,
                                const uint32_t *restrict lanes, size_t n) {
    const uint64_t top = source.first >> 32;
    _Pragma("clang loop vectorize(enable) interleave_count(4)")
    for (size_t i = 0; i < n; i++)
        low[i] = qk_philox(source.first + (lanes ? lanes[i] : i), top, source.block, source.domain,
                           source.seed).low;
}

#if defined(__x86_64__)
// The same words with two vectors in flight in the order of the rounds: a fifth faster than what the
// compiler makes of the loop, which keeps one chain of multiplications going at a time.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
QK_INLINE size_t qk_words_pairs(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                                const uint32_t *restrict lanes, size_t n) {
    const __m512i m0 = _mm512_set1_epi64(0xD2511F53), m1 = _mm512_set1_epi64(0xCD9E8D57);
    const __m512i top = _mm512_set1_epi64((long long)(source.first >> 32));
    __m512i index = _mm512_add_epi64(_mm512_set1_epi64((long long)source.first),
                                     _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        uint32_t k0 = (uint32_t)source.seed, k1 = (uint32_t)(source.seed >> 32);
        __m512i c0[2], c1[2], c2[2], c3[2];
        _Pragma("clang loop unroll(full)")
        for (int j = 0; j < 2; j++) {
            if (lanes) {
                const __m256i own = _mm256_loadu_si256((const __m256i *)(lanes + i + 8 * j));
                c0[j] = _mm512_add_epi64(_mm512_set1_epi64((long long)source.first),
                                         _mm512_cvtepu32_epi64(own));
            } else {
                c0[j] = index;
                index = _mm512_add_epi64(index, _mm512_set1_epi64(8));
            }
            c1[j] = top;
            c2[j] = _mm512_set1_epi64(source.block);
            c3[j] = _mm512_set1_epi64(source.domain);
        }
        _Pragma("clang loop unroll(full)")
        for (int round = 0; round < 10; round++) {
            const __m512i key0 = _mm512_set1_epi64(k0), key1 = _mm512_set1_epi64(k1);
            __m512i p0[2], p1[2];
            _Pragma("clang loop unroll(full)")
            for (int j = 0; j < 2; j++) {
                p0[j] = _mm512_mul_epu32(c0[j], m0);
                p1[j] = _mm512_mul_epu32(c2[j], m1);
            }
            _Pragma("clang loop unroll(full)")
            for (int j = 0; j < 2; j++) {
                c0[j] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1[j], 32), c1[j], key0, 0x96);
                c2[j] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0[j], 32), c3[j], key1, 0x96);
                c1[j] = p1[j];
                c3[j] = p0[j];
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        _Pragma("clang loop unroll(full)")
        for (int j = 0; j < 2; j++) {
            const __m512i a = _mm512_mask_shuffle_epi32(c0[j], 0xAAAA, c1[j], _MM_PERM_CCAA);
            const __m512i b = _mm512_mask_shuffle_epi32(c2[j], 0xAAAA, c3[j], _MM_PERM_CCAA);
            _mm512_storeu_si512(low + i + 8 * j, a);
            if (high) _mm512_storeu_si512(high + i + 8 * j, b);
        }
    }
    return i;
}

static __attribute__((unused)) void qk_words_wide(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                             const uint32_t *restrict lanes, size_t n) {
    const size_t done = qk_words_pairs(low, high, source, lanes, n);
    if (lanes) lanes += done; else source.first += done;
    qk_words_run(low + done, high + done, source, lanes, n - done);
}

static __attribute__((unused)) void qk_low_words_wide(uint64_t *restrict low, qk_source source,
                                 const uint32_t *restrict lanes, size_t n) {
    const size_t done = qk_words_pairs(low, NULL, source, lanes, n);
    if (lanes) lanes += done; else source.first += done;
    qk_low_words_run(low + done, source, lanes, n - done);
}
#pragma clang attribute pop

// And with AVX2. Only the index differs between lanes, so that of the first two rounds' four multiplications
// two are constants, and the index's own grows by addition.
#define QK_AVX2_WIDE 2  // vectors in flight
// The upper halves in the lower ones' places, by a shuffle: shifts would wait for the multiplications' ports.
#define QK_UPPER(x) _mm256_shuffle_epi32(x, 0xF5)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
QK_INLINE size_t qk_words_vectors(uint64_t *restrict low, uint64_t *restrict high, int both,
                                  qk_source source, const uint32_t *restrict lanes, size_t n) {
    enum { WIDE = QK_AVX2_WIDE };
    const uint32_t M0 = 0xD2511F53u, M1 = 0xCD9E8D57u;
    const __m256i m0 = _mm256_set1_epi64x(M0), m1 = _mm256_set1_epi64x(M1);
    const uint32_t k0 = (uint32_t)source.seed, k1 = (uint32_t)(source.seed >> 32);
    __m256i key0[10], key1[10];
    key0[0] = _mm256_set1_epi64x(k0);
    key1[0] = _mm256_set1_epi64x(k1);
    for (int i = 1; i < 10; i++) {
        key0[i] = _mm256_add_epi32(key0[i - 1], _mm256_set1_epi64x(0x9E3779B9));
        key1[i] = _mm256_add_epi32(key1[i - 1], _mm256_set1_epi64x(0xBB67AE85));
    }
    // What the first round makes of the block, and the second of that.
    const uint64_t p1 = (uint64_t)source.block * M1;
    const uint64_t p0 = (uint64_t)((uint32_t)(p1 >> 32) ^ (uint32_t)(source.first >> 32) ^ k0) * M0;
    const __m256i first2 = _mm256_set1_epi64x(source.domain ^ k1);
    const __m256i second0 = _mm256_set1_epi64x((uint32_t)p1 ^ (k0 + 0x9E3779B9u));
    const __m256i second2 = _mm256_set1_epi64x((uint32_t)(p0 >> 32) ^ (k1 + 0xBB67AE85u));
    const __m256i third2 = _mm256_set1_epi64x((uint32_t)p0 ^ (k1 + 2 * 0xBB67AE85u));
    const __m256i lower = _mm256_set1_epi64x(0xffffffff);
    const __m256i start = _mm256_set1_epi64x((long long)source.first);
    __m256i product = _mm256_mul_epu32(_mm256_add_epi64(start, _mm256_set_epi64x(3, 2, 1, 0)), m0);
    __m256i apart[WIDE];
    for (int j = 0; j < WIDE; j++) apart[j] = _mm256_set1_epi64x((long long)(4 * (uint64_t)M0 * (uint64_t)j));
    const __m256i step = _mm256_set1_epi64x((long long)(4 * (uint64_t)M0 * WIDE));
    size_t i = 0;
    for (; i + 4 * WIDE <= n; i += 4 * WIDE) {
        __m256i c0[WIDE], c1[WIDE], c2[WIDE], c3[WIDE];
        _Pragma("clang loop unroll(full)")
        for (int j = 0; j < WIDE; j++) {
            if (lanes) {
                const __m128i own = _mm_loadu_si128((const __m128i *)(lanes + i + 4 * (size_t)j));
                c3[j] = _mm256_mul_epu32(_mm256_add_epi64(start, _mm256_cvtepu32_epi64(own)), m0);
            } else {
                c3[j] = _mm256_add_epi64(product, apart[j]);
            }
            c2[j] = _mm256_xor_si256(QK_UPPER(c3[j]), first2);
        }
        product = _mm256_add_epi64(product, step);
        _Pragma("clang loop unroll(full)")
        for (int j = 0; j < WIDE; j++) {
            c1[j] = _mm256_mul_epu32(c2[j], m1);
            c0[j] = _mm256_xor_si256(QK_UPPER(c1[j]), second0);
            c2[j] = _mm256_xor_si256(c3[j], second2);
        }
        _Pragma("clang loop unroll(full)")
        for (int round = 2; round < 9; round++) {
            _Pragma("clang loop unroll(full)")
            for (int j = 0; j < WIDE; j++) {
                const __m256i a = _mm256_mul_epu32(c0[j], m0), b = _mm256_mul_epu32(c2[j], m1);
                c0[j] = _mm256_xor_si256(QK_UPPER(b), _mm256_xor_si256(c1[j], key0[round]));
                c2[j] = _mm256_xor_si256(
                    QK_UPPER(a),
                    round == 2 ? third2 : _mm256_xor_si256(c3[j], key1[round]));
                c1[j] = b;
                c3[j] = a;
            }
        }
        _Pragma("clang loop unroll(full)")
        for (int j = 0; j < WIDE; j++) {
            const __m256i b = _mm256_shuffle_epi32(_mm256_mul_epu32(c2[j], m1), 0xB1);
            const __m256i own = _mm256_xor_si256(_mm256_and_si256(c1[j], lower), key0[9]);
            _mm256_storeu_si256((__m256i *)(low + i + 4 * (size_t)j), _mm256_xor_si256(b, own));
            if (both) {
                const __m256i a = _mm256_shuffle_epi32(_mm256_mul_epu32(c0[j], m0), 0xB1);
                const __m256i other = _mm256_xor_si256(_mm256_and_si256(c3[j], lower), key1[9]);
                _mm256_storeu_si256((__m256i *)(high + i + 4 * (size_t)j), _mm256_xor_si256(a, other));
            }
        }
    }
    return i;
}

static __attribute__((unused)) void qk_words_avx2(uint64_t *restrict low, uint64_t *restrict high,
                                                  qk_source source, const uint32_t *restrict lanes,
                                                  size_t n) {
    const size_t done = lanes ? qk_words_vectors(low, high, 1, source, lanes, n)
                              : qk_words_vectors(low, high, 1, source, NULL, n);
    if (lanes) lanes += done; else source.first += done;
    qk_words_run(low + done, high + done, source, lanes, n - done);
}

static __attribute__((unused)) void qk_low_words_avx2(uint64_t *restrict low, qk_source source,
                                                      const uint32_t *restrict lanes, size_t n) {
    const size_t done = lanes ? qk_words_vectors(low, NULL, 0, source, lanes, n)
                              : qk_words_vectors(low, NULL, 0, source, NULL, n);
    if (lanes) lanes += done; else source.first += done;
    qk_low_words_run(low + done, source, lanes, n - done);
}
#pragma clang attribute pop
#else
QK_INLINE void qk_words_wide(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                             const uint32_t *restrict lanes, size_t n) {
    qk_words_run(low, high, source, lanes, n);
}

QK_INLINE void qk_low_words_wide(uint64_t *restrict low, qk_source source,
                                 const uint32_t *restrict lanes, size_t n) {
    qk_low_words_run(low, source, lanes, n);
}

QK_INLINE void qk_words_avx2(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                             const uint32_t *restrict lanes, size_t n) {
    qk_words_run(low, high, source, lanes, n);
}

QK_INLINE void qk_low_words_avx2(uint64_t *restrict low, qk_source source,
                                 const uint32_t *restrict lanes, size_t n) {
    qk_low_words_run(low, source, lanes, n);
}
#endif

/// The words of a run by the build's own code; `level` is a constant there.
QK_INLINE void qk_words_of(int level, uint64_t *restrict low, uint64_t *restrict high,
                           qk_source source, const uint32_t *restrict lanes, size_t n) {
    if (level == 2) qk_words_wide(low, high, source, lanes, n);
    else if (level == 1) qk_words_avx2(low, high, source, lanes, n);
    else qk_words_run(low, high, source, lanes, n);
}

/// The low halves alone.
QK_INLINE void qk_low_words_of(int level, uint64_t *restrict low, qk_source source,
                               const uint32_t *restrict lanes, size_t n) {
    if (level == 2) qk_low_words_wide(low, source, lanes, n);
    else if (level == 1) qk_low_words_avx2(low, source, lanes, n);
    else qk_low_words_run(low, source, lanes, n);
}

/// How many of n lanes there are before the index's upper half changes.
QK_INLINE size_t qk_run(qk_source source, size_t n) {
    const uint64_t room = 0x100000000u - (source.first & 0xffffffffu);
    return n < room ? n : (size_t)room;
}

#endif
