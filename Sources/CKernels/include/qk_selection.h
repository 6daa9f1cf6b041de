// SPDX-License-Identifier: Apache-2.0
#ifndef QP_SELECTION_H
#define QP_SELECTION_H
#include <stddef.h>
#include <stdint.h>
#endif
