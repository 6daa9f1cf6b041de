// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CORES_H
#define QP_CORES_H

/// Cores that the system lets this process run on, 0 where it does not say.
int qp_allowed_cores(void);

#endif
