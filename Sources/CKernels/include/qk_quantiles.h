// SPDX-License-Identifier: Apache-2.0
#ifndef QP_QUANTILES_H
#define QP_QUANTILES_H
#include <stddef.h>
#include <stdint.h>
#endif
