/* SPDX-License-Identifier: Apache-2.0 */
/* cc -O2 -shared -fPIC -ffp-contract=off -Iclients/c -o libfourbranch.so clients/c/examples/four_branch.c -lm */
#include <math.h>
#include "qpool_plugin.h"

int32_t qpool_plugin_version(void) { return QPOOL_PLUGIN_VERSION; }

/* The four-branch system: how far a sample is beyond the nearest of four limit states. */
QPOOL_EXPORT int32_t four_branch(uint64_t count, uint32_t dimension, const double *const *x,
                                 double *results) {
    if (dimension != 2) return 1;
    const double root = sqrt(2.0);
    for (uint64_t i = 0; i < count; i++) {
        const double a = x[0][i], b = x[1][i];
        const double d = a - b, s = (a + b) / root;
        const double bend = 3 + 0.1 * (d * d);
        results[i] = -fmin(fmin(bend - s, bend + s), fmin(d + 7 / root, 7 / root - d));
    }
    return 0;
}
