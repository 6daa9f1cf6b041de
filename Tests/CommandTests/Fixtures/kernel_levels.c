// SPDX-License-Identifier: Apache-2.0
// Every build of the random kernels against the plain one, bit for bit: long columns, lists of lanes, every
// tail, starts below carries of the index, and words at the edges of everything the transforms look at.
#include "CKernels.h"
#include "qk_philox.h"
#include "qk_turns.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

static uint64_t low[2][MOST], high[2][MOST], words[2][MOST];
static double even[2][MOST], odd[2][MOST], logs[MOST];
static uint32_t list[MOST];
static uint64_t compared, state = 20261129;

static uint64_t next(void) {  // SplitMix64
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

QK_INLINE void listed_body(int level, uint64_t *restrict a, uint64_t *restrict b, qk_source source,
                           const uint32_t *restrict lanes, size_t n) {
    qk_words_of(level, a, b, source, lanes, n);
}
QK_KERNEL_KNOWING(void, listed,
                  (uint64_t *restrict a, uint64_t *restrict b, qk_source source,
                   const uint32_t *restrict lanes, size_t n),
                  (a, b, source, lanes, n))

QK_INLINE void listed_low_body(int level, uint64_t *restrict a, qk_source source,
                               const uint32_t *restrict lanes, size_t n) {
    qk_low_words_of(level, a, source, lanes, n);
}
QK_KERNEL_KNOWING(void, listed_low,
                  (uint64_t *restrict a, qk_source source, const uint32_t *restrict lanes, size_t n),
                  (a, source, lanes, n))

QK_INLINE void turned_body(int level, double *restrict a, double *restrict b, int both,
                           const uint64_t *restrict l, const uint64_t *restrict h, size_t n) {
    qk_turns(level, a, b, both, logs, l, h, n);
}
QK_KERNEL_KNOWING(void, turned,
                  (double *restrict a, double *restrict b, int both, const uint64_t *restrict l,
                   const uint64_t *restrict h, size_t n),
                  (a, b, both, l, h, n))

static void same(const void *a, const void *b, size_t n, int level, const char *what) {
    compared += n;
    if (memcmp(a, b, 8 * n) == 0) return;
    for (size_t i = 0; i < n; i++) {
        const uint64_t x = ((const uint64_t *)a)[i], y = ((const uint64_t *)b)[i];
        if (x == y) continue;
        printf("level %d, %s, lane %zu of %zu: %016llx for %016llx\n", level, what, i, n,
               (unsigned long long)y, (unsigned long long)x);
        exit(1);
    }
}

/// Words around powers of two and around every value at which a transform's branch or table entry changes.
static uint64_t edge(void) {
    static const uint64_t plain[] = {0, 1, 2, ~0ull, ~1ull, ~0ull << 10, ~0ull << 11, ~0ull << 32,
                                     0xffffffffu, 0x100000000u};
    switch (next() % 4) {
        case 0: return plain[next() % (sizeof plain / sizeof *plain)];
        case 1: return (1ull << next() % 64) + next() % 5 - 2;
        case 2: return (next() % 8 << 61) + next() % 5 - 2;             // eighths of a turn
        default: {                                                      // parts of the logarithm's table
            const uint64_t part = (45ull << 57) + ((next() % 32) << 58);
            return (part + next() % 4097 - 2048) >> next() % 60;
        }
    }
}

static void columns(int level, qk_source s, size_t n) {
    qk_words_at(0, low[0], high[0], s, n), qk_words_at(level, low[1], high[1], s, n);
    same(low[0], low[1], n, level, "low words"), same(high[0], high[1], n, level, "high words");
    qk_low_words_at(level, words[1], s, n);
    same(low[0], words[1], n, level, "low words alone");
    qk_normals_at(0, even[0], odd[0], s, n), qk_normals_at(level, even[1], odd[1], s, n);
    same(even[0], even[1], n, level, "cosines"), same(odd[0], odd[1], n, level, "sines");
    qk_even_normals_at(level, even[1], s, n);
    same(even[0], even[1], n, level, "cosines alone");
    qk_word_exponential_at(0, even[0], low[0], n, 1.0);
    qk_word_exponential_at(level, even[1], low[0], n, 1.0);
    same(even[0], even[1], n, level, "exponentials");
}

static void lists(int level, qk_source s, size_t n) {
    s.first &= ~0xffffffffull | 0xffff;
    for (size_t i = 0; i < n; i++) list[i] = (uint32_t)(next() >> (32 + next() % 32)) % 0xffff0000u;
    listed_at(0, low[0], high[0], s, list, n), listed_at(level, low[1], high[1], s, list, n);
    same(low[0], low[1], n, level, "listed low words"), same(high[0], high[1], n, level, "listed high words");
    listed_low_at(level, words[1], s, list, n);
    same(low[0], words[1], n, level, "listed low words alone");
    for (size_t i = 0; i < n; i += 1 + n / 8) {
        qk_words_at(0, words[0], words[1], (qk_source){s.seed, s.first + list[i], s.block, s.domain}, 1);
        same(words[0], low[0] + i, 1, level, "a listed word");
    }
}

static void edges(int level, size_t n) {
    for (size_t i = 0; i < n; i++) {
        low[0][i] = next() % 2 ? edge() : next();
        high[0][i] = next() % 2 ? edge() : next();
    }
    turned_at(0, even[0], odd[0], 1, low[0], high[0], n), turned_at(level, even[1], odd[1], 1, low[0], high[0], n);
    same(even[0], even[1], n, level, "cosines of edges"), same(odd[0], odd[1], n, level, "sines of edges");
    turned_at(level, even[1], odd[1], 0, low[0], high[0], n);
    same(even[0], even[1], n, level, "cosines of edges alone");
    qk_word_exponential_at(0, even[0], low[0], n, 1.0), qk_word_exponential_at(level, even[1], low[0], n, 1.0);
    same(even[0], even[1], n, level, "exponentials of edges");
}

int main(int count, char **arguments) {
    const int rounds = count > 1 ? atoi(arguments[1]) : 200;
    for (int level = 1; level <= qk_level(); level++) {
        for (int round = 0; round < rounds; round++) {
            const size_t n = round < 160 ? (size_t)round : 1 + next() % MOST;
            // In plain places, below a carry of the index into its upper half, and below its end.
            uint64_t first = next() >> next() % 64;
            if (round % 3 == 1) first = (next() & ~0xffffffffull) - next() % 5000;
            if (round % 7 == 2) first = 0 - next() % 5000;
            const qk_source s = {next(), first, (uint32_t)(next() >> (32 + next() % 32)),
                                 (uint32_t)(next() >> (32 + next() % 32))};
            columns(level, s, n);
            lists(level, s, n);
            edges(level, n);
        }
    }
    printf("level %d: %llu values compared\n", qk_level(), (unsigned long long)compared);
    return 0;
}
