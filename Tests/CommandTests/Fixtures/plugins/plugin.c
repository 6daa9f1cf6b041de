/* SPDX-License-Identifier: Apache-2.0 */
#include "qpool_plugin.h"

int32_t qpool_plugin_version(void) { return QPOOL_PLUGIN_VERSION; }

QPOOL_EXPORT int32_t bend(uint64_t count, uint32_t dimension, const double *const *x,
                          double *results) {
    if (dimension != 2) return 1;
    for (uint64_t i = 0; i < count; i++) results[i] = x[0][i] * x[0][i] - x[1][i];
    return 0;
}

QPOOL_EXPORT int32_t refuse(uint64_t count, uint32_t dimension, const double *const *x,
                            double *results) {
    return 1;
}
