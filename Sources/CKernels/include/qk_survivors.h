// SPDX-License-Identifier: Apache-2.0
// Which lanes of a block may still be wanted, and moving those together.
#ifndef QK_SURVIVORS_H
#define QK_SURVIVORS_H
#include <stddef.h>
#include <stdint.h>

// Lists are ascending, and have room for 16 entries more than lanes: whole vectors are written.

/// The lanes whose cell is open. A cell is the leading `low_bits` of `low`, then the leading `high_bits` of `high`,
/// 1 to 31 bits together; `high` is not read where `high_bits` is 0. Bit c % 32 of open[c / 32] is cell c's.
size_t qk_open_cells(uint32_t *restrict list, const uint64_t *restrict low, const uint64_t *restrict high, size_t n,
                     const uint32_t *restrict open, int low_bits, int high_bits);
size_t qk_open_cells_at(int level, uint32_t *restrict list, const uint64_t *restrict low,
                        const uint64_t *restrict high, size_t n, const uint32_t *restrict open, int low_bits,
                        int high_bits);
/// The lanes whose word is in first ... first + width.
size_t qk_words_within(uint32_t *restrict list, const uint64_t *restrict words, size_t n, uint64_t first,
                       uint64_t width);
size_t qk_words_within_at(int level, uint32_t *restrict list, const uint64_t *restrict words, size_t n,
                          uint64_t first, uint64_t width);
/// The lanes whose bound is not below `least`: those that are no numbers too.
size_t qk_not_below(uint32_t *restrict list, const double *restrict bound, size_t n, double least);
size_t qk_not_below_at(int level, uint32_t *restrict list, const double *restrict bound, size_t n, double least);
/// Moves word list[i] to place i, i in 0 ..< n. The list is ascending.
void qk_gather_words(uint64_t *words, const uint32_t *list, size_t n);
/// The same for a list of lanes.
void qk_gather_lanes(uint32_t *lanes, const uint32_t *list, size_t n);
#endif
