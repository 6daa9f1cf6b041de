// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CZEROMQ_SHIM_H
#define QP_CZEROMQ_SHIM_H
#include <zmq.h>
#endif
