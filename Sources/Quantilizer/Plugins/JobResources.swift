// SPDX-License-Identifier: Apache-2.0

/// A table of numbers that a job refers to by name: the rows of a data file.
///
/// Values are stored by column. It is data only: reading files is the caller's business.
public struct DataTable: Sendable {
    /// Column names, empty where the file names none.
    public var columnNames: [String]
    /// The columns, each of `rowCount` values.
    public var columns: [[Double]]
    /// The number of rows.
    public var rowCount: Int { columns.first?.count ?? 0 }

    /// A table. All columns must be of one length.
    public init(columnNames: [String], columns: [[Double]]) {
        precondition(columns.allSatisfy { $0.count == columns[0].count })
        precondition(columnNames.isEmpty || columnNames.count == columns.count)
        self.columnNames = columnNames
        self.columns = columns
    }
}

/// What a job names but does not contain: its data tables, by the path written in the job.
///
/// Whoever builds a job reads them first; they travel with the job, so a worker needs no files.
public struct JobResources: Sendable {
    /// Tables by the path that the job file gives.
    public var tables: [String: DataTable]
    /// What this program adds to the job language. It stays here: it is no part of the job.
    public var extensions: JobExtensions

    /// Resources, none by default.
    public init(
        tables: [String: DataTable] = [:], extensions: JobExtensions = JobExtensions()
    ) {
        self.tables = tables
        self.extensions = extensions
    }

    // A plugin's file stays where it is, but its digest travels, as a table of 32 numbers: so stores
    // and messages carry it, and the job's own digest covers it.
    private static func digestKey(_ path: String) -> String { "sha256:\(path)" }

    /// Notes the SHA-256 of a file that the job relies on; 64 hexadecimal digits.
    public mutating func setFileDigest(_ path: String, sha256: String) {
        let digits = sha256.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        precondition(digits.count == 64, "a SHA-256 has 64 hexadecimal digits")
        let bytes = (0..<32).map { Double(16 * digits[2 * $0] + digits[2 * $0 + 1]) }
        tables[Self.digestKey(path)] = DataTable(columnNames: ["sha256"], columns: [bytes])
    }

    /// The SHA-256 of a file that the job relies on, nil where it was not noted.
    public func fileDigest(_ path: String) -> String? {
        guard let table = tables[Self.digestKey(path)], table.columns.count == 1,
            table.rowCount == 32, table.columns[0].allSatisfy({ (0..<256).contains($0) })
        else { return nil }
        return table.columns[0].map { value in
            let text = String(Int(value), radix: 16)
            return text.utf8.count == 1 ? "0" + text : text
        }.joined()
    }
}
