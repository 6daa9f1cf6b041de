// SPDX-License-Identifier: Apache-2.0
// The register machine of compiled formulas. Every loop below is elementwise over one column, so it
// may be vectorised whatever its pointers (`assume_safety`): no lane reads what another one wrote.
#include "CKernels.h"
#include "qk_dispatch.h"

_Static_assert(QK_STEP_COUNT == QK_OP_LOOP, "steps come first");

// Lanes run through a whole program at a time: registers of this length stay in the first cache.
#define TILE 256
#define LANES(...)                                                                                \
    _Pragma("clang loop vectorize(assume_safety) interleave(enable)")                             \
    for (size_t l = 0; l < n; ++l) { __VA_ARGS__; }

#define OUTERS(inner, T)                                                                          \
    OUTER(inner, QK_OUTER_NONE, t, T)                                                             \
    OUTER(inner, QK_OUTER_ADD_C, t + c[l], T)                                                     \
    OUTER(inner, QK_OUTER_ADD_K, t + k1, T)                                                       \
    OUTER(inner, QK_OUTER_SUB_C, t - c[l], T)                                                     \
    OUTER(inner, QK_OUTER_SUB_K, t - k1, T)                                                       \
    OUTER(inner, QK_OUTER_C_SUB, c[l] - t, T)                                                     \
    OUTER(inner, QK_OUTER_K_SUB, k1 - t, T)                                                       \
    OUTER(inner, QK_OUTER_MUL_C, t * c[l], T)                                                     \
    OUTER(inner, QK_OUTER_MUL_K, t * k1, T)                                                       \
    OUTER(inner, QK_OUTER_SQUARE, t * t, T)                                                       \
    OUTER(inner, QK_OUTER_INTO, d[l] + t, T)                                                      \
    OUTER(inner, QK_OUTER_SQUARE_INTO, d[l] + t * t, T)
#define OUTER(inner, outer, expression, T)                                                        \
    case (inner) * QK_OUTER_COUNT + (outer):                                                      \
        LANES(const double t = T; d[l] = expression)                                              \
        break;

QK_INLINE double min2(double x, double y) { return ((y < x) | (y != y)) ? y : x; }
QK_INLINE double max2(double x, double y) { return ((y > x) | (y != y)) ? y : x; }
QK_INLINE double lt2(double x, double y) { return x < y ? 1.0 : 0.0; }
QK_INLINE double le2(double x, double y) { return x <= y ? 1.0 : 0.0; }
QK_INLINE double eq2(double x, double y) { return x == y ? 1.0 : 0.0; }
QK_INLINE double ne2(double x, double y) { return x != y ? 1.0 : 0.0; }
QK_INLINE double and2(double x, double y) {
    const double both = ((x != 0.0) & (y != 0.0)) ? 1.0 : 0.0;
    return x != x ? x : y != y ? y : both;
}
QK_INLINE double or2(double x, double y) {
    const double one = ((x != 0.0) | (y != 0.0)) ? 1.0 : 0.0;
    return x != x ? x : y != y ? y : one;
}
QK_INLINE double not1(double x) { return x != x ? x : x == 0.0 ? 1.0 : 0.0; }
QK_INLINE double sign1(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }
QK_INLINE double choose3(double x, double y, double z) {
    return x != x ? x : x != 0.0 ? y : z;
}

// From the exact remainder r with the dividend's sign to the one with the divisor's (as in Python).
QK_INLINE double mod_signed(double r, double y) {
    const double turned = (r < 0.0) != (y < 0.0) ? r + y : r;
    return r == 0.0 ? __builtin_copysign(0.0, y) : turned;
}

// True where the quotient is exact enough for one fused step; infinite and NaN operands are not.
QK_INLINE int mod_near(double x, double y) {
    return __builtin_fabs(x / y) < 0x1p53 && __builtin_fabs(y) <= 0x1.fffffffffffffp1023;
}

