// SPDX-License-Identifier: Apache-2.0
// Of reference.c: the project's own kernels, called one after another.

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
