// SPDX-License-Identifier: Apache-2.0
#include "qk_random.h"
#include "qk_math.h"

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

// Lanes of words made before they are turned into normals: they stay in the first-level cache. One
// loop for both would keep fewer independent chains in flight and takes a third longer.
#define QK_CHUNK 256

/// Words of lanes whose index has one upper half. Four vectors in flight hide the multiplications.
QK_INLINE void qk_words_run(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                            size_t n) {
    const uint64_t top = source.first >> 32;
    _Pragma("clang loop vectorize(enable) interleave_count(4)")
    for (size_t i = 0; i < n; i++) {
        const qk_halves w =
            qk_philox(source.first + i, top, source.block, source.domain, source.seed);
        low[i] = w.low;
        high[i] = w.high;
    }
}

QK_INLINE void qk_low_words_run(uint64_t *restrict low, qk_source source, size_t n) {
    const uint64_t top = source.first >> 32;
    _Pragma("clang loop vectorize(enable) interleave_count(4)")
    for (size_t i = 0; i < n; i++)
        low[i] = qk_philox(source.first + i, top, source.block, source.domain, source.seed).low;
}

/// How many of n lanes there are before the index's upper half changes.
QK_INLINE size_t qk_run(qk_source source, size_t n) {
    const uint64_t room = 0x100000000u - (source.first & 0xffffffffu);
    return n < room ? n : (size_t)room;
}

QK_INLINE void qk_words_body(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                             size_t n) {
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start);
        qk_words_run(low + start, high + start, source, run);
        start += run;
        source.first += run;
    }
}
QK_KERNEL(void, qk_words,
          (uint64_t *restrict low, uint64_t *restrict high, qk_source source, size_t n),
          (low, high, source, n))

QK_INLINE void qk_low_words_body(uint64_t *restrict low, qk_source source, size_t n) {
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start);
        qk_low_words_run(low + start, source, run);
        start += run;
        source.first += run;
    }
}
QK_KERNEL(void, qk_low_words, (uint64_t *restrict low, qk_source source, size_t n),
          (low, source, n))

QK_INLINE qk_pair qk_normal_pair(uint64_t low, uint64_t high) {
    const double p = QK_FMA((double)low, 0x1p-64, 0x1p-65);
    const double r = QK_SQRT(-2.0 * qk_log_normal(p));
    const qk_pair turn = qk_turn(high);
    return (qk_pair){r * turn.hi, r * turn.lo};
}

QK_INLINE qk_normal_values qk_normals_1_body(uint64_t low, uint64_t high) {
    const qk_pair v = qk_normal_pair(low, high);
    return (qk_normal_values){v.hi, v.lo};
}
QK_KERNEL(qk_normal_values, qk_normals_1, (uint64_t low, uint64_t high), (low, high))

QK_INLINE void qk_normals_body(double *restrict even, double *restrict odd, qk_source source,
                               size_t n) {
    _Alignas(64) uint64_t low[QK_CHUNK], high[QK_CHUNK];
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start < QK_CHUNK ? n - start : QK_CHUNK);
        qk_words_run(low, high, source, run);
        QK_LOOP for (size_t i = 0; i < run; i++) {
            const qk_pair v = qk_normal_pair(low[i], high[i]);
            even[start + i] = v.hi;
            odd[start + i] = v.lo;
        }
        start += run;
        source.first += run;
    }
}
QK_KERNEL(void, qk_normals,
          (double *restrict even, double *restrict odd, qk_source source, size_t n),
          (even, odd, source, n))

QK_INLINE void qk_even_normals_body(double *restrict even, qk_source source, size_t n) {
    _Alignas(64) uint64_t low[QK_CHUNK], high[QK_CHUNK];
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start < QK_CHUNK ? n - start : QK_CHUNK);
        qk_words_run(low, high, source, run);
        QK_LOOP for (size_t i = 0; i < run; i++)
            even[start + i] = qk_normal_pair(low[i], high[i]).hi;
        start += run;
        source.first += run;
    }
}
QK_KERNEL(void, qk_even_normals, (double *restrict even, qk_source source, size_t n),
          (even, source, n))
