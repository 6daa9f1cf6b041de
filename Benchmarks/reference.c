// SPDX-License-Identifier: Apache-2.0
// What a patient person would write by hand for workloads G and E on one machine, for comparison only:
// everything fused in registers, no formula compiler, no moments, no receipts, no other instruction set.
// The same streams (Philox4x32-10 by index) and the same exact top k. From the root:
//   clang -O3 -march=native Benchmarks/reference.c -lm -lpthread -o /tmp/reference
//   /tmp/reference G 1e8 1        workload, samples, threads; prints seconds and the threshold
// With AVX-512 it has its own logarithm and turn, other bits in the last places; with AVX2 alone
// (-march=x86-64-v3) the normals are the project's, bit for bit.
//
// Beside it the project's kernels, called from C one after another as `qpool` calls them, G with its formula's
// program; the build (2 AVX-512, 1 AVX2, 0 plain) as one more argument:
//   clang -O2 -DKERNELS -ISources/CKernels/include Benchmarks/reference.c Sources/CKernels/*.c \
//     -lm -lpthread -o /tmp/kernels-reference && /tmp/kernels-reference G 1e8 1 1
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { double utility; uint64_t index; } candidate;

typedef struct {
    int g;
    uint64_t from, to;
    double floor;
    candidate *kept;
    size_t count, room;
} share;

/// Room for so many more candidates.
static void make_room(share *s, size_t more) {
    if (s->count + more > s->room) s->kept = realloc(s->kept, (s->room *= 2) * sizeof(candidate));
}

#define EACH for (int j = 0; j < WIDE; j++)
#define INLINE static inline __attribute__((always_inline))

#if defined(KERNELS)

#include "CKernels.h"

enum { LANES = 256 };
static int level;

static void prepare(void) {}

/// What the formula compiler makes of "-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])".
#define STEP(inner, outer) ((inner) * QK_OUTER_COUNT + (outer))
#define VALUE(j) (QK_IN_VALUES << QK_PLACE_SHIFT | (j))
#define ROW (QK_IN_ROW << QK_PLACE_SHIFT)
#define RESULT (QK_IN_RESULT << QK_PLACE_SHIFT)
static const qk_op formula[] = {
    {STEP(QK_INNER_SUB_AK, QK_OUTER_NONE), 0, VALUE(0), RESULT, RESULT, 1, 0},
    {STEP(QK_INNER_MUL_AB, QK_OUTER_MUL_K), 1, 0, 0, RESULT, 0, -1},
    {QK_OP_FILL, 0, RESULT, RESULT, RESULT, -0.0, 0},
    {QK_OP_LOOP, 0, 10, 1, 0, 0, 0},
    {STEP(QK_INNER_SUB_AK, QK_OUTER_SQUARE_INTO), 0, ROW, RESULT, RESULT, 0.5, 0},
    {STEP(QK_INNER_MUL_AK, QK_OUTER_NONE), 2, VALUE(1), RESULT, RESULT, 3, 0},
    {QK_OP_SIN, 3, 2, RESULT, RESULT, 0, 0},
    {STEP(QK_INNER_SUB_AB, QK_OUTER_ADD_C), RESULT, 1, 0, 3, 0, 0},
};

static void *scan(void *argument) {
    share *s = argument;
    static _Thread_local _Alignas(64) double x[10][LANES], scratch[4][LANES], u[LANES];
    static _Thread_local _Alignas(64) uint64_t low[LANES];
    static _Thread_local uint32_t lanes[LANES];
    const uint64_t key = qk_key(s->floor);
    for (uint64_t first = s->from; first < s->to; first += LANES) {
        if (s->g) {
            for (uint32_t block = 0; block < 5; block++)
                qk_normals_at(level, x[2 * block], x[2 * block + 1], (qk_source){1, first, block, 0}, LANES);
            qk_program_run_at(level, formula, sizeof formula / sizeof *formula, x[0], LANES, scratch[0], LANES,
                              u, LANES);
        } else {
            qk_low_words_at(level, low, (qk_source){1, first, 0, 0}, LANES);
            qk_word_exponential_at(level, u, low, LANES, 1.0);
        }
        const size_t count = qk_select_at(level, lanes, u, LANES, key);
        make_room(s, count);
        for (size_t i = 0; i < count; i++) s->kept[s->count++] = (candidate){u[lanes[i]], first + lanes[i]};
    }
    return NULL;
}

