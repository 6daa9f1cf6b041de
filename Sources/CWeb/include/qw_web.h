// SPDX-License-Identifier: Apache-2.0
#ifndef QW_WEB_H
#define QW_WEB_H

#include <stddef.h>
#include <stdint.h>

/// How a request ended.
typedef enum qw_kind {
    /// The whole answer came; `status` and `body` are its own.
    QW_ANSWERED,
    /// Its body is longer than allowed; `status` and as much of `body` as was allowed are there.
    QW_TOO_LONG,
    /// The request went out, and no whole answer came in time.
    QW_LATE,
    /// Nobody took the request.
    QW_UNREACHABLE,
    /// The connection broke, or what came is no HTTP, after the request went out.
    QW_BROKEN,
    /// `qw_cancel` ended it.
    QW_CANCELLED,
} qw_kind;

/// What became of a request. All of it is valid only while `qw_done` runs.
typedef struct qw_outcome {
    qw_kind kind;
    long status;
    const uint8_t *body;
    size_t body_bytes;
    /// The header `Retry-After`, or NULL.
    const char *retry_after;
    /// In words, for every kind but `QW_ANSWERED`; never NULL.
    const char *reason;
} qw_outcome;

/// Called once a request, on the library's own thread: it must return soon.
typedef void (*qw_done)(void *context, const qw_outcome *outcome);

/// Whether requests can be made here: libcurl can be loaded and starts.
int qw_is_usable(void);

/// A number for a request, never given twice.
uint64_t qw_ticket(void);

/// Posts JSON over HTTP/1.1 and tells what came of it.
///
/// One thread drives every request through libcurl's multi interface. libcurl is loaded at the first
/// request, so a program that never asks does not pay for it; where it is missing, the request ends
/// as `QW_UNREACHABLE` with the remedy. Redirections and proxies are not followed: who allowed one
/// place did not allow another. Certificates are checked as libcurl's own defaults say.
///
/// - url: `http://` or `https://`; copied, like `authorization` (NULL: none) and `body`.
/// - milliseconds: from here to the whole answer; the connection alone has ten seconds of it.
/// - good_bytes, other_bytes: the most bytes of a body with a status of 200 to 299, and of others.
void qw_post(uint64_t ticket, const char *url, const char *authorization, const uint8_t *body,
             size_t body_bytes, int64_t milliseconds, size_t good_bytes, size_t other_bytes,
             qw_done done, void *context);

/// Ends a request soon, if it has not ended.
void qw_cancel(uint64_t ticket);

#endif
