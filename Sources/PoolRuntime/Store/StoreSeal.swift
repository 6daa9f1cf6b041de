// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import SQLite

/// One number that stands for all rows of a store, kept up to date by triggers with each row that comes
/// and goes: where a row is missing, or a byte of one changed on the disk, the rows give another.
///
/// Long columns are left out of it where a `checksum` stands beside them, which is looked at when they
/// are read. It finds damage; it is no signature.
enum StoreSeal {
    /// The first version of a file that has it.
    static let firstVersion = 5
    /// Columns that a row's own checksum covers.
    private static let covered: Set<String> = ["bytes", "text", "tables"]

    /// Gives a connection the functions that the triggers call.
    static func install(_ database: SQLiteDatabase) throws {
        try database.add(function: "qpool_row", argumentCount: nil) { values in
            .integer(row(values))
        }
        try database.add(function: "qpool_toggle", argumentCount: 2) { values in
            .integer(values[0].integer ^ values[1].integer)
        }
        try database.add(function: "qpool_checksum", argumentCount: 2) { values in
            .integer(checksum(values[0].bytes, values[1].bytes))
        }
        // A row that replaces another one takes it out of the seal.
        try database.run("PRAGMA recursive_triggers = ON")
    }

    /// The checksum of a job's text and tables.
    static func checksum(_ text: [UInt8], _ tables: [UInt8]) -> Int64 {
        StoreRows.checksum(text) &* 31 &+ StoreRows.checksum(tables)
    }

    /// Makes the triggers for the tables as they are, and seals the rows that are there.
    static func apply(_ database: SQLiteDatabase) throws {
        for (table, columns) in try tables(database) {
            func row(_ which: String) -> String {
                let values = columns.map { "\(which).\"\($0)\"" }.joined(separator: ", ")
                return "qpool_row('\(table)', \(values))"
            }
            let old = "UPDATE commits SET seal = qpool_toggle(seal, \(row("OLD")));"
            let new = "UPDATE commits SET seal = qpool_toggle(seal, \(row("NEW")));"
            for (event, body) in [("INSERT", new), ("DELETE", old), ("UPDATE", old + " " + new)] {
                let name = "seal_\(event.lowercased())_\(table)"
                try database.script(
                    """
                    DROP TRIGGER IF EXISTS \(name);
                    CREATE TRIGGER \(name) AFTER \(event) ON \(table) BEGIN \(body) END
                    """)
            }
        }
        try database.run("UPDATE commits SET seal = ?", [try computed(database)])
    }

    /// The seal that the rows give now.
    static func computed(_ database: SQLiteDatabase) throws -> Int64 {
        // The tables and triggers themselves come first: a name that changed reads as another column.
        var seal: Int64 = 0
        try database.forEachRow("SELECT type, name, tbl_name, sql FROM sqlite_master") {
            seal ^= row($0.values)
        }
        for (table, columns) in try tables(database) {
            let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
            try database.forEachRow("SELECT \(names) FROM \(table)") {
                seal ^= row([.text(table)] + $0.values)
            }
        }
        return seal
    }

    /// How many commits the file has, and the seal it should have after the last one.
    static func entry(_ database: SQLiteDatabase) throws -> CommitLedger.Entry {
        guard let row = try database.first("SELECT count, seal FROM commits"),
            let count = UInt64(exactly: try row.integer("count"))
        else { throw SQLiteError(.corrupt, "no count of commits") }
        return CommitLedger.Entry(
            count: count, seal: UInt64(bitPattern: try row.integer("seal")))
    }

    /// The tables whose rows are sealed, with the columns that count.
    private static func tables(_ database: SQLiteDatabase) throws -> [(String, [String])] {
        let names = try database.rows(
            """
            SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
            AND name <> 'commits' ORDER BY name
            """)
        return try names.map { row in
            let name = try row.text("name")
            let columns = try database.rows("SELECT name FROM pragma_table_info(?)", [name]).map {
                try $0.text("name")
            }
            return (
                name,
                columns.contains("checksum") ? columns.filter { !covered.contains($0) } : columns
            )
        }
    }

    /// FNV-1a over a table's name and a row's values, each with its kind and length.
    private static func row(_ values: [SQLiteValue]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for value in values {
            let bytes = value.bytes
            add(value.kind)
            for shift in stride(from: 0, to: 64, by: 8) {
                add(UInt8(truncatingIfNeeded: UInt64(bytes.count) >> UInt64(shift)))
            }
            for byte in bytes { add(byte) }
        }
        // Spread, so that rows that differ in one bit do not cancel.
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return Int64(bitPattern: hash ^ (hash >> 33))
    }
}

extension SQLiteValue {
    fileprivate var kind: UInt8 {
        switch self {
        case .null: 0
        case .integer: 1
        case .real: 2
        case .text: 3
        case .blob: 4
        }
    }

    fileprivate var bytes: [UInt8] {
        switch self {
        case .null: []
        case .integer(let number): (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        case .real(let number):
            (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * $0)) }
        case .text(let text): Array(text.utf8)
        case .blob(let bytes): bytes
        }
    }

    /// A number, or zero where a trigger was given something else.
    fileprivate var integer: Int64 {
        if case .integer(let number) = self { number } else { 0 }
    }
}