#elif defined(__AVX512DQ__)

#include <immintrin.h>

enum { WIDE = 2, LANES = 8 * WIDE };  // vectors in flight
typedef struct { __m512i low[WIDE], high[WIDE]; } words;
typedef struct { __m512d a[WIDE], b[WIDE]; } normals;
#define SET _mm512_set1_pd
#define FMA _mm512_fmadd_pd

static double table_inverse[16], table_log[16];

static void prepare(void) {
    for (int i = 0; i < 16; i++) {
        // The middle of each sixteenth of [1, 2).
        table_inverse[i] = 1 / (1 + (i + 0.5) / 16);
        table_log[i] = log(table_inverse[i]);
    }
}

INLINE words philox(uint64_t seed, uint64_t first, uint32_t block) {
    const __m512i m0 = _mm512_set1_epi64(0xD2511F53), m1 = _mm512_set1_epi64(0xCD9E8D57);
    __m512i c0[WIDE], c1[WIDE], c2[WIDE], c3[WIDE];
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    EACH {
        c0[j] = _mm512_add_epi64(_mm512_set1_epi64((long long)(first + 8 * j)),
                                 _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
        c1[j] = _mm512_set1_epi64((long long)(first >> 32));
        c2[j] = _mm512_set1_epi64(block);
        c3[j] = _mm512_setzero_si512();
    }
    _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
        const __m512i key0 = _mm512_set1_epi64(k0), key1 = _mm512_set1_epi64(k1);
        EACH {
            const __m512i p0 = _mm512_mul_epu32(c0[j], m0), p1 = _mm512_mul_epu32(c2[j], m1);
            c0[j] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[j], key0, 0x96);
            c2[j] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[j], key1, 0x96);
            c1[j] = p1;
            c3[j] = p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    words w;
    EACH {
        w.low[j] = _mm512_mask_shuffle_epi32(c0[j], 0xAAAA, c1[j], _MM_PERM_CCAA);
        w.high[j] = _mm512_mask_shuffle_epi32(c2[j], 0xAAAA, c3[j], _MM_PERM_CCAA);
    }
    return w;
}

/// -log of the probability in a word, by a table of sixteen entries and a polynomial of degree 8.
INLINE __m512d minus_log(__m512i word) {
    const __m512d p = FMA(_mm512_cvtepu64_pd(word), SET(0x1p-64), SET(0x1p-65));
    const __m512d m = _mm512_getmant_pd(p, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
    const __m512d e = _mm512_getexp_pd(p);
    const __m512i place = _mm512_srli_epi64(_mm512_castpd_si512(m), 48);  // its low four bits count
    const __m512d inverse = _mm512_permutex2var_pd(_mm512_loadu_pd(table_inverse), place,
                                                   _mm512_loadu_pd(table_inverse + 8));
    const __m512d log = _mm512_permutex2var_pd(_mm512_loadu_pd(table_log), place,
                                               _mm512_loadu_pd(table_log + 8));
    const __m512d r = FMA(m, inverse, SET(-1)), z = _mm512_mul_pd(r, r);
    __m512d even = FMA(SET(1.0 / 8), z, SET(1.0 / 6)), odd = FMA(SET(-1.0 / 9), z, SET(-1.0 / 7));
    even = FMA(FMA(even, z, SET(1.0 / 4)), z, SET(1.0 / 2));
    odd = FMA(FMA(odd, z, SET(-1.0 / 5)), z, SET(-1.0 / 3));
    const __m512d tail = FMA(z, FMA(odd, r, even), log);
    return FMA(e, SET(-0.693147180559945309417), _mm512_sub_pd(tail, r));
}

INLINE normals box_muller(words w) {
    normals n;
    EACH {
        const __m512d radius = _mm512_sqrt_pd(_mm512_mul_pd(SET(2), minus_log(w.low[j])));
        // Quarters of a turn from the nearest one, in [-1/2, 1/2].
        const __m512d t = _mm512_mul_pd(
            _mm512_cvtepi64_pd(_mm512_slli_epi64(w.high[j], 2)), SET(0x1p-64));
        const __m512i nearest =
            _mm512_add_epi64(w.high[j], _mm512_set1_epi64(0x2000000000000000));
        const __m512d z = _mm512_mul_pd(t, t);
        __m512d s = SET(-6.6276249389924724e-10), c = SET(-6.3212568696285884e-09);
        static const double sines[] = {5.6919278504896334e-08, -3.5988427171448578e-06,
                                       1.604411847266723e-04, -4.6817541353148271e-03,
                                       7.9692626246166924e-02, -6.4596409750624671e-01,
                                       1.5707963267948966};
        static const double cosines[] = {4.710609726757823e-07, -2.5202036770460258e-05,
                                         9.1926027418315572e-04, -2.0863480763311209e-02,
                                         2.5366950790104671e-01, -1.2337005501361698, 1};
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 7; i++) {
            s = FMA(s, z, SET(sines[i]));
            c = FMA(c, z, SET(cosines[i]));
        }
        s = _mm512_mul_pd(s, t);
        const __mmask8 swap =
            _mm512_test_epi64_mask(nearest, _mm512_set1_epi64(0x4000000000000000));
        const __m512i top = _mm512_set1_epi64((long long)0x8000000000000000);
        const __m512i sign_a = _mm512_and_si512(
            _mm512_add_epi64(nearest, _mm512_set1_epi64(0x4000000000000000)), top);
        const __m512i sign_b = _mm512_and_si512(nearest, top);
        const __m512d x = _mm512_mask_blend_pd(swap, c, s), y = _mm512_mask_blend_pd(swap, s, c);
        n.a[j] = _mm512_mul_pd(radius, _mm512_xor_pd(x, _mm512_castsi512_pd(sign_a)));
        n.b[j] = _mm512_mul_pd(radius, _mm512_xor_pd(y, _mm512_castsi512_pd(sign_b)));
    }
    return n;
}

