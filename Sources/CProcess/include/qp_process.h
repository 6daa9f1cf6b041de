// SPDX-License-Identifier: Apache-2.0
#ifndef QP_PROCESS_H
#define QP_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A child process in a group of its own, and the guard that ends the group when this process ends.
///
/// The guard is a small process that holds the reading end of a pipe. Whatever way this process
/// ends, the pipe closes; then the guard gives the child a moment and kills its group.
typedef struct qp_process {
    pid_t child;
    pid_t guard;
    int input;
    int output;
    int error;
    int life;
    int status;
} qp_process;

/// Starts `argv[0]`, searched in PATH, in a folder, with its standard streams as pipes.
///
/// Returns 0 or an errno value. That a program cannot be executed is told by `qp_end`.
int qp_start(const char *const *argv, const char *const *environment, const char *folder,
             qp_process *process);

/// Starts `argv[0]` with what it says on standard error as a pipe, and no other streams: a program
/// that is reached by other ways.
int qp_start_apart(const char *const *argv, qp_process *process);

/// What is sent and received in one exchange.
typedef struct qp_exchange {
    /// Bytes that go first.
    const uint8_t *head;
    size_t head_bytes;
    /// Then `count` columns of `lanes` doubles each, `stride` doubles apart.
    const double *columns;
    size_t stride;
    size_t lanes;
    size_t count;
    /// Bytes of all that have gone.
    size_t sent;
    /// Where the answer goes, and how much of it has come.
    uint8_t *answer;
    size_t answer_bytes;
    size_t received;
    /// True: return as soon as a line feed has come.
    int is_line;
    /// The end of what came on standard error, a ring.
    uint8_t *error;
    size_t error_bytes;
    size_t error_count;
} qp_exchange;

enum { QP_DONE = 0, QP_ENDED = 1, QP_LATE = 2, QP_BROKEN = 3 };

/// Sends what is left and receives until the answer is full (or a line is), the stream ends or the
/// time is over; takes in standard error meanwhile.
int qp_swap(const qp_process *process, qp_exchange *exchange, int64_t milliseconds);

/// Takes in standard error until it ends, at most so long.
void qp_drain(const qp_process *process, qp_exchange *exchange, int64_t milliseconds);

/// Ends the process's group, at once or when its input has closed a moment ago, and forgets it.
///
/// `wait_status` is what `waitpid` said of the child, −1 where it is not known; `start_error` the
/// errno value where the program could not be executed, 0 otherwise.
void qp_end(qp_process *process, int at_once, int *wait_status, int *start_error);

#endif
