// SPDX-License-Identifier: Apache-2.0
// Of reference.c: everything fused in registers, by hand for AVX-512.

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

typedef __m512d numbers;
typedef __m512i whole;
#include "reference_sine.h"

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
