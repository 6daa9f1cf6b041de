// SPDX-License-Identifier: Apache-2.0
// Times the kernels of one thread, each build in turn, best of many rounds. From the root:
//   clang -O2 -ISources/CKernels/include Benchmarks/kernels.c Sources/CKernels/*.c -lm -o /tmp/kernels
//   /tmp/kernels
#include "CKernels.h"
#include <stdio.h>
#include <time.h>

enum { LANES = 256, ROUNDS = 60 };

static _Alignas(64) double x[10][LANES], u[LANES], t[LANES];
static _Alignas(64) uint64_t low[LANES], high[LANES];
static uint32_t lanes[LANES];
static uint64_t found, key;
static double total;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void choose(int level) {
    found += qk_select_at(level, lanes, u, LANES, key);
    total += qk_block_sums_at(level, u, LANES, 0.0).sum;
}

static void words(int level, qk_source s) { qk_words_at(level, low, high, s, LANES); }
static void normals(int level, qk_source s) { qk_normals_at(level, x[0], x[1], s, LANES); }
static void logs(int level, qk_source s) {
    (void)s;
    qk_log_at(level, u, x[9], LANES);
}
static void sines(int level, qk_source s) {
    (void)s;
    qk_sin_at(level, u, x[0], LANES);
}
static void selection(int level, qk_source s) {
    (void)s;
    choose(level);
}

/// Workload G with its utility as plain loops over columns.
static void workload_g(int level, qk_source s) {
    for (int i = 0; i < 5; i++) {
        s.block = (uint32_t)i;
        qk_normals_at(level, x[2 * i], x[2 * i + 1], s, LANES);
    }
    for (int i = 0; i < LANES; i++) t[i] = 3 * x[1][i];
    qk_sin_at(level, u, t, LANES);
    for (int i = 0; i < LANES; i++) {
        double sum = 0;
        for (int j = 0; j < 10; j++) sum += (x[j][i] - 0.5) * (x[j][i] - 0.5);
        u[i] = -(x[0][i] - 1) * (x[0][i] - 1) - sum + u[i];
    }
    choose(level);
}

/// Workload E; the exponential always by the best build.
static void workload_e(int level, qk_source s) {
    qk_low_words_at(level, low, s, LANES);
    qk_word_exponential(u, low, LANES, 1.0);
    choose(level);
}

int main(void) {
    static const struct {
        const char *name;
        void (*run)(int, qk_source);
        double per_lane;
        double least;  // about the threshold of q = 1e-3
    } cases[] = {{"word", words, 2, 0},
                 {"normal", normals, 2, 0},
                 {"log", logs, 1, 0},
                 {"sin", sines, 1, 0},
                 {"lane's selection and sums", selection, 1, 1e9},
                 {"sample of G", workload_g, 1, -1.62},
                 {"sample of E", workload_e, 1, 6.9}};
    for (int i = 0; i < LANES; i++) x[9][i] = i + 0.5;
    for (int level = qk_level(); level >= 0; level--) {
        const int turns = level == 0 ? 20 : 400;
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            double best = 1e9;
            key = qk_key(cases[c].least);
            for (int round = 0; round < ROUNDS; round++) {
                const double start = seconds();
                for (int i = 0; i < turns; i++)
                    cases[c].run(level, (qk_source){1, (uint64_t)i * LANES, 0, 0});
                const double spent = seconds() - start;
                best = spent < best ? spent : best;
            }
            printf("level %d: %.3f ns a %s\n", level,
                   best / (turns * LANES * cases[c].per_lane) * 1e9, cases[c].name);
        }
    }
    return found == 0 && total == 0;
}
