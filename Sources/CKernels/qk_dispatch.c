// SPDX-License-Identifier: Apache-2.0
#include "qk_dispatch.h"
#include <stdatomic.h>

int qk_level(void) {
#if defined(__x86_64__)
    static _Atomic int known = 0;  // level + 1; every thread would write the same value
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level != 0) return level - 1;
    __builtin_cpu_init();
    level = __builtin_cpu_supports("x86-64-v4") ? 2 : __builtin_cpu_supports("x86-64-v3") ? 1 : 0;
    atomic_store_explicit(&known, level + 1, memory_order_relaxed);
    return level;
#else
    return 0;
#endif
}