/// Sine of a few radians: one step of reduction by pi, then a polynomial.
INLINE __m512d sine(__m512d y) {
    const __m512d magic = SET(0x1.8p52);
    const __m512d shifted = FMA(y, SET(0.318309886183790672), magic);
    const __m512d n = _mm512_sub_pd(shifted, magic);
    __m512d r = FMA(n, SET(-3.14159265358979312), y);
    r = FMA(n, SET(-1.22464679914735321e-16), r);
    const __m512d z = _mm512_mul_pd(r, r);
    static const double terms[] = {-7.6471637318198165e-13, 1.6059043836821613e-10,
                                   -2.5052108385441720e-08, 2.7557319223985893e-06,
                                   -1.9841269841269841e-04, 8.3333333333333332e-03,
                                   -1.6666666666666666e-01};
    __m512d p = SET(2.8114572543455206e-15);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 7; i++) p = FMA(p, z, SET(terms[i]));
    p = FMA(_mm512_mul_pd(p, z), r, r);
    const __m512i odd = _mm512_slli_epi64(_mm512_castpd_si512(shifted), 63);
    return _mm512_xor_pd(p, _mm512_castsi512_pd(odd));
}

INLINE void utility_g(uint64_t first, uint32_t blocks, __m512d u[WIDE]) {
    EACH u[j] = _mm512_setzero_pd();
    for (uint32_t block = 0; block < blocks; block++) {
        const normals n = box_muller(philox(1, first, block));
        EACH {
            const __m512d a = _mm512_sub_pd(n.a[j], SET(0.5)), b = _mm512_sub_pd(n.b[j], SET(0.5));
            u[j] = _mm512_fnmadd_pd(a, a, u[j]);
            u[j] = _mm512_fnmadd_pd(b, b, u[j]);
            if (block == 0) {
                const __m512d d = _mm512_sub_pd(n.a[j], SET(1));
                u[j] = _mm512_fnmadd_pd(d, d, u[j]);
                u[j] = _mm512_add_pd(u[j], sine(_mm512_mul_pd(n.b[j], SET(3))));
            }
        }
    }
}

INLINE void utility_e(uint64_t first, __m512d u[WIDE]) {
    const words w = philox(1, first, 0);
    EACH u[j] = minus_log(w.low[j]);
}

