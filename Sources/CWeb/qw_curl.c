// SPDX-License-Identifier: Apache-2.0
#include "qw_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static qw_curl loaded;
static const qw_curl *usable;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Debian's two builds of it, and the name on macOS.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

static void load(void) {
    void *library = NULL;
    for (size_t i = 0; library == NULL && i < sizeof names / sizeof names[0]; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
    struct {
        const char *name;
        void **place;
    } const functions[] = {
        {"curl_global_init", (void **)&loaded.global_init},
        {"curl_easy_init", (void **)&loaded.easy_init},
        {"curl_easy_setopt", (void **)&loaded.easy_setopt},
        {"curl_easy_getinfo", (void **)&loaded.easy_getinfo},
        {"curl_easy_cleanup", (void **)&loaded.easy_cleanup},
        {"curl_easy_strerror", (void **)&loaded.easy_strerror},
        {"curl_multi_init", (void **)&loaded.multi_init},
        {"curl_multi_add_handle", (void **)&loaded.multi_add_handle},
        {"curl_multi_remove_handle", (void **)&loaded.multi_remove_handle},
        {"curl_multi_perform", (void **)&loaded.multi_perform},
        {"curl_multi_poll", (void **)&loaded.multi_poll},
        {"curl_multi_wakeup", (void **)&loaded.multi_wakeup},
        {"curl_multi_info_read", (void **)&loaded.multi_info_read},
        {"curl_slist_append", (void **)&loaded.slist_append},
        {"curl_slist_free_all", (void **)&loaded.slist_free_all},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].place = dlsym(library, functions[i].name);
        if (*functions[i].place == NULL) return;
    }
    if (loaded.global_init(QW_GLOBAL_DEFAULT) == 0) usable = &loaded;
}

const qw_curl *qw_curl_load(void) {
    pthread_once(&once, load);
    return usable;
}
