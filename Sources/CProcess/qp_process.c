// SPDX-License-Identifier: Apache-2.0
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "qp_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

enum { NOTE_ERROR = 1, NOTE_STATUS = 2, NOTE_CHILD = 3 };
enum { GRACE_MILLISECONDS = 300, PIPE_BYTES = 1 << 20, MOST_PIECES = 64 };

typedef struct note {
    int32_t kind;
    int32_t value;
} note;

static int64_t now_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int make_pipe(int ends[2]) {
#if defined(__linux__)
    return pipe2(ends, O_CLOEXEC);
#else
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0) return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    if (most < 0 || most > 65536) most = 65536;
    for (int fd = first; fd < most; fd++) close(fd);
}

static void tell(int fd, int32_t kind, int32_t value) {
    note message = {kind, value};
    ssize_t written = write(fd, &message, sizeof message);
    (void)written;
}

static void usual_signals(void) {
    const int numbers[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// In the guard: only what is safe between fork and exec in a process of several threads.
static _Noreturn void guard(pid_t child, int life, int status) {
    setpgid(0, 0);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    // The descriptors that are kept go to the lowest places; all others belong to others.
    int high_life = fcntl(life, F_DUPFD, 16);
    int high_status = fcntl(status, F_DUPFD, 16);
    int nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(nothing, fd);
    dup2(high_life, 3);
    dup2(high_status, 4);
    close_from(5);
    char byte;
    for (;;) {
        ssize_t got = read(3, &byte, 1);
        if (got == 0 || (got < 0 && errno != EINTR)) break;
    }
    int result = 0;
    int over = 0;
    for (int waited = 0; waited < GRACE_MILLISECONDS && !over; waited += 5) {
        siginfo_t info;
        memset(&info, 0, sizeof info);
        // Looked at, not reaped: the group's number stays taken until the group is killed.
        over = waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0
            || info.si_pid != 0;
        if (!over) {
            struct timespec pause = {0, 5000000};
            nanosleep(&pause, NULL);
        }
    }
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    while (waitpid(child, &result, 0) < 0 && errno == EINTR) {}
    tell(4, NOTE_STATUS, result);
    _exit(0);
}

static void close_all(int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] >= 0) close(fds[i]);
    }
}

extern char **environ;

static void close_one(int fd) {
    if (fd >= 0) close(fd);
}

static int give_up(qp_process *process, int number) {
    const int kept[5] = {
        process->input, process->output, process->error, process->life, process->status,
    };
    for (int i = 0; i < 5; i++) close_one(kept[i]);
    return number;
}

