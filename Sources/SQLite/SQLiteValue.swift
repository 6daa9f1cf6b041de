// SPDX-License-Identifier: Apache-2.0

/// What a column holds: one of SQLite's five storage classes (sqlite.org/datatype3.html).
public enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    /// Bytes that are not UTF-8 read as U+FFFD.
    case text(String)
    case blob([UInt8])
}

/// What can be given to a statement in place of a `?`.
public protocol SQLiteConvertible {
    /// As a column holds it.
    var sqliteValue: SQLiteValue { get }
}

extension SQLiteValue: SQLiteConvertible {
    /// Itself.
    public var sqliteValue: SQLiteValue { self }
}

extension Int64: SQLiteConvertible {
    /// A whole number.
    public var sqliteValue: SQLiteValue { .integer(self) }
}

extension Int32: SQLiteConvertible {
    /// A whole number.
    public var sqliteValue: SQLiteValue { .integer(Int64(self)) }
}

extension UInt32: SQLiteConvertible {
    /// A whole number.
    public var sqliteValue: SQLiteValue { .integer(Int64(self)) }
}

extension String: SQLiteConvertible {
    /// A text.
    public var sqliteValue: SQLiteValue { .text(self) }
}

extension [UInt8]: SQLiteConvertible {
    /// Bytes, also where there are none.
    public var sqliteValue: SQLiteValue { .blob(self) }
}
