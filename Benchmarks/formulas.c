// SPDX-License-Identifier: Apache-2.0
// The ten formulas of jobs/formulas.yaml as a person would write them in C, over columns of 256
// samples that lie in the cache; prints a name and nanoseconds an evaluation for each. From the root:
//   clang -O3 -march=native -fno-math-errno -fveclib=libmvec Benchmarks/formulas.c -lmvec -lm -o /tmp/formulas && /tmp/formulas 5
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LANES = 256, DIMENSION = 10, TIMES = 4000 };

static _Alignas(64) double x[DIMENSION][LANES], u[LANES];

#define FORMULA(name, expression)                                                                \
    static void __attribute__((noinline)) name(void) {                                           \
        for (int i = 0; i < LANES; i++) u[i] = (expression);                                     \
    }
#define SUM(name, term, finish)                                                                  \
    static void __attribute__((noinline)) name(void) {                                           \
        for (int i = 0; i < LANES; i++) {                                                        \
            double sum = 0;                                                                      \
            for (int j = 0; j < DIMENSION; j++) sum += (term);                                   \
            u[i] = (finish);                                                                     \
        }                                                                                        \
    }
#define X(j) x[j][i]
#define XJ x[j][i]

FORMULA(polynomial, 1 + 2 * X(0) - 3 * (X(1) * X(1)) + X(2) * X(2) * X(2))
FORMULA(horner,
        ((((0.1 * X(0) + 0.2) * X(0) - 0.3) * X(0) + 0.4) * X(0) - 0.5) * X(0) + 0.6)
SUM(workload_g, (XJ - 0.5) * (XJ - 0.5), -(X(0) - 1) * (X(0) - 1) - sum + sin(3 * X(1)))
static inline double least(double a, double b) { return a < b ? a : b; }
static void __attribute__((noinline)) four_branch(void) {
    const double root = sqrt(2), far = 7 / root;
    for (int i = 0; i < LANES; i++) {
        const double d = X(0) - X(1), bowl = 3 + 0.1 * (d * d), slope = (X(0) + X(1)) / root;
        u[i] = -least(least(bowl - slope, bowl + slope), least(d + far, far - d));
    }
}
SUM(squares, XJ * XJ, sum)
SUM(norm, XJ * XJ, sqrt(sum) - 3)
SUM(rastrigin, XJ * XJ - 10 * cos(2 * M_PI * XJ), -sum)
FORMULA(logistic, 1 / (1 + exp(-(0.5 * X(0) - X(1) + 0.25 * X(2)))))
FORMULA(choices, X(0) > 1 ? X(1) * X(2) : (X(3) < 0 ? -X(4) : X(5) * X(5)))
static void __attribute__((noinline)) repeated(void) {
    for (int i = 0; i < LANES; i++) {
        const double s = X(0) * X(0);
        u[i] = log(1 + s) + exp(-s) + (1 + s) * sin(X(1));
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    const double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

int main(int count, char **arguments) {
    const int rounds = count > 1 ? atoi(arguments[1]) : 5;
    srand(1);
    for (int j = 0; j < DIMENSION; j++)
        for (int i = 0; i < LANES; i++)
            x[j][i] = sqrt(-2 * log((rand() + 1.0) / (RAND_MAX + 2.0))) *
                      cos(2 * M_PI * rand() / RAND_MAX);
    const struct {
        const char *name;
        void (*run)(void);
    } formulas[] = {{"polynomial", polynomial}, {"horner", horner},     {"workload_g", workload_g},
                    {"four_branch", four_branch}, {"squares", squares}, {"norm", norm},
                    {"rastrigin", rastrigin},   {"logistic", logistic}, {"choices", choices},
                    {"repeated", repeated}};
    for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
        double *times = malloc(rounds * sizeof *times), total = 0;
        formulas[f].run();
        for (int r = 0; r < rounds; r++) {
            const double start = seconds();
            for (int t = 0; t < TIMES; t++) {
                formulas[f].run();
                total += u[t % LANES];
            }
            times[r] = (seconds() - start) * 1e9 / ((double)TIMES * LANES);
        }
        qsort(times, rounds, sizeof *times, ascending);
        printf("%s %.4f %s\n", formulas[f].name, times[rounds / 2], isnan(total) ? "nan" : "");
        free(times);
    }
    return 0;
}
