// SPDX-License-Identifier: Apache-2.0
// The project's elementary functions, each defined once, inline and (but where said) branch-free, so
// that a loop over one of them becomes vector code and every instruction set gives the same bits.
// NaN results are NaN, of no particular sign or payload.
#ifndef QK_MATH_H
#define QK_MATH_H
#include "qk_math_explog.h"
#include "qk_math_trig.h"
#include "qk_math_power.h"
#include "qk_math_special.h"
#endif
