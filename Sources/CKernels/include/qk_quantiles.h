// SPDX-License-Identifier: Apache-2.0
// Columns of 64-bit words to columns of values, by inversion. A word w names the lower tail
// probability (w + 1/2) / 2^64 where w < 2^63, else the upper one (~w + 1/2) / 2^64, so that both
// tails are right to the last bit. Every build gives the same bits.
#ifndef QP_QUANTILES_H
#define QP_QUANTILES_H
#include <stddef.h>
#include <stdint.h>

/// Buckets of a quantile table: 64 binades of a tail, four buckets each, two tails.
#define QK_TABLE_BUCKETS 256
/// Coefficients a bucket: a polynomial in the rest of the mantissa, mapped to [-1, 1).
#define QK_TABLE_TERMS 12

/// a + width u, u the word's top 53 bits, halved last bit added.
void qk_word_uniform(double *restrict dst, const uint64_t *restrict w, size_t n, double a,
                     double width);
/// -log(p) / rate, p the *upper* tail.
void qk_word_exponential(double *restrict dst, const uint64_t *restrict w, size_t n, double rate);
/// scale E^power, E exponential with the word's tails.
void qk_word_weibull(double *restrict dst, const uint64_t *restrict w, size_t n, double power,
                     double scale);
/// scale exp(power E).
void qk_word_pareto(double *restrict dst, const uint64_t *restrict w, size_t n, double power,
                    double scale);
/// location - scale log E', E' exponential with the word's tails exchanged.
void qk_word_gumbel(double *restrict dst, const uint64_t *restrict w, size_t n, double location,
                    double scale);
void qk_word_cauchy(double *restrict dst, const uint64_t *restrict w, size_t n, double location,
                    double scale);
/// location -+ scale log(2 p).
void qk_word_laplace(double *restrict dst, const uint64_t *restrict w, size_t n, double location,
                     double scale);
/// location -+ scale log((1 - p) / p).
void qk_word_logistic(double *restrict dst, const uint64_t *restrict w, size_t n, double location,
                      double scale);
/// scale exp(power L), L standard logistic.
void qk_word_log_logistic(double *restrict dst, const uint64_t *restrict w, size_t n,
                          double power, double scale);
/// Triangular on [lower, upper], from the end that is on the value's side of the mode.
void qk_word_triangular(double *restrict dst, const uint64_t *restrict w, size_t n, double lower,
                        double mode, double upper);
/// location + scale (exp(shape E) - 1) / shape, E exponential with the word's tails; shape 0: E.
void qk_word_generalized_pareto(double *restrict dst, const uint64_t *restrict w, size_t n,
                                double shape, double location, double scale);
/// The same of -log E', E' exponential with the word's tails exchanged.
void qk_word_extreme_value(double *restrict dst, const uint64_t *restrict w, size_t n,
                           double shape, double location, double scale);
/// location + scale f(polynomial of the word's bucket); map 0: f(v) = v, 1: exp v,
/// 2: 1 / (1 + exp -v), 3: sinh v.
void qk_word_table(double *restrict dst, const uint64_t *restrict w, size_t n,
                   const double *table, int map, double location, double scale);
/// How many entries of `cumulative` are <= w: guide[w >> shift] counts those <= the bucket's first
/// word, and has one entry more than there are buckets.
void qk_word_index(double *restrict dst, const uint64_t *restrict w, size_t n,
                   const uint64_t *cumulative, const uint32_t *guide, unsigned shift);
/// floor(w count / 2^64).
void qk_word_row(double *restrict dst, const uint64_t *restrict w, size_t n, uint64_t count);
/// dst[i] = table[index[i]].
void qk_gather(double *restrict dst, const double *restrict index, size_t n, const double *table);
/// dst[i] = shift + sum over j of c[j] src[j stride + i], fused, in the order of j.
void qk_combine(double *restrict dst, const double *restrict src, size_t stride, const double *c,
                size_t m, double shift, size_t n);
/// dst[i] = src[i] where label[i] == wanted (or is not, where `unequal`).
void qk_blend(double *restrict dst, const double *restrict src, const double *restrict label,
               double wanted, int unequal, size_t n);

// The same by a named build, for tests; `level` as in qk_elementary.h.
void qk_word_uniform_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double a, double width);
void qk_word_exponential_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double rate);
void qk_word_weibull_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double power, double scale);
void qk_word_pareto_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double power, double scale);
void qk_word_gumbel_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double location, double scale);
void qk_word_cauchy_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double location, double scale);
void qk_word_laplace_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double location, double scale);
void qk_word_logistic_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double location, double scale);
void qk_word_log_logistic_at(int level, double *restrict dst, const uint64_t *restrict w,
    size_t n, double power, double scale);
void qk_word_triangular_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    double lower, double mode, double upper);
void qk_word_generalized_pareto_at(int level, double *restrict dst, const uint64_t *restrict w,
    size_t n, double shape, double location, double scale);
void qk_word_extreme_value_at(int level, double *restrict dst, const uint64_t *restrict w,
    size_t n, double shape, double location, double scale);
void qk_word_table_at(int level, double *restrict dst, const uint64_t *restrict w, size_t n,
    const double *table, int map, double location, double scale);
void qk_combine_at(int level, double *restrict dst, const double *restrict src, size_t stride,
    const double *c, size_t m, double shift, size_t n);
#endif
