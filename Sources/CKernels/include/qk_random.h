// SPDX-License-Identifier: Apache-2.0
#ifndef QP_RANDOM_H
#define QP_RANDOM_H
#include <stddef.h>
#include <stdint.h>
#endif