static void *scan(void *argument) {
    share *s = argument;
    const __m512d floor = SET(s->floor);
    for (uint64_t first = s->from; first < s->to; first += LANES) {
        __m512d u[WIDE];
        // Known when it is compiled: five pairs of normals.
        if (s->g == 5) utility_g(first, 5, u);
        else if (s->g != 0) utility_g(first, (uint32_t)s->g, u);
        else utility_e(first, u);
        unsigned mask = 0;
        EACH mask |= (unsigned)_mm512_cmp_pd_mask(u[j], floor, _CMP_GE_OQ) << (8 * j);
        if (mask == 0) continue;
        double values[LANES];
        EACH _mm512_storeu_pd(values + 8 * j, u[j]);
        make_room(s, LANES);
        while (mask) {
            const int lane = __builtin_ctz(mask);
            mask &= mask - 1;
            s->kept[s->count++] = (candidate){values[lane], first + (uint64_t)lane};
        }
    }
    return NULL;
}

#else

#include <immintrin.h>
#include "../Sources/CKernels/qk_coefficients.h"

enum { WIDE = 2, LANES = 4 * WIDE };
typedef struct { __m256i low[WIDE], high[WIDE]; } words;
typedef struct { __m256d a[WIDE], b[WIDE]; } normals;
#define SET _mm256_set1_pd
#define FMA _mm256_fmadd_pd
#define INT _mm256_set1_epi64x
#define XOR _mm256_xor_si256

// Of the first two rounds, what only the block changes: a block's constants.
static struct { __m256i second0, second2, third2; } blocks[5];
static __m256i key0[10], key1[10];
// Operands in memory: sixteen registers do not hold them.
static __m256d logs[9], sines[7], cosines[7];
static _Alignas(32) double entries[16][2];

static void prepare(void) {
    const uint32_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u, seed = 1;
    uint32_t k0[10], k1[10];
    for (uint32_t i = 0; i < 10; i++) {
        key0[i] = INT(k0[i] = seed + i * 0x9E3779B9u);
        key1[i] = INT(k1[i] = i * 0xBB67AE85u);
    }
    for (uint32_t block = 0; block < 5; block++) {
        const uint64_t p1 = (uint64_t)block * m1, p0 = (uint64_t)((uint32_t)(p1 >> 32) ^ k0[0]) * m0;
        blocks[block].second0 = INT((uint32_t)p1 ^ k0[1]);
        blocks[block].second2 = INT((uint32_t)(p0 >> 32) ^ k1[1]);
        blocks[block].third2 = INT((uint32_t)p0 ^ k1[2]);
    }
    for (int i = 0; i < 9; i++) logs[i] = SET(qk_c_log[i]);
    for (int i = 0; i < 7; i++) {
        sines[i] = SET(qk_c_sinquarter[i]);
        cosines[i] = SET(qk_c_cosquarter[i]);
    }
    for (int i = 0; i < 16; i++) {
        entries[i][0] = qk_c_log_inverse[i];
        entries[i][1] = qk_c_log_part[i];
    }
}

/// The two products that all blocks of a sample share; fewer than 2^32 samples.
typedef struct { __m256i first[WIDE], second[WIDE]; } products;

INLINE products begin(uint64_t first) {
    products p;
    EACH {
        const __m256i index = _mm256_add_epi64(INT((long long)first + 4 * j), _mm256_set_epi64x(3, 2, 1, 0));
        p.first[j] = _mm256_mul_epu32(index, INT(0xD2511F53));
        p.second[j] = _mm256_mul_epu32(XOR(_mm256_srli_epi64(p.first[j], 32), key1[0]), INT(0xCD9E8D57));
    }
    return p;
}