// q is the true quotient's integer part or one further from zero, so x - q*y is a double: fma is
// exact, and so is the step back.
QK_INLINE double mod_fast(double x, double y) {
    const double q = __builtin_elementwise_trunc(x / y);
    const double r = QK_FMA(-q, y, x);
    const double back = r + __builtin_copysign(__builtin_fabs(y), x);
    return mod_signed((r < 0.0) != (x < 0.0) && r != 0.0 ? back : r, y);
}

// The same for any quotient: long division by doubling, on the bits.
static double mod_slow(double x, double y) {
    const uint64_t top = 0x8000000000000000u, inf = 0x7ff0000000000000u;
    uint64_t ux, uy;
    __builtin_memcpy(&ux, &x, 8);
    __builtin_memcpy(&uy, &y, 8);
    ux &= ~top;
    uy &= ~top;
    if (ux >= inf || uy > inf || uy == 0) return __builtin_nan("");
    if (ux < uy) return mod_signed(x, y);
    int ex = (int)(ux >> 52), ey = (int)(uy >> 52);
    uint64_t mx = ux & 0xfffffffffffffu, my = uy & 0xfffffffffffffu;
    if (ex == 0) ex = 1; else mx |= 1ull << 52;
    if (ey == 0) ey = 1; else my |= 1ull << 52;
    mx %= my;
    for (int step = ex - ey; step > 0;) {
        const int by = step < 11 ? step : 11;  // mx < my < 2^53
        mx = (mx << by) % my;
        step -= by;
    }
    int e = ey;
    while (mx != 0 && mx < (1ull << 52) && e > 1) { mx <<= 1; --e; }
    uint64_t bits = mx & 0xfffffffffffffu;
    if (mx >= (1ull << 52)) bits |= (uint64_t)e << 52;
    double r;
    __builtin_memcpy(&r, &bits, 8);
    return mod_signed(__builtin_copysign(r, x), y);
}

// Quotients by a known number without a division: the product with its inverse is mended twice, each
// time by the exact remainder. Markstein: a quotient within one unit, plus the remainder times the
// inverse rounded to nearest, rounds as the division does (doi:10.1147/rd.341.0111), unless the divisor's
// significand is all ones. False where that or an exponent forbids it.
QK_INLINE int divide_by(double *d, const double *a, double k, size_t n) {
    uint64_t bits, most = 0;
    __builtin_memcpy(&bits, &k, 8);
    const double size = __builtin_fabs(k), inverse = 1.0 / k;
    if (!(size > 0x1p-50 && size < 0x1p50) || (bits & 0xfffffffffffffu) == 0xfffffffffffffu) return 0;
    const uint64_t lowest = 2ull * (1023 - 900) << 52, highest = 2ull * (1023 + 900) << 52;
    LANES(const double x = a[l], q = x * inverse, near = QK_FMA(QK_FMA(-q, k, x), inverse, q);
          uint64_t u;
          __builtin_memcpy(&u, &x, 8);
          u = 2 * u - lowest;
          most = u > most ? u : most;
          d[l] = QK_FMA(QK_FMA(-near, k, x), inverse, near))
    return most <= highest - lowest;  // zeros, infinities and NaN are not
}

#define MODULO(X, Y)                                                                              \
    {                                                                                             \
        int near = 1;                                                                             \
        for (size_t l = 0; l < n; ++l) near &= mod_near(X, Y);                                    \
        LANES(d[l] = mod_fast(X, Y))                                                              \
        if (!near)                                                                                \
            for (size_t l = 0; l < n; ++l)                                                        \
                if (!mod_near(X, Y)) d[l] = mod_slow(X, Y);                                       \
        break;                                                                                    \
    }
#define ORDERED(name, f)                                                                          \
    case QK_OP_##name##_AB: LANES(d[l] = f(a[l], b[l])) break;                                    \
    case QK_OP_##name##_AK: LANES(d[l] = f(a[l], k0)) break;                                      \
    case QK_OP_##name##_KA: LANES(d[l] = f(k0, a[l])) break;
