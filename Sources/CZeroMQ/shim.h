// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CZEROMQ_SHIM_H
#define QP_CZEROMQ_SHIM_H
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

// A wake-up descriptor: one number for both ends where the kernel has eventfd, a pipe elsewhere.
// Returns 0, or the errno.
#if defined(__linux__)
#include <sys/eventfd.h>
static inline int qp_wake_open(int *read_end, int *write_end) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return errno;
    *read_end = fd;
    *write_end = fd;
    return 0;
}
#else
#include <fcntl.h>
static inline int qp_wake_open(int *read_end, int *write_end) {
    int ends[2];
    if (pipe(ends) != 0) return errno;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}
#endif

// Makes the descriptor readable. A full one is readable already.
static inline void qp_wake_signal(int write_end) {
    uint64_t one = 1;
    ssize_t written = write(write_end, &one, sizeof one);
    (void)written;
}

// Takes back every signal so far.
static inline void qp_wake_clear(int read_end) {
    uint64_t buffer[8];
    while (read(read_end, buffer, sizeof buffer) == (ssize_t)sizeof buffer) {
    }
}

static inline void qp_wake_close(int read_end, int write_end) {
    close(read_end);
    if (write_end != read_end) close(write_end);
}

// Starts a detached thread. Returns 0, or the errno.
static inline int qp_thread_start(void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    int failure = pthread_attr_init(&attributes);
    if (failure != 0) return failure;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 8u << 20);
    pthread_t thread;
    failure = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return failure;
}

// Where a ROUTER begins to count its peers: libzmq takes rand(), and seeds it nowhere.
static inline void qp_seed(unsigned seed) { srand(seed); }

// zmq_errno as a plain function: errno itself is per thread.
static inline int qp_zmq_errno(void) { return zmq_errno(); }
#endif