INLINE words philox(products p, uint32_t block) {
    const __m256i m0 = INT(0xD2511F53), m1 = INT(0xCD9E8D57), lower = INT(0xffffffff);
    __m256i c0[WIDE], c1[WIDE], c2[WIDE], c3[WIDE];
    EACH {
        c0[j] = XOR(_mm256_srli_epi64(p.second[j], 32), blocks[block].second0);
        c2[j] = XOR(p.first[j], blocks[block].second2);
        c1[j] = p.second[j];
    }
    _Pragma("clang loop unroll(full)") for (int round = 2; round < 9; round++) EACH {
        const __m256i a = _mm256_mul_epu32(c0[j], m0), b = _mm256_mul_epu32(c2[j], m1);
        c0[j] = XOR(_mm256_srli_epi64(b, 32), XOR(c1[j], key0[round]));
        c2[j] = XOR(_mm256_srli_epi64(a, 32), round == 2 ? blocks[block].third2 : XOR(c3[j], key1[round]));
        c1[j] = b;
        c3[j] = a;
    }
    words w;
    EACH {
        w.low[j] = XOR(_mm256_shuffle_epi32(_mm256_mul_epu32(c2[j], m1), 0xB1),
                       XOR(_mm256_and_si256(c1[j], lower), key0[9]));
        w.high[j] = XOR(_mm256_shuffle_epi32(_mm256_mul_epu32(c0[j], m0), 0xB1),
                        XOR(_mm256_and_si256(c3[j], lower), key1[9]));
    }
    return w;
}

/// log of the probability in a word, times a factor, by the project's table and polynomial.
INLINE __m256d log_times(__m256i word, double factor) {
    const __m256d upper = _mm256_castsi256_pd(
        _mm256_or_si256(_mm256_srli_epi64(word, 32), _mm256_castpd_si256(SET(0x1p20))));
    const __m256d lower =
        _mm256_castsi256_pd(_mm256_blend_epi32(word, _mm256_castpd_si256(SET(0x1p-12)), 0xAA));
    const __m256d p = _mm256_add_pd(
        _mm256_add_pd(_mm256_sub_pd(upper, SET(0x1p20 + 0x1p-12)), lower), SET(0x1p-65));
    const __m256i u = _mm256_add_epi64(_mm256_castpd_si256(p), INT(0x3ff0000000000000 - 0x3fe6800000000000));
    const __m256i mantissa = _mm256_and_si256(u, INT(0x000fffffffffffff));
    _Alignas(32) uint16_t place[16];
    _mm256_store_si256((__m256i *)place, mantissa);
    __asm__("" : "+m"(place));
    const __m256d a = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_load_pd(entries[place[3]])),
                                           _mm_load_pd(entries[place[11]]), 1);
    const __m256d b = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_load_pd(entries[place[7]])),
                                           _mm_load_pd(entries[place[15]]), 1);
    const __m256d k = _mm256_sub_pd(
        _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(u, 52), INT(0x4330000000000000))),
        SET(0x1p52 + 1023));
    const __m256d r = FMA(_mm256_castsi256_pd(_mm256_add_epi64(mantissa, INT(0x3fe6800000000000))),
                          _mm256_unpacklo_pd(a, b), SET(-1));
    const __m256d z = _mm256_mul_pd(r, r);
    __m256d even = logs[8], odd = logs[7];
    _Pragma("clang loop unroll(full)") for (int i = 6; i >= 0; i -= 2) {
        even = FMA(even, z, logs[i]);
        if (i > 0) odd = FMA(odd, z, logs[i - 1]);
    }
    const __m256d high = FMA(k, SET(QK_LN2_HI), _mm256_unpackhi_pd(a, b)), sum = _mm256_add_pd(high, r);
    const __m256d rest = FMA(k, SET(QK_LN2_LO), _mm256_add_pd(_mm256_sub_pd(high, sum), r));
    const __m256d value = _mm256_add_pd(sum, FMA(z, FMA(odd, r, even), rest));
    return FMA(value, SET(factor), _mm256_setzero_pd());
}

