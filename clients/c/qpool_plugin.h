/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A utility or a cost in a shared library, for jobs that say
 *
 *     utility: { library: { path: ./libmine.so, function: my_utility } }
 *
 * Version 1 of the interface. See docs/plugins.md.
 */
#ifndef QPOOL_PLUGIN_H
#define QPOOL_PLUGIN_H

#include <stdint.h>

#define QPOOL_PLUGIN_VERSION 1

#if defined(_WIN32)
#define QPOOL_EXPORT __declspec(dllexport)
#else
#define QPOOL_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Every plugin has this function and returns QPOOL_PLUGIN_VERSION from it. */
QPOOL_EXPORT int32_t qpool_plugin_version(void);

/*
 * The type of a utility or a cost. For each of `count` samples i it writes results[i]; component j of
 * sample i is columns[j][i], for j below `dimension`. NaN means "no utility": the sample ranks lowest.
 *
 * A sample's result may depend on nothing but its own components: not on the other samples of the
 * batch, on calls before, on time. Several threads call the function at once. The pointers are good
 * until it returns. It returns 0, or another number where it failed: then the samples of the batch
 * count as failed.
 */
typedef int32_t qpool_function(uint64_t count, uint32_t dimension, const double *const *columns,
                               double *results);

#ifdef __cplusplus
}
#endif

#endif
