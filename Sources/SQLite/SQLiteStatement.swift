// SPDX-License-Identifier: Apache-2.0
internal import CSQLite

/// A prepared statement of a connection.
@safe
final class SQLiteStatement {
    private let pointer: OpaquePointer
    private unowned let database: SQLiteDatabase

    init(_ pointer: OpaquePointer, of database: SQLiteDatabase) {
        unsafe self.pointer = unsafe pointer
        self.database = database
    }

    deinit { unsafe sqlite3_finalize(pointer) }

    /// Sets what stands for each `?`.
    func bind(_ arguments: [any SQLiteConvertible]) throws(SQLiteError) {
        let wanted = unsafe sqlite3_bind_parameter_count(pointer)
        guard wanted == arguments.count else {
            throw SQLiteError(
                .other(SQLITE_MISUSE), "\(arguments.count) values for \(wanted) places")
        }
        for (index, argument) in arguments.enumerated() {
            let place = Int32(index + 1)
            let code =
                switch argument.sqliteValue {
                case .null: unsafe sqlite3_bind_null(pointer, place)
                case .integer(let value): unsafe sqlite3_bind_int64(pointer, place, value)
                case .real(let value): unsafe sqlite3_bind_double(pointer, place, value)
                case .text(let value):
                    unsafe qp_bind_text(pointer, place, value, Int32(clamping: value.utf8.count))
                case .blob(let value):
                    unsafe qp_bind_blob(pointer, place, value, Int32(clamping: value.count))
                }
            guard code == SQLITE_OK else { throw database.failure(code) }
        }
    }

    /// Goes on to the next row: whether there is one.
    func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(pointer)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.failure(code)
        }
    }

    /// Makes it ready to be run again, with nothing of what it was given.
    func reset() {
        // Its code repeats the failure that step() told.
        unsafe sqlite3_reset(pointer)
        unsafe sqlite3_clear_bindings(pointer)
    }

    /// The columns' names.
    var names: [String] {
        (0..<(unsafe sqlite3_column_count(pointer))).map {
            unsafe sqlite3_column_name(pointer, $0).map { unsafe String(cString: $0) } ?? ""
        }
    }

    /// The row's values.
    var values: [SQLiteValue] {
        (0..<(unsafe sqlite3_column_count(pointer))).map {
            unsafe SQLiteFunction.value(sqlite3_column_value(pointer, $0))
        }
    }
}

/// A function that statements call, and values as C has them.
final class SQLiteFunction: Sendable {
    private let body: @Sendable ([SQLiteValue]) -> SQLiteValue

    init(body: @escaping @Sendable ([SQLiteValue]) -> SQLiteValue) { self.body = body }

    static func call(
        _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let place = unsafe sqlite3_user_data(context) else { return }
        let function = unsafe Unmanaged<SQLiteFunction>.fromOpaque(place).takeUnretainedValue()
        let arguments = (0..<Int(count)).map { unsafe value(values?[$0]) }
        switch function.body(arguments) {
        case .null: unsafe sqlite3_result_null(context)
        case .integer(let value): unsafe sqlite3_result_int64(context, value)
        case .real(let value): unsafe sqlite3_result_double(context, value)
        case .text(let value):
            unsafe qp_result_text(context, value, Int32(clamping: value.utf8.count))
        case .blob(let value): unsafe qp_result_blob(context, value, Int32(clamping: value.count))
        }
    }

    /// A value as Swift has it.
    static func value(_ value: OpaquePointer?) -> SQLiteValue {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT:
            guard let bytes = unsafe sqlite3_value_text(value) else { return .text("") }
            let count = Int(unsafe sqlite3_value_bytes(value))
            return .text(
                unsafe String(
                    decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let bytes = unsafe sqlite3_value_blob(value) else { return .blob([]) }
            let count = Int(unsafe sqlite3_value_bytes(value))
            return .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count)))
        default: return .null
        }
    }
}
