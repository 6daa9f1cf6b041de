// SPDX-License-Identifier: Apache-2.0
#include "qw_web.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "qw_curl.h"

enum {
    // Milliseconds a connection may take.
    CONNECT_MS = 10000,
    // Bytes of all header lines of an answer.
    HEADER_BYTES = 256 << 10,
    // Bytes of a Retry-After that is looked at.
    RETRY_AFTER_BYTES = 128,
};

// A request from `qw_post` to `done`.
typedef struct request {
    struct request *next;
    uint64_t ticket;
    char *url;
    char *authorization;
    uint8_t *body;
    size_t body_bytes;
    long milliseconds;
    size_t good_bytes;
    size_t other_bytes;
    qw_done done;
    void *context;
    // Of the running request.
    void *easy;
    void *headers;
    uint8_t *answer;
    size_t answer_bytes;
    size_t answer_room;
    size_t header_bytes;
    int is_too_long;
    int has_no_memory;
    char retry_after[RETRY_AFTER_BYTES];
    char error[QW_ERROR_BYTES];
} request;

typedef struct cancellation {
    struct cancellation *next;
    uint64_t ticket;
} cancellation;

static pthread_once_t started = PTHREAD_ONCE_INIT;
static const qw_curl *curl;
static void *multi;
static const char *trouble;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Under the lock: what was asked and not yet taken by the thread, newest first.
static request *asked;
static cancellation *cancelled;
static uint64_t tickets;

// The thread's own: what runs.
static request *running;

static void finish(request *item, qw_kind kind, long status, const char *reason) {
    qw_outcome outcome = {
        .kind = kind,
        .status = status,
        .body = item->answer,
        .body_bytes = item->answer_bytes,
        .retry_after = item->retry_after[0] != 0 ? item->retry_after : NULL,
        .reason = reason,
    };
    item->done(item->context, &outcome);
    if (item->headers != NULL) curl->slist_free_all(item->headers);
    if (item->easy != NULL) curl->easy_cleanup(item->easy);
    free(item->url);
    free(item->authorization);
    free(item->body);
    free(item->answer);
    free(item);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    request *item = context;
    size_t more = size * count;
    long status = 0;
    curl->easy_getinfo(item->easy, QW_RESPONSE_CODE, &status);
    size_t most = status >= 200 && status < 300 ? item->good_bytes : item->other_bytes;
    size_t kept = more;
    if (kept > most - item->answer_bytes) {
        kept = most - item->answer_bytes;
        item->is_too_long = 1;
    }
    if (item->answer_bytes + kept > item->answer_room) {
        size_t room = 2 * item->answer_room + kept + 4096;
        if (room > most) room = most;
        uint8_t *answer = realloc(item->answer, room);
        if (answer == NULL) {
            item->has_no_memory = 1;
            return 0;
        }
        item->answer = answer;
        item->answer_room = room;
    }
    if (kept > 0) memcpy(item->answer + item->answer_bytes, bytes, kept);
    item->answer_bytes += kept;
    return item->is_too_long ? 0 : more;
}

static size_t on_header(char *line, size_t size, size_t count, void *context) {
    static const char name[] = "retry-after:";
    request *item = context;
    size_t bytes = size * count;
    item->header_bytes += bytes;
    if (item->header_bytes > HEADER_BYTES) return 0;
    size_t named = sizeof name - 1;
    if (bytes > named && strncasecmp(line, name, named) == 0) {
        size_t length = bytes - named;
        if (length >= RETRY_AFTER_BYTES) length = RETRY_AFTER_BYTES - 1;
        memcpy(item->retry_after, line + named, length);
        while (length > 0 && (uint8_t)item->retry_after[length - 1] <= ' ') length--;
        item->retry_after[length] = 0;
    }
    return bytes;
}