INLINE normals box_muller(words w) {
    normals n;
    EACH {
        const __m256d radius = _mm256_sqrt_pd(log_times(w.low[j], -2));
        const __m256i nearest = _mm256_add_epi64(w.high[j], INT(0x2000000000000000));
        // Quarters of a turn from the nearest one, in [-1/2, 1/2].
        const __m256d upper = _mm256_castsi256_pd(_mm256_blend_epi32(
            _mm256_srli_epi64(nearest, 30), _mm256_castpd_si256(SET(0x1p20)), 0xAA));
        const __m256d lower = _mm256_castsi256_pd(_mm256_blend_epi32(
            _mm256_slli_epi64(w.high[j], 2), _mm256_castpd_si256(SET(0x1p-12)), 0xAA));
        const __m256d t = _mm256_add_pd(_mm256_sub_pd(upper, SET(0x1p20 + 0x1p-1 + 0x1p-12)), lower);
        const __m256d z = _mm256_mul_pd(t, t), v = _mm256_mul_pd(z, z);
        __m256d s = sines[6], s1 = sines[5];
        __m256d c = cosines[6], c1 = cosines[5];
        _Pragma("clang loop unroll(full)") for (int i = 4; i >= 0; i -= 2) {
            s = FMA(s, v, sines[i]);
            c = FMA(c, v, cosines[i]);
            if (i == 0) break;
            s1 = FMA(s1, v, sines[i - 1]);
            c1 = FMA(c1, v, cosines[i - 1]);
        }
        s = _mm256_mul_pd(t, FMA(s1, z, s));
        c = FMA(z, FMA(c1, z, c), SET(1));
        const __m256d swap = _mm256_castsi256_pd(_mm256_slli_epi64(nearest, 1)), top = SET(-0.0);
        const __m256d b = _mm256_xor_pd(radius, _mm256_and_pd(_mm256_castsi256_pd(nearest), top));
        const __m256d a = _mm256_xor_pd(b, _mm256_and_pd(swap, top));
        n.a[j] = _mm256_mul_pd(a, _mm256_blendv_pd(c, s, swap));
        n.b[j] = _mm256_mul_pd(b, _mm256_blendv_pd(s, c, swap));
    }
    return n;
}

/// Sine of a few radians: one step of reduction by pi, then a polynomial.
INLINE __m256d sine(__m256d y) {
    const __m256d magic = SET(0x1.8p52);
    const __m256d shifted = FMA(y, SET(0.318309886183790672), magic);
    const __m256d n = _mm256_sub_pd(shifted, magic);
    __m256d r = FMA(n, SET(-3.14159265358979312), y);
    r = FMA(n, SET(-1.22464679914735321e-16), r);
    const __m256d z = _mm256_mul_pd(r, r);
    static const double terms[] = {-7.6471637318198165e-13, 1.6059043836821613e-10,
                                   -2.5052108385441720e-08, 2.7557319223985893e-06,
                                   -1.9841269841269841e-04, 8.3333333333333332e-03,
                                   -1.6666666666666666e-01};
    __m256d p = SET(2.8114572543455206e-15);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 7; i++) p = FMA(p, z, SET(terms[i]));
    p = FMA(_mm256_mul_pd(p, z), r, r);
    return _mm256_xor_pd(p, _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(shifted), 63)));
}

INLINE void utility_g(uint64_t first, __m256d u[WIDE]) {
    const products p = begin(first);
    EACH u[j] = _mm256_setzero_pd();
    for (uint32_t block = 0; block < 5; block++) {
        const normals n = box_muller(philox(p, block));
        EACH {
            const __m256d a = _mm256_sub_pd(n.a[j], SET(0.5)), b = _mm256_sub_pd(n.b[j], SET(0.5));
            u[j] = _mm256_fnmadd_pd(a, a, u[j]);
            u[j] = _mm256_fnmadd_pd(b, b, u[j]);
            if (block == 0) {
                const __m256d d = _mm256_sub_pd(n.a[j], SET(1));
                u[j] = _mm256_fnmadd_pd(d, d, u[j]);
                u[j] = _mm256_add_pd(u[j], sine(_mm256_mul_pd(n.b[j], SET(3))));
            }
        }
    }
}

INLINE void utility_e(uint64_t first, __m256d u[WIDE]) {
    const words w = philox(begin(first), 0);
    EACH u[j] = log_times(w.low[j], -1);
}

static void *scan(void *argument) {
    share *s = argument;
    const __m256d floor = SET(s->floor);
    for (uint64_t first = s->from; first < s->to; first += LANES) {
        __m256d u[WIDE];
        if (s->g) utility_g(first, u);
        else utility_e(first, u);
        unsigned mask = 0;
        EACH mask |= (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(u[j], floor, _CMP_GE_OQ)) << (4 * j);
        if (mask == 0) continue;
        double values[LANES];
        EACH _mm256_storeu_pd(values + 4 * j, u[j]);
        make_room(s, LANES);
        while (mask) {
            const int lane = __builtin_ctz(mask);
            mask &= mask - 1;
            s->kept[s->count++] = (candidate){values[lane], first + (uint64_t)lane};
        }
    }
    return NULL;
}

#endif

