// SPDX-License-Identifier: Apache-2.0
#ifndef QP_MEMORY_H
#define QP_MEMORY_H

/// Gives freed memory back to the system, where the C library keeps it otherwise.
///
/// glibc keeps the memory of a thread's arena as long as one block at its end is in use: after a
/// flood of messages that one thread allocated, for ever.
void qp_trim_memory(void);

/// From now on blocks of a megabyte and more go back to the system as soon as they are freed.
///
/// glibc raises that bound to the largest block freed so far, and keeps what is smaller.
void qp_return_large_blocks(void);

#endif
