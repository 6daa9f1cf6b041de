// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CKERNELS_H
#define QP_CKERNELS_H
#include "qk_elementary.h"
#include "qk_random.h"
#include "qk_quantiles.h"
#include "qk_columns.h"
#include "qk_selection.h"
#include "qk_survivors.h"
#endif