/// Starts a program behind a guard, with `streams` as its standard streams, −1 for none, which are closed
/// here. This process's ends of them stand in `process` and are closed where it fails.
static int start(const char *const *argv, const char *const *environment, const char *folder,
                 const int streams[3], qp_process *process) {
    int life[2], status[2];
    process->life = process->status = -1;
    if (make_pipe(life) != 0) {
        int number = errno;
        for (int i = 0; i < 3; i++) close_one(streams[i]);
        return give_up(process, number);
    }
    process->life = life[1];
    if (make_pipe(status) != 0) {
        int number = errno;
        close(life[0]);
        for (int i = 0; i < 3; i++) close_one(streams[i]);
        return give_up(process, number);
    }
    process->status = status[0];
    struct sigaction old;
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
    pid_t guardian = fork();
    int problem = errno;
    if (guardian == 0) {
        pid_t child = fork();
        if (child == 0) {
            setpgid(0, 0);
            usual_signals();
            int nothing = open("/dev/null", O_RDWR);
            int high[3];
            for (int i = 0; i < 3; i++) {
                high[i] = fcntl(streams[i] < 0 ? nothing : streams[i], F_DUPFD, 16);
            }
            int told = fcntl(status[1], F_DUPFD_CLOEXEC, 16);
            for (int fd = 0; fd < 3; fd++) dup2(high[fd], fd);
            dup2(told, 3);
            fcntl(3, F_SETFD, FD_CLOEXEC);
            close_from(4);
            if (folder != NULL && chdir(folder) != 0) {
                tell(3, NOTE_ERROR, errno);
                _exit(127);
            }
            if (environment != NULL) environ = (char **)environment;
            execvp(argv[0], (char *const *)argv);
            tell(3, NOTE_ERROR, errno);
            _exit(127);
        }
        if (child < 0) {
            tell(status[1], NOTE_ERROR, errno);
            _exit(127);
        }
        setpgid(child, child);
        tell(status[1], NOTE_CHILD, child);
        guard(child, life[0], status[1]);
    }
    close(life[0]);
    close(status[1]);
    for (int i = 0; i < 3; i++) close_one(streams[i]);
    if (guardian < 0) return give_up(process, problem);
    note message = {0, 0};
    ssize_t got;
    do got = read(status[0], &message, sizeof message);
    while (got < 0 && errno == EINTR);
    // The program may fail to start before the guard tells its number.
    note first = message;
    if (got == sizeof message && message.kind == NOTE_ERROR) {
        do got = read(status[0], &message, sizeof message);
        while (got < 0 && errno == EINTR);
    }
    if (got != sizeof message || message.kind != NOTE_CHILD) {
        give_up(process, 0);
        while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR) {}
        return first.kind == NOTE_ERROR ? first.value : EAGAIN;
    }
    process->child = message.value;
    process->guard = guardian;
    fcntl(status[0], F_SETFL, fcntl(status[0], F_GETFL) | O_NONBLOCK);
    if (first.kind == NOTE_ERROR) {
        int wait_status, error;
        qp_end(process, 1, &wait_status, &error);
        return first.value;
    }
    return 0;
}

int qp_start(const char *const *argv, const char *const *environment, const char *folder,
             qp_process *process) {
    // input 0 1, output 2 3, error 4 5
    int fds[6];
    for (int i = 0; i < 6; i++) fds[i] = -1;
    for (int i = 0; i < 6; i += 2) {
        if (make_pipe(fds + i) != 0) {
            int number = errno;
            close_all(fds, 6);
            return number;
        }
    }
#if defined(F_SETPIPE_SZ)
    // Larger pipes take a whole batch; where the system allows less, they stay as they are.
    fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES);
    fcntl(fds[2], F_SETPIPE_SZ, PIPE_BYTES / 4);
#endif
    const int parent[3] = {fds[1], fds[2], fds[4]};
    for (int i = 0; i < 3; i++) fcntl(parent[i], F_SETFL, fcntl(parent[i], F_GETFL) | O_NONBLOCK);
    process->input = fds[1];
    process->output = fds[2];
    process->error = fds[4];
    const int streams[3] = {fds[0], fds[3], fds[5]};
    return start(argv, environment, folder, streams, process);
}

int qp_start_apart(const char *const *argv, qp_process *process) {
    int error[2];
    if (make_pipe(error) != 0) return errno;
    process->input = process->output = -1;
    process->error = error[0];
    const int streams[3] = {-1, -1, error[1]};
    return start(argv, NULL, NULL, streams, process);
}

static size_t total_bytes(const qp_exchange *e) {
    return e->head_bytes + e->count * e->lanes * sizeof(double);
}

static ssize_t send_some(int fd, const qp_exchange *e) {
    struct iovec pieces[MOST_PIECES];
    int count = 0;
    size_t skip = e->sent;
    if (skip < e->head_bytes) {
        pieces[count].iov_base = (void *)(e->head + skip);
        pieces[count].iov_len = e->head_bytes - skip;
        count++;
        skip = 0;
    } else {
        skip -= e->head_bytes;
    }
    const size_t column_bytes = e->lanes * sizeof(double);
    for (size_t column = column_bytes ? skip / column_bytes : e->count;
         column < e->count && count < MOST_PIECES; column++) {
        size_t offset = skip > column * column_bytes ? skip - column * column_bytes : 0;
        pieces[count].iov_base = (uint8_t *)(e->columns + column * e->stride) + offset;
        pieces[count].iov_len = column_bytes - offset;
        count++;
    }
    return writev(fd, pieces, count);
}