#define CALLED(name, function)                                                                    \
    case QK_OP_##name: function##_at(level, d, a, n); break;

// The column of an operand. `row` is the loop's counter, which only QK_IN_ROW follows.
typedef struct {
    double *base[4];
    size_t stride[4];
    size_t row[4];
} places;

QK_INLINE double *column(const places *p, uint32_t operand) {
    const uint32_t place = operand >> QK_PLACE_SHIFT;
    const size_t number = operand & ((1u << QK_PLACE_SHIFT) - 1);
    return p->base[place] + (number + p->row[place]) * p->stride[place];
}

// One switch over all operations, built once for each instruction set.
QK_INLINE void step_body(int level, const qk_op *op, double *d, const double *a, const double *b,
                         const double *c, size_t n) {
    const double k0 = op->k0, k1 = op->k1;
    switch (op->code) {
        OUTERS(QK_INNER_A, a[l])
        OUTERS(QK_INNER_ADD_AB, a[l] + b[l])
        OUTERS(QK_INNER_ADD_AK, a[l] + k0)
        OUTERS(QK_INNER_SUB_AB, a[l] - b[l])
        OUTERS(QK_INNER_SUB_AK, a[l] - k0)
        OUTERS(QK_INNER_SUB_KA, k0 - a[l])
        OUTERS(QK_INNER_MUL_AB, a[l] * b[l])
        OUTERS(QK_INNER_MUL_AK, a[l] * k0)
    case QK_OP_FILL: LANES(d[l] = k0) break;
    case QK_OP_DIV_AK:
        if (level > 0 && divide_by(d, a, k0, n)) break;
        LANES(d[l] = a[l] / k0)
        break;
    case QK_OP_DIV_AB: LANES(d[l] = a[l] / b[l]) break;
    case QK_OP_DIV_KA: LANES(d[l] = k0 / a[l]) break;
    case QK_OP_MOD_AB: MODULO(a[l], b[l])
    case QK_OP_MOD_AK: MODULO(a[l], k0)
    case QK_OP_MOD_KA: MODULO(k0, a[l])
        ORDERED(MIN, min2)
        ORDERED(MAX, max2)
        ORDERED(LT, lt2)
        ORDERED(LE, le2)
        ORDERED(EQ, eq2)
        ORDERED(NE, ne2)
    case QK_OP_AND: LANES(d[l] = and2(a[l], b[l])) break;
    case QK_OP_OR: LANES(d[l] = or2(a[l], b[l])) break;
    case QK_OP_NOT: LANES(d[l] = not1(a[l])) break;
    case QK_OP_CHOOSE: LANES(d[l] = choose3(a[l], b[l], c[l])) break;
    case QK_OP_CHOOSE_BC: LANES(d[l] = a[l] != 0.0 ? b[l] : c[l]) break;
    case QK_OP_CHOOSE_BK: LANES(d[l] = a[l] != 0.0 ? b[l] : k0) break;
    case QK_OP_CHOOSE_KC: LANES(d[l] = a[l] != 0.0 ? k0 : c[l]) break;
    case QK_OP_CHOOSE_KK: LANES(d[l] = a[l] != 0.0 ? k0 : k1) break;
    case QK_OP_HORNER: LANES(d[l] = (a[l] * b[l] + k0) * b[l] + k1) break;
    case QK_OP_FMA: LANES(d[l] = QK_FMA(a[l], b[l], c[l])) break;
    case QK_OP_ABS: LANES(d[l] = __builtin_elementwise_abs(a[l])) break;
    case QK_OP_SQRT: LANES(d[l] = QK_SQRT(a[l])) break;
    case QK_OP_FLOOR: LANES(d[l] = __builtin_elementwise_floor(a[l])) break;
    case QK_OP_CEIL: LANES(d[l] = __builtin_elementwise_ceil(a[l])) break;
    case QK_OP_ROUND: LANES(d[l] = __builtin_elementwise_rint(a[l])) break;
    case QK_OP_TRUNC: LANES(d[l] = __builtin_elementwise_trunc(a[l])) break;
    case QK_OP_SIGN: LANES(d[l] = sign1(a[l])) break;
    case QK_OP_ISNAN: LANES(d[l] = a[l] != a[l] ? 1.0 : 0.0) break;
        CALLED(SIN, qk_sin)
        CALLED(COS, qk_cos)
        CALLED(TAN, qk_tan)
        CALLED(ASIN, qk_asin)
        CALLED(ACOS, qk_acos)
        CALLED(ATAN, qk_atan)
        CALLED(SINH, qk_sinh)
        CALLED(COSH, qk_cosh)
        CALLED(TANH, qk_tanh)
        CALLED(EXP, qk_exp)
        CALLED(EXPM1, qk_expm1)
        CALLED(LOG, qk_log)
        CALLED(LOG1P, qk_log1p)
        CALLED(LOG2, qk_log2)
        CALLED(LOG10, qk_log10)
        CALLED(CBRT, qk_cbrt)
        CALLED(ERF, qk_erf)
        CALLED(ERFC, qk_erfc)
        CALLED(LGAMMA, qk_lgamma)
        CALLED(GAMMA, qk_tgamma)
    case QK_OP_POW: qk_pow_at(level, d, a, b, n); break;
    case QK_OP_ATAN2: qk_atan2_at(level, d, a, b, n); break;
    case QK_OP_HYPOT: qk_hypot_at(level, d, a, b, n); break;
    default: break;
    }
}
// A loop of one accumulating operation whose accumulator stays in vector registers, as many as there
// are; `start` is what it begins with, or NULL for what stands in d. True if taken.
typedef double eight __attribute__((vector_size(64), aligned(8)));
#define STRIPS(inner, T)                                                                          \
    case (inner) * QK_OUTER_COUNT + QK_OUTER_INTO: STRIP_LOOP(T, t) return 1;                     \
    case (inner) * QK_OUTER_COUNT + QK_OUTER_SQUARE_INTO: STRIP_LOOP(T, t * t) return 1;
