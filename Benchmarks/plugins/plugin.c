/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "qpool_plugin.h"

int32_t qpool_plugin_version(void) { return QPOOL_PLUGIN_VERSION; }

QPOOL_EXPORT int32_t first(uint64_t count, uint32_t dimension, const double *const *x,
                           double *results) {
    memcpy(results, x[0], count * sizeof(double));
    return 0;
}

QPOOL_EXPORT int32_t g(uint64_t count, uint32_t dimension, const double *const *x,
                       double *results) {
    for (uint64_t i = 0; i < count; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < dimension; j++) sum += (x[j][i] - 0.5) * (x[j][i] - 0.5);
        results[i] = -(x[0][i] - 1) * (x[0][i] - 1) - sum + sin(3 * x[1][i]);
    }
    return 0;
}
