// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "qp_cores.h"

#if defined(__linux__)

#include <errno.h>
#include <sched.h>

int qp_allowed_cores(void) {
    // The kernel refuses a set that is smaller than its own.
    for (int cores = 1024; cores <= 1 << 20; cores *= 2) {
        cpu_set_t *set = CPU_ALLOC(cores);
        if (set == NULL) return 0;
        const size_t bytes = CPU_ALLOC_SIZE(cores);
        const int failed = sched_getaffinity(0, bytes, set);
        const int number = errno;
        const int count = failed ? 0 : CPU_COUNT_S(bytes, set);
        CPU_FREE(set);
        if (!failed) return count;
        if (number != EINVAL) return 0;
    }
    return 0;
}

#else

int qp_allowed_cores(void) { return 0; }

#endif