static int descending(const void *a, const void *b) {
    const double x = ((const candidate *)a)->utility, y = ((const candidate *)b)->utility;
    return (x < y) - (x > y);
}

/// The candidate of rank k, 1 for the best; reorders.
static double rank(candidate *c, size_t n, size_t k) {
    size_t low = 0, high = n - 1, place = k - 1;
    while (low < high) {
        const double pivot = c[low + (high - low) / 2].utility;
        size_t i = low, j = high;
        while (i <= j) {
            while (c[i].utility > pivot) i++;
            while (c[j].utility < pivot) j--;
            if (i <= j) {
                const candidate swap = c[i];
                c[i++] = c[j];
                c[j] = swap;
                if (j == 0) break;
                j--;
            }
        }
        if (place <= j) high = j;
        else if (place >= i) low = i;
        else break;
    }
    return c[place].utility;
}

int main(int argc, char **argv) {
#if defined(KERNELS)
    if (argc != 5) return fprintf(stderr, "usage: reference G|E SAMPLES THREADS LEVEL\n"), 2;
    level = atoi(argv[4]);
    if (level < 0 || level > qk_level()) return fprintf(stderr, "this machine has no level %d\n", level), 2;
#else
    if (argc != 4) return fprintf(stderr, "usage: reference G|E SAMPLES THREADS\n"), 2;
#endif
    // Pairs of normals; 0 for E.
    const int g = argv[1][0] != 'G' ? 0 : argv[1][1] == 0 ? 5 : atoi(argv[1] + 1) / 2;
#if defined(KERNELS) || !defined(__AVX512DQ__)
    if (g > 5) return fprintf(stderr, "ten dimensions here\n"), 2;
#endif
    if (g > 1000) return 2;
    const uint64_t samples = (uint64_t)atof(argv[2]) / 256 * 256;
    const int threads = atoi(argv[3]);
    if (samples < 500000 || samples >> 32 || threads < 1 || threads > 64) return 2;
    prepare();
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    // The first hundredth tells a floor six deviations below the threshold.
    share pilot = {g, 0, samples / 100 / LANES * LANES, -INFINITY, NULL, 0, 1 << 16};
    pilot.kept = malloc(pilot.room * sizeof(candidate));
    scan(&pilot);
    const double expected = 1e-3 * (double)pilot.count;
    const double floor = rank(pilot.kept, pilot.count, (size_t)(expected + 6 * sqrt(expected)) + 1);
    share shares[64];
    pthread_t ids[64];
    for (int t = 0; t < threads; t++) {
        const uint64_t each = (samples - pilot.to) / (uint64_t)threads / LANES * LANES;
        const uint64_t from = pilot.to + each * (uint64_t)t;
        shares[t] = (share){g, from, t == threads - 1 ? samples : from + each, floor, NULL, 0,
                            1 << 16};
        shares[t].kept = malloc(shares[t].room * sizeof(candidate));
        pthread_create(&ids[t], NULL, scan, &shares[t]);
    }
    size_t count = 0;
    for (size_t i = 0; i < pilot.count; i++)
        if (pilot.kept[i].utility >= floor) pilot.kept[count++] = pilot.kept[i];
    for (int t = 0; t < threads; t++) {
        pthread_join(ids[t], NULL);
        if (count + shares[t].count > pilot.room) {
            pilot.room = 2 * (count + shares[t].count);
            pilot.kept = realloc(pilot.kept, pilot.room * sizeof(candidate));
        }
        memcpy(pilot.kept + count, shares[t].kept, shares[t].count * sizeof(candidate));
        count += shares[t].count;
    }
    const size_t k = samples / 1000;
    if (count < k) return fprintf(stderr, "the pilot's floor was too high\n"), 1;
    const double threshold = rank(pilot.kept, count, k);
    qsort(pilot.kept, k, sizeof(candidate), descending);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double seconds = end.tv_sec - start.tv_sec + 1e-9 * (end.tv_nsec - start.tv_nsec);
    printf("{\"workload\": \"%s\", \"samples\": %llu, \"threads\": %d, \"seconds\": %.6f, "
           "\"threshold\": %.15g, \"best\": %llu}\n",
           argv[1], (unsigned long long)samples, threads, seconds, threshold,
           (unsigned long long)pilot.kept[0].index);
    return 0;
}
