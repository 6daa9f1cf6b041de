// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <sys/resource.h>

#ifdef __GLIBC__

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/// In libc's place, for libdispatch: it gives each of its threads a nice value of its own, whatever the
/// process was started with. As root it takes back what `nice` gave, and goes before everybody else with
/// urgent queues; without rights it writes a line into the system's log at each start. Here a thread
/// never becomes more urgent than it is.
int setpriority(__priority_which_t which, id_t who, int priority) {
    if (which == PRIO_PROCESS && who == 0) {
        errno = 0;
        const int present = getpriority(PRIO_PROCESS, 0);
        if (errno == 0 && priority <= present) return 0;
    }
    return (int)syscall(SYS_setpriority, which, who, priority);
}

#endif
