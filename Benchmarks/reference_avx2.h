// SPDX-License-Identifier: Apache-2.0
// Of reference.c: the same for AVX2.

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

typedef __m256d numbers;
typedef __m256i whole;
#include "reference_sine.h"

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
