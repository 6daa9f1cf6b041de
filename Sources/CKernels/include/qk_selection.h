// SPDX-License-Identifier: Apache-2.0
// Choosing lanes by a threshold, and the sums of a block.
#ifndef QP_SELECTION_H
#define QP_SELECTION_H
#include <stddef.h>
#include <stdint.h>

/// The order of utilities as an order of integers: NaN is 0, -0 is +0, then IEEE order.
uint64_t qk_key(double utility);

/// Writes the lanes whose key is at least `key`, ascending, and returns how many. Every lane passes
/// key 0, NaN too. `lanes` has room for n.
size_t qk_select(uint32_t *restrict lanes, const double *restrict utility, size_t n, uint64_t key);
size_t qk_select_at(int level, uint32_t *restrict lanes, const double *restrict utility, size_t n,
                    uint64_t key);

/// Sums over one aligned block of at most 256 lanes, by halves: lane i takes lane i + 128, then
/// i + 64, …, i + 1. Lanes that are missing or not finite count +0.0.
typedef struct {
    double sum;      // of u - centre
    double squares;  // of (u - centre)^2
    uint64_t finite;
    uint64_t invalid;  // NaN
} qk_block;
qk_block qk_block_sums(const double *utility, size_t n, double centre);
qk_block qk_block_sums_at(int level, const double *utility, size_t n, double centre);
#endif
