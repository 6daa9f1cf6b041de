// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <sys/resource.h>

#ifdef __GLIBC__

#include <sys/syscall.h>
#include <unistd.h>

/// What the process was started with.
static int started_with;

__attribute__((constructor)) static void remember(void) { started_with = getpriority(PRIO_PROCESS, 0); }

/// In libc's place, for libdispatch: it gives each of its threads a nice value of its own, whatever the
/// process was started with. As root it takes back what `nice` gave, and goes before everybody else with
/// urgent queues; without rights it writes a line into the system's log at each start. Here no thread is
/// more urgent than the process was, and one that may not become as urgent again stays as it is.
int setpriority(__priority_which_t which, id_t who, int priority) {
    if (which != PRIO_PROCESS || who != 0) return (int)syscall(SYS_setpriority, which, who, priority);
    const int wanted = priority > started_with ? priority : started_with;
    const int present = getpriority(PRIO_PROCESS, 0);
    if (wanted == present) return 0;
    const int failed = (int)syscall(SYS_setpriority, which, who, wanted);
    return wanted < present ? 0 : failed;
}

#endif
