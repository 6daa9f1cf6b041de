// SPDX-License-Identifier: Apache-2.0
#include "qp_memory.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void qp_return_large_blocks(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

void qp_trim_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
