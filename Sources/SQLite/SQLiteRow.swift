// SPDX-License-Identifier: Apache-2.0

/// A row of an answer. What it holds is asked for by kind, and another kind is an error: a file may be damaged.
public struct SQLiteRow: Sendable {
    /// The values, in the order of the columns.
    public let values: [SQLiteValue]
    let names: [String]

    private func value(_ column: String) throws(SQLiteError) -> SQLiteValue {
        guard let index = names.firstIndex(of: column) else {
            throw SQLiteError(.corrupt, "no column \(column)")
        }
        return values[index]
    }

    private func mismatch(_ column: String, _ kind: String) -> SQLiteError {
        SQLiteError(.corrupt, "column \(column) holds no \(kind)")
    }

    /// A whole number.
    ///
    /// - Throws: `SQLiteError` of kind `corrupt` where the column is missing or holds something else.
    public func integer(_ column: String) throws(SQLiteError) -> Int64 {
        guard case .integer(let value) = try value(column) else {
            throw mismatch(column, "integer")
        }
        return value
    }

    /// A text.
    ///
    /// - Throws: `SQLiteError` of kind `corrupt` where the column is missing or holds something else.
    public func text(_ column: String) throws(SQLiteError) -> String {
        guard case .text(let value) = try value(column) else { throw mismatch(column, "text") }
        return value
    }

    /// A text, or nothing where the column is null.
    ///
    /// - Throws: `SQLiteError` of kind `corrupt` where the column is missing or holds something else.
    public func textIfAny(_ column: String) throws(SQLiteError) -> String? {
        if case .null = try value(column) { return nil }
        return try text(column)
    }

    /// Bytes.
    ///
    /// - Throws: `SQLiteError` of kind `corrupt` where the column is missing or holds something else.
    public func blob(_ column: String) throws(SQLiteError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw mismatch(column, "bytes") }
        return value
    }
}
