// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 by sample index: key = seed, counter = (index low, index high, block, domain). Of a
// block's four words r0…r3 the low half is r0 | r1 << 32, the high half r2 | r3 << 32.
#ifndef QP_RANDOM_H
#define QP_RANDOM_H
#include <stddef.h>
#include <stdint.h>

/// Where a column of random numbers comes from.
typedef struct {
    uint64_t seed;
    uint64_t first;  // index of lane 0; lane i has index first + i, modulo 2^64
    uint32_t block;
    uint32_t domain;
} qk_source;

/// Both halves of a block.
void qk_words(uint64_t *restrict low, uint64_t *restrict high, qk_source source, size_t n);
void qk_words_at(int level, uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                 size_t n);
/// The low halves alone.
void qk_low_words(uint64_t *restrict low, qk_source source, size_t n);
void qk_low_words_at(int level, uint64_t *restrict low, qk_source source, size_t n);

/// Two standard normals a block (Box-Muller): p = fma(low, 2^-64, 2^-65), r = sqrt(-2 log p), angle
/// 2 pi high / 2^64; even = r cos, odd = r sin.
void qk_normals(double *restrict even, double *restrict odd, qk_source source, size_t n);
void qk_normals_at(int level, double *restrict even, double *restrict odd, qk_source source,
                   size_t n);
/// The normals of one block's words.
typedef struct {
    double even, odd;
} qk_normal_values;
qk_normal_values qk_normals_1(uint64_t low, uint64_t high);
qk_normal_values qk_normals_1_at(int level, uint64_t low, uint64_t high);
/// The cosine's normals alone.
void qk_even_normals(double *restrict even, qk_source source, size_t n);
void qk_even_normals_at(int level, double *restrict even, qk_source source, size_t n);
/// The normals of words that are there already.
void qk_word_normals(double *restrict even, double *restrict odd, const uint64_t *restrict low,
                     const uint64_t *restrict high, size_t n);
void qk_word_normals_at(int level, double *restrict even, double *restrict odd,
                        const uint64_t *restrict low, const uint64_t *restrict high, size_t n);
/// Both halves of the blocks of samples `first + lanes[i]`, whose upper 32 bits are those of `first`.
void qk_listed_words(uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                     const uint32_t *restrict lanes, size_t n);
void qk_listed_words_at(int level, uint64_t *restrict low, uint64_t *restrict high, qk_source source,
                    const uint32_t *restrict lanes, size_t n);
#endif