static int set_up(request *item) {
    item->easy = curl->easy_init();
    if (item->easy == NULL) return 0;
    // An empty "Expect:" sends the body without waiting for a leave that many servers never give.
    void *headers = curl->slist_append(NULL, "Content-Type: application/json");
    if (headers != NULL) {
        item->headers = headers;
        headers = curl->slist_append(headers, "Expect:");
    }
    if (headers != NULL && item->authorization != NULL) {
        headers = curl->slist_append(headers, item->authorization);
    }
    if (headers == NULL) return 0;
    void *easy = item->easy;
    int failed = curl->easy_setopt(easy, QW_URL, item->url);
    failed |= curl->easy_setopt(easy, QW_PROTOCOLS, (long)QW_HTTP_AND_HTTPS);
    failed |= curl->easy_setopt(easy, QW_PROXY, "");
    failed |= curl->easy_setopt(easy, QW_HTTP_VERSION, (long)QW_HTTP_1_1);
    // On a connection that was used before, libcurl sends a request again by itself where the other end
    // hung up without a word: a draw that nobody would count.
    failed |= curl->easy_setopt(easy, QW_FORBID_REUSE, 1L);
    failed |= curl->easy_setopt(easy, QW_NOSIGNAL, 1L);
    failed |= curl->easy_setopt(easy, QW_USERAGENT, "qpool");
    failed |= curl->easy_setopt(easy, QW_HTTPHEADER, item->headers);
    failed |= curl->easy_setopt(easy, QW_POSTFIELDSIZE_LARGE, (int64_t)item->body_bytes);
    failed |= curl->easy_setopt(easy, QW_POSTFIELDS, item->body);
    failed |= curl->easy_setopt(easy, QW_TIMEOUT_MS, item->milliseconds);
    failed |= curl->easy_setopt(easy, QW_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    failed |= curl->easy_setopt(easy, QW_ERRORBUFFER, item->error);
    failed |= curl->easy_setopt(easy, QW_WRITEFUNCTION, on_body);
    failed |= curl->easy_setopt(easy, QW_WRITEDATA, item);
    failed |= curl->easy_setopt(easy, QW_HEADERFUNCTION, on_header);
    failed |= curl->easy_setopt(easy, QW_HEADERDATA, item);
    failed |= curl->easy_setopt(easy, QW_PRIVATE, item);
    return failed == 0 && curl->multi_add_handle(multi, easy) == 0;
}

static void take_off(request *item) {
    for (request **place = &running; *place != NULL; place = &(*place)->next) {
        if (*place == item) {
            *place = item->next;
            break;
        }
    }
    curl->multi_remove_handle(multi, item->easy);
}

// Starts what was asked and ends what was cancelled.
static void take_orders(void) {
    pthread_mutex_lock(&lock);
    request *new_requests = asked;
    cancellation *new_cancellations = cancelled;
    asked = NULL;
    cancelled = NULL;
    pthread_mutex_unlock(&lock);
    while (new_requests != NULL) {
        request *item = new_requests;
        new_requests = item->next;
        if (set_up(item)) {
            item->next = running;
            running = item;
        } else {
            finish(item, QW_UNREACHABLE, 0, "the request could not be set up");
        }
    }
    while (new_cancellations != NULL) {
        cancellation *order = new_cancellations;
        new_cancellations = order->next;
        for (request *item = running; item != NULL; item = item->next) {
            if (item->ticket == order->ticket) {
                take_off(item);
                finish(item, QW_CANCELLED, 0, "cancelled");
                break;
            }
        }
        free(order);
    }
}

static void end(request *item, int result) {
    long status = 0;
    double pretransfer = 0;
    curl->easy_getinfo(item->easy, QW_RESPONSE_CODE, &status);
    curl->easy_getinfo(item->easy, QW_PRETRANSFER_TIME, &pretransfer);
    const char *reason = item->error[0] != 0 ? item->error : curl->easy_strerror(result);
    qw_kind kind = QW_BROKEN;
    if (result == 0) {
        kind = QW_ANSWERED;
    } else if (item->has_no_memory) {
        reason = "no memory for the answer";
    } else if (item->is_too_long) {
        kind = QW_TOO_LONG;
        reason = "the answer is too long";
    } else if (item->header_bytes > HEADER_BYTES) {
        reason = "the answer's headers are too long";
    } else if (pretransfer == 0) {
        // The connection never stood, so the request never went out.
        kind = QW_UNREACHABLE;
    } else if (result == QW_OPERATION_TIMEDOUT) {
        kind = QW_LATE;
    }
    take_off(item);
    finish(item, kind, status, reason);
}

static void *run(void *ignored) {
    (void)ignored;
    for (;;) {
        take_orders();
        int count = 0;
        curl->multi_perform(multi, &count);
        qw_curl_message *message;
        while ((message = curl->multi_info_read(multi, &count)) != NULL) {
            if (message->kind != QW_MESSAGE_DONE) continue;
            request *item = NULL;
            curl->easy_getinfo(message->easy, QW_PRIVATE_OF, &item);
            end(item, message->data.result);
        }
        curl->multi_poll(multi, NULL, 0, 1000, NULL);
    }
    return NULL;
}

static void start(void) {
    curl = qw_curl_load();
    if (curl == NULL) {
        trouble = "libcurl cannot be loaded: install it (Debian: apt-get install libcurl4)";
        return;
    }
    multi = curl->multi_init();
    if (multi == NULL) {
        trouble = "libcurl does not start";
        return;
    }
    // The program's signals are for its other threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) == 0) {
        pthread_detach(thread);
    } else {
        trouble = "no thread for requests can be started";
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int qw_is_usable(void) { return qw_curl_load() != NULL; }

uint64_t qw_ticket(void) {
    pthread_mutex_lock(&lock);
    uint64_t ticket = ++tickets;
    pthread_mutex_unlock(&lock);
    return ticket;
}

void qw_post(uint64_t ticket, const char *url, const char *authorization, const uint8_t *body,
             size_t body_bytes, int64_t milliseconds, size_t good_bytes, size_t other_bytes,
             qw_done done, void *context) {
    pthread_once(&started, start);
    const char *refusal = trouble;
    request *item = refusal == NULL ? calloc(1, sizeof *item) : NULL;
    if (item != NULL) {
        item->url = strdup(url);
        item->authorization = authorization != NULL ? strdup(authorization) : NULL;
        // Never empty: libcurl takes no bytes and no pointer for "read them from standard input".
        item->body = malloc(body_bytes + 1);
        if (item->url == NULL || item->body == NULL ||
            (authorization != NULL && item->authorization == NULL)) {
            free(item->url);
            free(item->authorization);
            free(item->body);
            free(item);
            item = NULL;
        }
    }
    if (item == NULL) {
        if (refusal == NULL) refusal = "no memory for a request";
        qw_outcome outcome = {.kind = QW_UNREACHABLE, .reason = refusal};
        done(context, &outcome);
        return;
    }
    if (body_bytes > 0) memcpy(item->body, body, body_bytes);
    item->ticket = ticket;
    item->body_bytes = body_bytes;
    item->milliseconds =
        milliseconds < 1 ? 1 : milliseconds > INT32_MAX ? INT32_MAX : (long)milliseconds;
    item->good_bytes = good_bytes;
    item->other_bytes = other_bytes;
    item->done = done;
    item->context = context;
    pthread_mutex_lock(&lock);
    item->next = asked;
    asked = item;
    pthread_mutex_unlock(&lock);
    curl->multi_wakeup(multi);
}

void qw_cancel(uint64_t ticket) {
    cancellation *order = malloc(sizeof *order);
    // Without memory the request ends by its own time-out.
    if (order == NULL) return;
    order->ticket = ticket;
    pthread_mutex_lock(&lock);
    order->next = cancelled;
    cancelled = order;
    pthread_mutex_unlock(&lock);
    if (multi != NULL) curl->multi_wakeup(multi);
}
