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

    /// Resources, none by default.
    public init(tables: [String: DataTable] = [:]) { self.tables = tables }
}