static int take_error(int fd, qp_exchange *e) {
    uint8_t buffer[4096];
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    for (ssize_t i = 0; i < got && e->error_bytes > 0; i++) {
        e->error[e->error_count % e->error_bytes] = buffer[i];
        e->error_count++;
    }
    return got > 0;
}

int qp_swap(const qp_process *process, qp_exchange *e, int64_t milliseconds) {
    const int64_t end = now_milliseconds() + milliseconds;
    const size_t all = total_bytes(e);
    int error_open = 1;
    size_t searched = 0;
    for (;;) {
        if (e->is_line) {
            for (; searched < e->received; searched++) {
                if (e->answer[searched] == '\n') return QP_DONE;
            }
        }
        if (e->received == e->answer_bytes) return QP_DONE;
        struct pollfd fds[3] = {
            {process->output, POLLIN, 0},
            {e->sent < all ? process->input : -1, POLLOUT, 0},
            {error_open ? process->error : -1, POLLIN, 0},
        };
        int64_t left = end - now_milliseconds();
        if (left <= 0) return QP_LATE;
        int ready = poll(fds, 3, left > 1000000 ? 1000000 : (int)left);
        if (ready < 0) {
            if (errno == EINTR) continue;
            return QP_BROKEN;
        }
        if (fds[2].revents) error_open = take_error(process->error, e);
        if (fds[1].revents) {
            ssize_t sent = send_some(process->input, e);
            if (sent > 0) e->sent += (size_t)sent;
            // A closed input shows as an ended output in a moment.
            if (sent < 0 && errno != EAGAIN && errno != EINTR) e->sent = all;
        }
        if (fds[0].revents) {
            ssize_t got =
                read(process->output, e->answer + e->received, e->answer_bytes - e->received);
            if (got == 0) return QP_ENDED;
            if (got > 0) e->received += (size_t)got;
            if (got < 0 && errno != EAGAIN && errno != EINTR) return QP_BROKEN;
        }
    }
}

void qp_drain(const qp_process *process, qp_exchange *e, int64_t milliseconds) {
    const int64_t end = now_milliseconds() + milliseconds;
    for (;;) {
        struct pollfd fd = {process->error, POLLIN, 0};
        int64_t left = end - now_milliseconds();
        if (left <= 0 || poll(&fd, 1, (int)left) <= 0 || !take_error(process->error, e)) return;
    }
}

void qp_end(qp_process *process, int at_once, int *wait_status, int *start_error) {
    *wait_status = -1;
    *start_error = 0;
    // The guard has not reaped the child, so its number is its own.
    if (at_once) kill(-process->child, SIGKILL);
    close_one(process->input);
    close_one(process->life);
    const int64_t end = now_milliseconds() + 2000;
    int told = 0;
    while (!told) {
        note message;
        ssize_t got = read(process->status, &message, sizeof message);
        if (got == sizeof message) {
            if (message.kind == NOTE_STATUS) {
                *wait_status = message.value;
                told = 1;
            } else if (message.kind == NOTE_ERROR) {
                *start_error = message.value;
            }
            continue;
        }
        if (got == 0) break;
        if (errno == EINTR) continue;
        struct pollfd fd = {process->status, POLLIN, 0};
        int64_t left = end - now_milliseconds();
        // A child that even SIGKILL does not end at once is left to its guard.
        if (errno != EAGAIN || left <= 0 || poll(&fd, 1, (int)left) == 0) break;
    }
    close_one(process->output);
    close_one(process->error);
    close_one(process->status);
    if (told) {
        while (waitpid(process->guard, NULL, 0) < 0 && errno == EINTR) {}
    } else {
        waitpid(process->guard, NULL, WNOHANG);
    }
}
