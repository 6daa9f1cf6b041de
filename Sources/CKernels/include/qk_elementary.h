// SPDX-License-Identifier: Apache-2.0
#ifndef QP_ELEMENTARY_H
#define QP_ELEMENTARY_H
#include <stddef.h>
#include <stdint.h>
#endif
