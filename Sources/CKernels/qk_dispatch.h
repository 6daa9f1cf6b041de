// SPDX-License-Identifier: Apache-2.0
// One body, three builds: every column kernel is compiled for plain x86-64, for AVX2 and for
// AVX-512 (one build elsewhere), and the machine's best is taken when it runs. All builds give the
// same bits: bodies use only + - * / sqrt, explicit fma, integers, comparisons and selections.
#ifndef QK_DISPATCH_H
#define QK_DISPATCH_H
#include <stddef.h>
#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

#define QK_INLINE static inline __attribute__((always_inline, unused))
#define QK_FMA(a, b, c) __builtin_elementwise_fma((double)(a), (double)(b), (double)(c))
#define QK_SQRT(a) __builtin_elementwise_sqrt((double)(a))
#define QK_ABS(a) __builtin_elementwise_abs((double)(a))
#define QK_LOOP _Pragma("clang loop vectorize(enable) interleave(enable)")

#if defined(__x86_64__)
#define QK_V3 __attribute__((target("avx2,fma,bmi,bmi2,f16c,lzcnt,movbe,popcnt")))
// No "arch=": that would bring the 256-bit preference of x86-64-v4 with it.
#define QK_V4                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi,bmi2,f16c,"  \
                          "lzcnt,movbe,popcnt")))
#define QK_CHOOSE(level, name, ...)                                                              \
    ((level) >= 2 ? name##_v4(__VA_ARGS__)                                                       \
                  : (level) == 1 ? name##_v3(__VA_ARGS__) : name##_v0(__VA_ARGS__))
#define QK_BUILD(result, name, params, args)                                                     \
    static result name##_v0 params { return name##_body args; }                                  \
    static QK_V3 result name##_v3 params { return name##_body args; }                            \
    static QK_V4 result name##_v4 params { return name##_body args; }
#define QK_BUILD_KNOWING(result, name, params, args)                                             \
    static result name##_v0 params { return name##_body(0, QK_UNPAREN args); }                   \
    static QK_V3 result name##_v3 params { return name##_body(1, QK_UNPAREN args); }             \
    static QK_V4 result name##_v4 params { return name##_body(2, QK_UNPAREN args); }
#else
#define QK_CHOOSE(level, name, ...) ((void)(level), name##_v0(__VA_ARGS__))
#define QK_BUILD(result, name, params, args)                                                     \
    static result name##_v0 params { return name##_body args; }
#define QK_BUILD_KNOWING(result, name, params, args)                                             \
    static result name##_v0 params { return name##_body(0, QK_UNPAREN args); }
#endif

/// The best build this machine runs: 0 plain, 1 AVX2 with FMA, 2 AVX-512.
int qk_level(void);

// `name(params)` takes the best build; `name_at(level, params)` a named one, which must not be above
// qk_level(). The body is `name_body`.
#define QK_UNPAREN(...) __VA_ARGS__
#define QK_KERNEL(result, name, params, args)                                                    \
    QK_BUILD(result, name, params, args)                                                         \
    QK_ENTRIES(result, name, params, args)
// The same for a body whose first parameter is the level it is built for.
#define QK_KERNEL_KNOWING(result, name, params, args)                                            \
    QK_BUILD_KNOWING(result, name, params, args)                                                 \
    QK_ENTRIES(result, name, params, args)
#define QK_ENTRIES(result, name, params, args)                                                   \
    result name##_at(int level, QK_UNPAREN params) { return QK_CHOOSE(level, name, QK_UNPAREN args); } \
    result name params { return QK_CHOOSE(qk_level(), name, QK_UNPAREN args); }

#endif
