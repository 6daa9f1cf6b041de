// SPDX-License-Identifier: Apache-2.0
#include "qk_selection.h"
#include "qk_math_explog.h"

#define QK_TOP 0x8000000000000000u
#define QK_BLOCK_LANES 256

uint64_t qk_key(double utility) {
    const uint64_t u = qk_bits(utility + 0.0);  // -0 + 0 is +0
    if (utility != utility) return 0;
    return (u & QK_TOP) != 0 ? ~u : u | QK_TOP;
}

QK_INLINE size_t qk_select_body(uint32_t *restrict lanes, const double *restrict utility, size_t n,
                                uint64_t key) {
    const uint64_t lowest = ~0xfff0000000000000u, highest = 0xfff0000000000000u;  // -inf, +inf
    if (key == 0) {
        for (size_t i = 0; i < n; i++) lanes[i] = (uint32_t)i;
        return n;
    }
    if (key > highest) return 0;
    const uint64_t k = key < lowest ? lowest : key;
    const double least = qk_real((k & QK_TOP) != 0 ? k & ~QK_TOP : ~k);
    size_t count = 0;
    for (size_t start = 0; start < n; start += 64) {
        const size_t end = start + 64 < n ? start + 64 : n;
        uint64_t any = 0;
        if (end - start == 64) {
            QK_LOOP for (size_t i = 0; i < 64; i++) any |= (uint64_t)(utility[start + i] >= least);
        } else {
            any = 1;
        }
        if (any == 0) continue;
        for (size_t i = start; i < end; i++) {
            lanes[count] = (uint32_t)i;
            count += utility[i] >= least;
        }
    }
    return count;
}
QK_KERNEL(size_t, qk_select,
          (uint32_t *restrict lanes, const double *restrict utility, size_t n, uint64_t key),
          (lanes, utility, n, key))

/// The sums of 256 lanes; where `guarded`, lanes that are not finite count +0.0.
QK_INLINE qk_block qk_fold(const double *u, double centre, int guarded) {
    double sums[8], squares[8];
    // The lanes modulo 8 side by side, each residue folded in registers: 128, 64, 32, 16, 8.
    QK_LOOP for (size_t j = 0; j < 8; j++) {
        double s[16], q[16];
        _Pragma("clang loop unroll(full)")
        for (size_t v = 0; v < 16; v++) {
            const double a = u[8 * v + j], b = u[8 * v + j + 128];
            const double x = !guarded || QK_ABS(a) < QK_INF ? a - centre : 0.0;
            const double y = !guarded || QK_ABS(b) < QK_INF ? b - centre : 0.0;
            s[v] = x + y;
            q[v] = x * x + y * y;
        }
        _Pragma("clang loop unroll(full)")
        for (size_t half = 8; half > 0; half /= 2) {
            _Pragma("clang loop unroll(full)")
            for (size_t v = 0; v < half; v++) {
                s[v] += s[v + half];
                q[v] += q[v + half];
            }
        }
        sums[j] = s[0];
        squares[j] = q[0];
    }
    for (size_t half = 4; half > 0; half /= 2) {
        for (size_t j = 0; j < half; j++) {
            sums[j] += sums[j + half];
            squares[j] += squares[j + half];
        }
    }
    return (qk_block){sums[0], squares[0], 0, 0};
}

QK_INLINE qk_block qk_block_sums_body(const double *utility, size_t n, double centre) {
    _Alignas(64) double padded[QK_BLOCK_LANES];
    const double *u = utility;
    if (n < QK_BLOCK_LANES) {
        for (size_t i = 0; i < n; i++) padded[i] = utility[i];
        for (size_t i = n; i < QK_BLOCK_LANES; i++) padded[i] = centre;  // counts +0.0
        u = padded;
    }
    qk_block block = qk_fold(u, centre, 0);
    block.finite = n;
    if (block.squares < QK_INF) return block;
    // A lane is not finite, or its square too large: the same sums with care.
    block = qk_fold(u, centre, 1);
    for (size_t i = 0; i < n; i++) {
        block.finite += QK_ABS(utility[i]) < QK_INF;
        block.invalid += utility[i] != utility[i];
    }
    return block;
}
QK_KERNEL(qk_block, qk_block_sums, (const double *utility, size_t n, double centre),
          (utility, n, centre))
