// SPDX-License-Identifier: Apache-2.0
internal import CSQLite

/// What SQLite refused, and in which words.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds that a caller can do something about (sqlite.org/rescode.html).
    public enum Kind: Sendable, Hashable {
        case full
        case readOnly
        case cannotOpen
        case notADatabase
        case corrupt
        case busy
        case inputOutput
        case constraint
        /// Any other primary result code.
        case other(Int32)
    }

    /// Which kind it is.
    public let kind: Kind
    /// SQLite's own words.
    public let message: String

    /// A failure of a kind, in words.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A result code, extended or not, other than success.
    init(code: Int32, _ message: String) {
        let kind: Kind =
            switch code & 0xff {
            case SQLITE_FULL: .full
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .readOnly
            case SQLITE_CANTOPEN: .cannotOpen
            case SQLITE_NOTADB: .notADatabase
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_IOERR: .inputOutput
            case SQLITE_CONSTRAINT: .constraint
            case let primary: .other(primary)
            }
        self.init(kind, message)
    }

    /// In one line.
    public var description: String { "SQLite: \(message)" }
}
