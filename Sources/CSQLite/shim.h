// SPDX-License-Identifier: Apache-2.0
#ifndef QP_CSQLITE_SHIM_H
#define QP_CSQLITE_SHIM_H
#include <sqlite3.h>

// SQLite copies what it is given: the macro SQLITE_TRANSIENT, which is a cast, is not seen from Swift.
static inline int qp_bind_text(sqlite3_stmt *statement, int place, const char *bytes, int count) {
    return sqlite3_bind_text(statement, place, bytes, count, SQLITE_TRANSIENT);
}
static inline int qp_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int count) {
    return count == 0 ? sqlite3_bind_zeroblob(statement, place, 0)
                      : sqlite3_bind_blob(statement, place, bytes, count, SQLITE_TRANSIENT);
}
static inline void qp_result_text(sqlite3_context *context, const char *bytes, int count) {
    sqlite3_result_text(context, bytes, count, SQLITE_TRANSIENT);
}
static inline void qp_result_blob(sqlite3_context *context, const void *bytes, int count) {
    if (count == 0) sqlite3_result_zeroblob(context, 0);
    else sqlite3_result_blob(context, bytes, count, SQLITE_TRANSIENT);
}
#endif
