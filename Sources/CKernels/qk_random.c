// SPDX-License-Identifier: Apache-2.0
#include "qk_random.h"
#include "qk_math.h"
#include "qk_philox.h"
#include "qk_turns.h"

// Lanes of words made before they are turned into normals: they stay in the first-level cache. One
// loop for both would keep fewer independent chains in flight and takes a third longer.
#define QK_CHUNK 256

QK_INLINE void qk_words_body(int level, uint64_t *restrict low, uint64_t *restrict high,
                             qk_source source, size_t n) {
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start);
        qk_words_of(level, low + start, high + start, source, NULL, run);
        start += run;
        source.first += run;
    }
}
QK_KERNEL_KNOWING(void, qk_words,
          (uint64_t *restrict low, uint64_t *restrict high, qk_source source, size_t n),
          (low, high, source, n))

QK_INLINE void qk_low_words_body(int level, uint64_t *restrict low, qk_source source,
                                 size_t n) {
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start);
        qk_low_words_of(level, low + start, source, NULL, run);
        start += run;
        source.first += run;
    }
}
QK_KERNEL_KNOWING(void, qk_low_words, (uint64_t *restrict low, qk_source source, size_t n),
          (low, source, n))

QK_INLINE qk_normal_values qk_normals_1_body(uint64_t low, uint64_t high) {
    const double r = qk_radius(qk_word_log(low));
    const qk_pair turn = qk_turn(high);
    return (qk_normal_values){r * turn.hi, r * turn.lo};
}
QK_KERNEL(qk_normal_values, qk_normals_1, (uint64_t low, uint64_t high), (low, high))

/// Both normals of each lane's block, or the even ones alone.
QK_INLINE void qk_normals_run(int level, double *restrict even, double *restrict odd, int both,
                              qk_source source, size_t n) {
    _Alignas(64) uint64_t low[QK_CHUNK], high[QK_CHUNK];
    _Alignas(64) double logs[QK_CHUNK];
    for (size_t start = 0; start < n;) {
        const size_t run = qk_run(source, n - start < QK_CHUNK ? n - start : QK_CHUNK);
        qk_words_of(level, low, high, source, NULL, run);
        qk_turns(level, even + start, odd + start, both, logs, low, high, run);
        start += run;
        source.first += run;
    }
}

QK_INLINE void qk_normals_body(int level, double *restrict even, double *restrict odd,
                               qk_source source, size_t n) {
    qk_normals_run(level, even, odd, 1, source, n);
}
QK_KERNEL_KNOWING(void, qk_normals,
          (double *restrict even, double *restrict odd, qk_source source, size_t n),
          (even, odd, source, n))

QK_INLINE void qk_even_normals_body(int level, double *restrict even, qk_source source,
                                    size_t n) {
    qk_normals_run(level, even, even, 0, source, n);
}
QK_KERNEL_KNOWING(void, qk_even_normals, (double *restrict even, qk_source source, size_t n),
          (even, source, n))

QK_INLINE void qk_word_normals_body(int level, double *restrict even, double *restrict odd,
                                    const uint64_t *restrict low, const uint64_t *restrict high,
                                    size_t n) {
    _Alignas(64) double logs[QK_CHUNK];
    for (size_t start = 0; start < n; start += QK_CHUNK) {
        const size_t run = n - start < QK_CHUNK ? n - start : QK_CHUNK;
        qk_turns(level, even + start, odd + start, 1, logs, low + start, high + start, run);
    }
}
QK_KERNEL_KNOWING(void, qk_word_normals,
          (double *restrict even, double *restrict odd, const uint64_t *restrict low,
           const uint64_t *restrict high, size_t n),
          (even, odd, low, high, n))

QK_INLINE void qk_listed_words_body(int level, uint64_t *restrict low, uint64_t *restrict high,
                                    qk_source source, const uint32_t *restrict lanes, size_t n) {
    qk_words_of(level, low, high, source, lanes, n);
}
QK_KERNEL_KNOWING(void, qk_listed_words,
          (uint64_t *restrict low, uint64_t *restrict high, qk_source source,
           const uint32_t *restrict lanes, size_t n),
          (low, high, source, lanes, n))
