// SPDX-License-Identifier: Apache-2.0
#ifndef QP_COLUMNS_H
#define QP_COLUMNS_H
#include <stddef.h>
#include <stdint.h>
#endif
