// SPDX-License-Identifier: Apache-2.0
// Digests of every kernel's results on fixed inputs, a line each: what two machines have to agree on.
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LANES = 256, BLOCKS = 16 };

static _Alignas(64) double a[LANES], b[LANES], x[10 * LANES], scratch[4 * LANES], result[LANES];
static _Alignas(64) uint64_t low[LANES], high[LANES];

/// FNV-1a over the bits; every NaN counts as one value.
static uint64_t add(uint64_t digest, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = 0x7ff8000000000000u;
        if (!isnan(values[i])) memcpy(&bits, &values[i], 8);
        for (int byte = 0; byte < 8; byte++) {
            digest = (digest ^ (bits >> (8 * byte) & 255)) * 0x100000001b3u;
        }
    }
    return digest;
}
static const uint64_t empty = 0xcbf29ce484222325u;

static qk_source source(int block) { return (qk_source){20261121, 1u << 20, (uint32_t)block, 0}; }

/// Arguments: raw bits in even blocks (any exponent, infinities, NaN), moderate numbers in odd ones.
static void arguments(int block) {
    qk_words(low, high, source(block), LANES);
    for (int i = 0; i < LANES; i++) {
        if (block % 2 == 0) {
            memcpy(&a[i], &low[i], 8);
            memcpy(&b[i], &high[i], 8);
        } else {
            a[i] = ((double)(low[i] >> 11) * 0x1p-53 - 0.5) * (block > BLOCKS / 2 ? 40 : 2);
            b[i] = ((double)(high[i] >> 11) * 0x1p-53 - 0.5) * 8;
        }
    }
}

typedef void (*unary)(double *restrict, const double *restrict, size_t);
typedef void (*binary)(double *restrict, const double *restrict, const double *restrict, size_t);

static void show(const char *name, uint64_t digest) {
    printf("%-12s %016llx\n", name, (unsigned long long)digest);
}

static void one(const char *name, unary function) {
    uint64_t digest = empty;
    for (int block = 0; block < BLOCKS; block++) {
        arguments(block);
        function(result, a, LANES);
        digest = add(digest, result, LANES);
    }
    show(name, digest);
}

static void two(const char *name, binary function) {
    uint64_t digest = empty;
    for (int block = 0; block < BLOCKS; block++) {
        arguments(block);
        function(result, a, b, LANES);
        digest = add(digest, result, LANES);
    }
    show(name, digest);
}

#define WORDS(name, ...)                                                                         \
    do {                                                                                         \
        uint64_t digest = empty;                                                                 \
        for (int block = 0; block < BLOCKS; block++) {                                           \
            qk_words(low, high, source(block), LANES);                                           \
            __VA_ARGS__;                                                                         \
            digest = add(digest, result, LANES);                                                 \
        }                                                                                        \
        show(name, digest);                                                                      \
    } while (0)

/// Every operation of compiled formulas, each on its own.
static void operations(void) {
    for (uint32_t code = 0; code < QK_OP_COUNT; code++) {
        if (code >= QK_STEP_COUNT && code <= QK_OP_LOOP) continue;
        uint64_t digest = empty;
        for (int block = 0; block < 4; block++) {
            arguments(block);
            memcpy(x, a, sizeof a);
            memcpy(x + LANES, b, sizeof b);
            arguments(block + 4);
            memcpy(x + 2 * LANES, a, sizeof a);
            memcpy(scratch, b, sizeof b);
            const qk_op op = {code, QK_IN_SCRATCH << QK_PLACE_SHIFT,
                              QK_IN_VALUES << QK_PLACE_SHIFT, (QK_IN_VALUES << QK_PLACE_SHIFT) + 1,
                              (QK_IN_VALUES << QK_PLACE_SHIFT) + 2, 0.75, -1.25};
            qk_program_run(&op, 1, x, LANES, scratch, LANES, result, LANES);
            digest = add(digest, scratch, LANES);
        }
        char name[16];
        snprintf(name, sizeof name, "operation%u", code);
        show(name, digest);
    }
}

int main(void) {
    one("exp", qk_exp), one("exp2", qk_exp2), one("expm1", qk_expm1), one("log", qk_log);
    one("log1p", qk_log1p), one("log2", qk_log2), one("log10", qk_log10), one("sin", qk_sin);
    one("cos", qk_cos), one("tan", qk_tan), one("asin", qk_asin), one("acos", qk_acos);
    one("atan", qk_atan), one("sinh", qk_sinh), one("cosh", qk_cosh), one("tanh", qk_tanh);
    one("sqrt", qk_sqrt), one("cbrt", qk_cbrt), one("erf", qk_erf), one("erfc", qk_erfc);
    one("lgamma", qk_lgamma), one("tgamma", qk_tgamma);
    two("pow", qk_pow), two("atan2", qk_atan2), two("hypot", qk_hypot);
    operations();
    WORDS("words", for (int i = 0; i < LANES; i++) result[i] = (double)(low[i] ^ high[i] >> 7));
    WORDS("normals", qk_normals(result, x, source(block), LANES));
    WORDS("sines", qk_normals(x, result, source(block), LANES));
    WORDS("even", qk_even_normals(result, source(block), LANES));
    WORDS("uniform", qk_word_uniform(result, low, LANES, -3, 7));
    WORDS("exponential", qk_word_exponential(result, low, LANES, 1.5));
    WORDS("weibull", qk_word_weibull(result, low, LANES, 0.7, 2));
    WORDS("pareto", qk_word_pareto(result, low, LANES, 0.4, 2));
    WORDS("gumbel", qk_word_gumbel(result, low, LANES, 1, 2));
    WORDS("cauchy", qk_word_cauchy(result, low, LANES, 1, 2));
    WORDS("row", qk_word_row(result, low, LANES, 1000003));
    WORDS("key", qk_normals(x, result, source(block), LANES);
          for (int i = 0; i < LANES; i++) result[i] = (double)qk_key(x[i]));
    WORDS("sums", qk_normals(x, result, source(block), LANES);
          const qk_block sums = qk_block_sums(x, LANES, 0.25);
          result[0] = sums.sum, result[1] = sums.squares, result[2] = (double)sums.finite);
    WORDS("combine", qk_normals(x, x + LANES, source(block), LANES);
          const double c[2] = {0.3, -1.7}; qk_combine(result, x, LANES, c, 2, 0.1, LANES));
    return 0;
}