#define STRIP_LOOP(T, term)                                                                       \
    for (; first + strip <= n; first += strip) {                                                  \
        eight sum[8];                                                                             \
        _Pragma("clang loop unroll(full)") for (size_t g = 0; g < strip / 8; ++g)                 \
            sum[g] = start ? *start - (eight){0} : *(const eight *)(d + first + 8 * g);  /* keeps -0 */ \
        const double *a = a0 + first, *b = b0 + first;                                            \
        for (size_t i = 0; i < rows; ++i, a += da, b += db) {                                     \
            _Pragma("clang loop unroll(full)") for (size_t g = 0; g < strip / 8; ++g) {           \
                const eight A = *(const eight *)(a + 8 * g), B = *(const eight *)(b + 8 * g);     \
                const eight t = T;                                                                \
                sum[g] = sum[g] + term;                                                           \
                (void)B;                                                                          \
            }                                                                                     \
        }                                                                                         \
        _Pragma("clang loop unroll(full)") for (size_t g = 0; g < strip / 8; ++g)                 \
            *(eight *)(d + first + 8 * g) = sum[g];                                               \
    }                                                                                             \
    for (; first < n; ++first) {                                                                  \
        double sum = start ? *start : d[first];                                                   \
        const double *a = a0 + first, *b = b0 + first;                                            \
        for (size_t i = 0; i < rows; ++i, a += da, b += db) {                                     \
            const double A = *a, B = *b, t = T;                                                   \
            sum = sum + term;                                                                     \
            (void)B;                                                                              \
        }                                                                                         \
        d[first] = sum;                                                                           \
    }

