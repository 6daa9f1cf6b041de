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
#include "reference_kernels.h"
#elif defined(__AVX512DQ__)
#include "reference_avx512.h"
#else
#include "reference_avx2.h"
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
