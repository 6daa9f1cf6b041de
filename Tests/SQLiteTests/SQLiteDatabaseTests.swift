// SPDX-License-Identifier: Apache-2.0
import Foundation
import SQLite
import Testing

@Suite struct SQLiteDatabaseTests {
    private static func letters() throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: ":memory:", .readWrite)
        try database.script(
            "CREATE TABLE letters (value ANY) STRICT; CREATE TABLE others (n INTEGER)")
        return database
    }

    /// What goes in comes out, to the bit: also no bytes at all, which are not null, and a text that holds a zero.
    @Test func everyKindOfValueComesBack() throws {
        let database = try Self.letters()
        let values: [SQLiteValue] = [
            .null, .integer(.min), .integer(.max), .real(-0.1), .real(.greatestFiniteMagnitude),
            .text(""), .text("ä😀"), .text("a\0b"), .blob([]), .blob([0, 255]),
        ]
        for value in values { try database.run("INSERT INTO letters VALUES (?)", [value]) }
        #expect(
            try database.rows("SELECT value FROM letters ORDER BY rowid").map(\.values)
                == values.map { [$0] })
    }

    /// Bytes that are no UTF-8 are replaced, and never end the process.
    @Test func aTextOfOtherBytesIsReadWithReplacements() throws {
        let database = try Self.letters()
        let row = try database.first("SELECT CAST(x'61ff62' AS TEXT) AS text")
        #expect(try row?.text("text") == "a\u{fffd}b")
    }

    /// A column that holds something else, or is not there, is an error and no trap.
    @Test func anotherKindIsAnError() throws {
        let database = try Self.letters()
        let row = try #require(try database.first("SELECT 'a' AS text, 1 AS number, NULL AS none"))
        #expect(try row.text("text") == "a" && row.integer("number") == 1)
        #expect(try row.textIfAny("none") == nil && row.textIfAny("text") == "a")
        for read in [
            { _ = try row.integer("text") }, { _ = try row.text("number") },
            { _ = try row.blob("text") }, { _ = try row.text("none") },
            { _ = try row.textIfAny("number") }, { _ = try row.integer("missing") },
        ] as [() throws -> Void] {
            #expect(throws: SQLiteError.self) { try read() }
        }
    }

    @Test func aTransactionIsWholeOrNotAtAll() throws {
        struct Stop: Error {}
        let database = try Self.letters()
        #expect(throws: Stop.self) {
            try database.transaction(.immediate) {
                try database.run("INSERT INTO letters VALUES (1)")
                throw Stop()
            }
        }
        #expect(throws: SQLiteError.self) {
            try database.transaction(.immediate) {
                try database.run("INSERT INTO letters VALUES (2)")
                try database.run("INSERT INTO nowhere VALUES (2)")
            }
        }
        #expect(try database.rows("SELECT value FROM letters").isEmpty)
        try database.transaction(.immediate) { try database.run("INSERT INTO letters VALUES (3)") }
        #expect(try database.rows("SELECT value FROM letters").map(\.values) == [[.integer(3)]])
    }

    /// The same statement within its own rows: each has its own place.
    @Test func aStatementMayBeRunWithinItsRows() throws {
        let database = try Self.letters()
        for number in 1...3 { try database.run("INSERT INTO others VALUES (?)", [Int64(number)]) }
        var seen: [Int64] = []
        try database.forEachRow("SELECT n FROM others ORDER BY n") { outer in
            try database.forEachRow("SELECT n FROM others ORDER BY n") { inner in
                seen.append(10 * (try outer.integer("n")) + (try inner.integer("n")))
            }
        }
        #expect(seen == [11, 12, 13, 21, 22, 23, 31, 32, 33])
    }

    /// What a statement was given is forgotten: the next use of the same text starts anew.
    @Test func argumentsAreCountedAndForgotten() throws {
        let database = try Self.letters()
        try database.run("INSERT INTO letters VALUES (?)", ["kept"])
        #expect(throws: SQLiteError.self) { try database.run("INSERT INTO letters VALUES (?)") }
        #expect(throws: SQLiteError.self) {
            try database.run("INSERT INTO letters VALUES (?)", ["one", "two"])
        }
        #expect(try database.rows("SELECT value FROM letters").count == 1)
    }

    @Test func functionsAreCalledWithEveryKind() throws {
        let database = try Self.letters()
        try database.add(function: "same", argumentCount: 1) { $0[0] }
        try database.add(function: "many", argumentCount: nil) { .integer(Int64($0.count)) }
        let row = try #require(
            try database.first(
                "SELECT same(NULL), same(7), same(0.5), same('a'), same(x''), same(x'00'), many(1, 2, 3)"
            ))
        #expect(
            row.values == [
                .null, .integer(7), .real(0.5), .text("a"), .blob([]), .blob([0]), .integer(3),
            ])
    }

    @Test func failuresSayTheirKind() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "qpool-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func kind(_ body: () throws -> Void) -> SQLiteError.Kind? {
            do { try body() } catch { return (error as? SQLiteError)?.kind }
            return nil
        }
        let missing = folder.appending(path: "none/file").path
        #expect(kind { _ = try SQLiteDatabase(path: missing, .readWrite) } == .cannotOpen)
        let file = folder.appending(path: "file").path
        try Data("no database, but long enough to be looked at as one".utf8).write(
            to: URL(fileURLWithPath: file))
        #expect(
            kind { try SQLiteDatabase(path: file, .readOnly).run("SELECT * FROM a") }
                == .notADatabase)
        let good = folder.appending(path: "good").path
        let writer = try SQLiteDatabase(path: good, .readWrite)
        try writer.script("CREATE TABLE a (n INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)")
        let reader = try SQLiteDatabase(path: good, .readOnly, busySeconds: 0)
        #expect(kind { try reader.run("INSERT INTO a VALUES (2)") } == .readOnly)
        #expect(kind { try writer.run("INSERT INTO a VALUES (1)") } == .constraint)
        #expect(kind { try writer.run("SELECT nothing") } == .other(1))
        try writer.run("PRAGMA max_page_count = 3")
        #expect(kind { try writer.run("CREATE TABLE b AS SELECT randomblob(20000) AS x") } == .full)
        let second = try SQLiteDatabase(path: good, .readWrite, busySeconds: 0)
        try writer.transaction(.immediate) {
            #expect(kind { try second.run("INSERT INTO a VALUES (3)") } == .busy)
        }
        try writer.close()
        #expect(kind { try writer.run("SELECT 1") } != nil)
    }
}
