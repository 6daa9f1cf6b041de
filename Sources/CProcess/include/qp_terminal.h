// SPDX-License-Identifier: Apache-2.0
#ifndef QP_TERMINAL_H
#define QP_TERMINAL_H

/// The columns that a terminal says it has at this moment, 0 where the descriptor is none or it does
/// not say.
int qp_terminal_columns(int fd);

#endif
