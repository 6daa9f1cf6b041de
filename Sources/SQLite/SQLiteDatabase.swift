// SPDX-License-Identifier: Apache-2.0
internal import CSQLite

/// A connection to a file of SQLite's, one thread's at a time.
///
///     let database = try SQLiteDatabase(path: "letters.sqlite", .readWrite)
///     try database.transaction(.immediate) {
///         try database.run("INSERT INTO letters (text) VALUES (?)", ["a"])
///     }
///     for row in try database.rows("SELECT text FROM letters") { print(try row.text("text")) }
///
/// **Complexity**: a statement is prepared once and kept by its text.
@safe
public final class SQLiteDatabase {
    /// What a connection may do to its file.
    public enum Access: Sendable {
        case readOnly
        /// Makes the file where it is missing.
        case readWrite
    }

    /// How a transaction begins (sqlite.org/lang_transaction.html).
    public enum Transaction: String, Sendable {
        /// With the first thing that is read or written: all reads see one state of the file.
        case deferred = "BEGIN DEFERRED"
        /// With the right to write, or not at all.
        case immediate = "BEGIN IMMEDIATE"
    }

    /// Prepared statements that are kept.
    private static let mostKept = 64

    private var handle: OpaquePointer?
    private var kept: [String: SQLiteStatement] = [:]

    /// Opens a file.
    ///
    /// - Parameter path: the file, or `:memory:`.
    /// - Parameter busySeconds: how long it waits for another program that holds the file.
    /// - Throws: `SQLiteError` where the file cannot be opened or made. A file that is no database shows
    ///   at the first statement.
    public init(path: String, _ access: Access, busySeconds: Int = 5) throws(SQLiteError) {
        let flags =
            SQLITE_OPEN_NOMUTEX
            | (access == .readOnly
                ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = failure(code)
            unsafe sqlite3_close_v2(handle)
            unsafe handle = nil
            throw error
        }
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: busySeconds * 1_000))
    }

    deinit {
        kept.removeAll()
        // Waits for nothing: what is left over goes with its last statement.
        unsafe sqlite3_close_v2(handle)
    }

    /// Gives the file up, with what its log holds written into it; nothing may be asked after.
    ///
    /// - Throws: `SQLiteError` where the file cannot be closed.
    public func close() throws(SQLiteError) {
        kept.removeAll()
        let code = unsafe sqlite3_close(handle)
        guard code == SQLITE_OK else { throw failure(code) }
        unsafe handle = nil
    }

    func failure(_ code: Int32) -> SQLiteError {
        guard let handle = unsafe handle else {
            return SQLiteError(code: code, unsafe String(cString: sqlite3_errstr(code)))
        }
        return SQLiteError(code: code, unsafe String(cString: sqlite3_errmsg(handle)))
    }

    // MARK: Statements

    /// Runs a statement and passes over what it answers.
    ///
    /// - Parameter arguments: what stands for each `?`, in order.
    /// - Throws: `SQLiteError` where SQLite refuses it.
    public func run(
        _ sql: String, _ arguments: [any SQLiteConvertible] = []
    ) throws(SQLiteError) {
        try with(sql, arguments) { statement throws(SQLiteError) in
            while try statement.step() {}
        }
    }

    /// The rows that a statement answers.
    ///
    /// - Throws: `SQLiteError` where SQLite refuses it.
    public func rows(
        _ sql: String, _ arguments: [any SQLiteConvertible] = []
    ) throws(SQLiteError) -> [SQLiteRow] {
        try with(sql, arguments) { statement throws(SQLiteError) in
            let names = statement.names
            var rows: [SQLiteRow] = []
            while try statement.step() {
                rows.append(SQLiteRow(values: statement.values, names: names))
            }
            return rows
        }
    }

    /// Calls a closure with each row that a statement answers, one in memory at a time. Other statements
    /// may be run meanwhile.
    ///
    /// - Throws: `SQLiteError` where SQLite refuses it, and what the closure throws.
    public func forEachRow(
        _ sql: String, _ arguments: [any SQLiteConvertible] = [], _ body: (SQLiteRow) throws -> Void
    ) throws {
        let statement = try prepared(sql, arguments)
        defer { keep(statement, sql) }
        let names = statement.names
        while try statement.step() {
            try body(SQLiteRow(values: statement.values, names: names))
        }
    }

    /// The first row that a statement answers, if any.
    ///
    /// - Throws: `SQLiteError` where SQLite refuses it.
    public func first(
        _ sql: String, _ arguments: [any SQLiteConvertible] = []
    ) throws(SQLiteError) -> SQLiteRow? {
        try with(sql, arguments) { statement throws(SQLiteError) in
            guard try statement.step() else { return nil }
            return SQLiteRow(values: statement.values, names: statement.names)
        }
    }

    /// Runs several statements, `;` between them, and passes over what they answer.
    ///
    /// - Throws: `SQLiteError` where SQLite refuses one; those before it were run.
    public func script(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// What a closure does happens whole or not at all.
    ///
    /// - Throws: what the closure throws, and `SQLiteError` where it cannot begin or be committed; nothing
    ///   was changed then.
    public func transaction<Answer>(
        _ kind: Transaction, _ body: () throws -> Answer
    ) throws -> Answer {
        try run(kind.rawValue)
        do {
            let answer = try body()
            try run("COMMIT")
            return answer
        } catch {
            // Some errors, a full disk for one, have rolled it back already.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try run("ROLLBACK") }
            throw error
        }
    }

    private func with<Answer>(
        _ sql: String, _ arguments: [any SQLiteConvertible],
        _ body: (SQLiteStatement) throws(SQLiteError) -> Answer
    ) throws(SQLiteError) -> Answer {
        let statement = try prepared(sql, arguments)
        defer { keep(statement, sql) }
        return try body(statement)
    }

    /// A statement that nobody else uses now: within a statement's rows its text may be run again.
    private func prepared(
        _ sql: String, _ arguments: [any SQLiteConvertible]
    ) throws(SQLiteError) -> SQLiteStatement {
        let statement: SQLiteStatement
        if let known = kept.removeValue(forKey: sql) {
            statement = known
        } else {
            var pointer: OpaquePointer?
            let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &pointer, nil)
            guard code == SQLITE_OK, let pointer = unsafe pointer else { throw failure(code) }
            statement = unsafe SQLiteStatement(pointer, of: self)
        }
        try statement.bind(arguments)
        return statement
    }

    private func keep(_ statement: SQLiteStatement, _ sql: String) {
        statement.reset()
        if kept.count < Self.mostKept { kept[sql] = statement }
    }

    // MARK: Functions

    /// Gives statements a function of the same values for the same values.
    ///
    /// - Parameter argumentCount: how many values it takes; `nil` for any number.
    /// - Throws: `SQLiteError` where SQLite refuses it.
    public func add(
        function name: String, argumentCount: Int?,
        _ body: @escaping @Sendable ([SQLiteValue]) -> SQLiteValue
    ) throws(SQLiteError) {
        let box = unsafe Unmanaged.passRetained(SQLiteFunction(body: body))
        let code = unsafe sqlite3_create_function_v2(
            handle, name, Int32(argumentCount ?? -1), SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            box.toOpaque(),
            { context, count, values in
                unsafe SQLiteFunction.call(context, count, values)
            },
            nil, nil, { unsafe Unmanaged<SQLiteFunction>.fromOpaque($0!).release() })
        // SQLite has released the function where it refused it.
        guard code == SQLITE_OK else { throw failure(code) }
    }
}