QK_INLINE int accumulate_body(int level, const qk_op *op, size_t rows, const double *start, double *d,
                              const double *a0, size_t da, const double *b0, size_t db, size_t n) {
    const double k0 = op->k0;
    const size_t strip = level == 2 ? 64 : level == 1 ? 32 : 16;
    size_t first = 0;
    switch (op->code) {
        STRIPS(QK_INNER_A, A)
        STRIPS(QK_INNER_SUB_AB, A - B)
        STRIPS(QK_INNER_SUB_AK, A - k0)
        STRIPS(QK_INNER_MUL_AB, A * B)
        STRIPS(QK_INNER_MUL_AK, A * k0)
    default: return 0;
    }
}
QK_BUILD_KNOWING(int, accumulate,
         (const qk_op *op, size_t rows, const double *start, double *d, const double *a, size_t da,
          const double *b, size_t db, size_t n),
         (op, rows, start, d, a, da, b, db, n))

static int accumulate(int level, const qk_op *op, size_t rows, const double *start, const places *p,
                      size_t n) {
    const size_t da = op->a >> QK_PLACE_SHIFT == QK_IN_ROW ? p->stride[QK_IN_ROW] : 0;
    const size_t db = op->b >> QK_PLACE_SHIFT == QK_IN_ROW ? p->stride[QK_IN_ROW] : 0;
    return QK_CHOOSE(level, accumulate, op, rows, start, column(p, op->d), column(p, op->a), da,
                     column(p, op->b), db, n);
}

// The whole program over one tile; `level` is the build's own, for the functions it calls.
QK_INLINE void tile_body(int level, const qk_op *ops, size_t count, places *p, size_t n) {
    size_t start = 0, end = 0, rows = 0;  // the loop that runs, if end > 0
    for (size_t i = 0; i < count;) {
        const qk_op *op = &ops[i];
        if (__builtin_expect(op->code == QK_OP_FILL, 0) && i + 2 < count && op[1].code == QK_OP_LOOP && op[1].b == 1 &&
            op[2].d == op->d) {
            p->row[QK_IN_ROW] = 0;
            if (accumulate(level, op + 2, op[1].a, &op->k0, p, n)) {
                i += 3;
                continue;
            }
        }
        if (op->code == QK_OP_LOOP) {
            p->row[QK_IN_ROW] = 0;
            start = i + 1;
            end = start + op->b;
            rows = op->a;
            i = start;
            if (op->b == 1 && accumulate(level, &ops[start], rows, NULL, p, n)) {
                i = end;
                end = 0;
            }
            continue;
        }
        step_body(level, op, column(p, op->d), column(p, op->a), column(p, op->b),
                  column(p, op->c), n);
        if (++i == end) {
            if (++p->row[QK_IN_ROW] < rows) i = start; else end = 0;
        }
    }
}
QK_BUILD(void, tile, (int level, const qk_op *ops, size_t count, places *p, size_t n),
         (level, ops, count, p, n))

void qk_program_run_at(int level, const qk_op *ops, size_t count, const double *values,
                       size_t value_stride, double *scratch, size_t scratch_stride,
                       double *result, size_t lanes) {
    for (size_t first = 0; first < lanes; first += TILE) {
        double *in = (double *)values + first;
        places p = {{scratch, in, in, result + first},
                    {scratch_stride, value_stride, value_stride, 0},
                    {0, 0, 0, 0}};
        const size_t n = lanes - first < TILE ? lanes - first : TILE;
        QK_CHOOSE(level, tile, level, ops, count, &p, n);
    }
}

void qk_program_run(const qk_op *ops, size_t count, const double *values, size_t value_stride,
                    double *scratch, size_t scratch_stride, double *result, size_t lanes) {
    qk_program_run_at(qk_level(), ops, count, values, value_stride, scratch, scratch_stride, result,
                      lanes);
}
