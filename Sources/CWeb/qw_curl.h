// SPDX-License-Identifier: Apache-2.0
#ifndef QW_CURL_H
#define QW_CURL_H

// What is used of libcurl (https://curl.se/libcurl/c/), found when the program runs.
//
// The numbers are libcurl's binary interface, which has not changed since 7.85 and does not within
// libcurl.so.4 (https://curl.se/libcurl/abi.html). They stand here so that building needs no headers.

typedef struct qw_curl_message {
    int kind;
    void *easy;
    union {
        void *whatever;
        int result;
    } data;
} qw_curl_message;

enum {
    QW_GLOBAL_DEFAULT = 3,
    QW_MESSAGE_DONE = 1,
    QW_OPERATION_TIMEDOUT = 28,
    // Options of a request.
    QW_WRITEDATA = 10001,
    QW_URL = 10002,
    QW_PROXY = 10004,
    QW_ERRORBUFFER = 10010,
    QW_POSTFIELDS = 10015,
    QW_USERAGENT = 10018,
    QW_HTTPHEADER = 10023,
    QW_HEADERDATA = 10029,
    QW_PRIVATE = 10103,
    QW_PROTOCOLS = 181,
    QW_WRITEFUNCTION = 20011,
    QW_HEADERFUNCTION = 20079,
    QW_FORBID_REUSE = 75,
    QW_HTTP_VERSION = 84,
    QW_NOSIGNAL = 99,
    QW_TIMEOUT_MS = 155,
    QW_CONNECTTIMEOUT_MS = 156,
    QW_POSTFIELDSIZE_LARGE = 30120,
    // Values of options.
    QW_HTTP_1_1 = 2,
    QW_HTTP_AND_HTTPS = 3,
    // What can be asked of a request.
    QW_RESPONSE_CODE = 0x200000 + 2,
    QW_PRIVATE_OF = 0x100000 + 21,
    QW_PRETRANSFER_TIME = 0x300000 + 6,
    QW_ERROR_BYTES = 256,
};

typedef struct qw_curl {
    int (*global_init)(long);
    void *(*easy_init)(void);
    int (*easy_setopt)(void *, int, ...);
    int (*easy_getinfo)(void *, int, ...);
    void (*easy_cleanup)(void *);
    const char *(*easy_strerror)(int);
    void *(*multi_init)(void);
    int (*multi_add_handle)(void *, void *);
    int (*multi_remove_handle)(void *, void *);
    int (*multi_perform)(void *, int *);
    int (*multi_poll)(void *, void *, unsigned, int, int *);
    int (*multi_wakeup)(void *);
    qw_curl_message *(*multi_info_read)(void *, int *);
    void *(*slist_append)(void *, const char *);
    void (*slist_free_all)(void *);
} qw_curl;

/// libcurl's functions, loaded and set up once; NULL where it cannot be had.
const qw_curl *qw_curl_load(void);

#endif
