// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CSODIUM_SHIM_H
#define QP_CSODIUM_SHIM_H
#include <sodium.h>
#endif
