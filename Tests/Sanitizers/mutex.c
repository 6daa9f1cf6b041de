/* SPDX-License-Identifier: Apache-2.0 */
/* The slow path of Swift's Mutex on Linux, for builds with the thread sanitizer only.

   The fast path is inlined into our code, where the sanitizer sees its atomics. The slow path is a
   call into libswiftSynchronization.so, which is not instrumented: the kernel hands the lock over
   (FUTEX_LOCK_PI), the sanitizer sees nobody take it, and reports each contended lock as a race.
   A definition in the program itself comes before the library's, and this one is instrumented. It
   spins politely and never sets the kernel's bit for waiters, so that the fast path of unlocking is
   always enough. */
#include "Sanitizers.h"

#include <sched.h>
#include <stdatomic.h>

typedef _Atomic(uint32_t) Word;

/* Synchronization._MutexHandle._lockSlow(UInt32) */
__attribute__((swiftcall)) void qp_tsan_lock(
    uint32_t thread, __attribute__((swift_context)) Word *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

/* Synchronization._MutexHandle._unlockSlow() */
__attribute__((swiftcall)) void qp_tsan_unlock(__attribute__((swift_context)) Word *word)
    __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

__attribute__((swiftcall)) void qp_tsan_lock(
    uint32_t thread, __attribute__((swift_context)) Word *word)
{
    uint32_t free = 0;
    while (!atomic_compare_exchange_weak_explicit(
        word, &free, thread, memory_order_acquire, memory_order_relaxed)) {
        free = 0;
        sched_yield();
    }
}

__attribute__((swiftcall)) void qp_tsan_unlock(__attribute__((swift_context)) Word *word)
{
    atomic_store_explicit(word, 0, memory_order_release);
}
