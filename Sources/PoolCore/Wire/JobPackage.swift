// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf
public import Quantilizer

/// A job as it travels: the text that its author wrote, and the data tables that it names.
///
/// It is not checked: whoever holds the parser compiles it. Tables travel as raw little-endian
/// doubles beside the header, column after column.
public struct JobPackage: Sendable {
    /// The job file: YAML or JSON.
    public var text: String
    /// Its tables.
    public var resources: JobResources

    /// A job's text and tables.
    public init(text: String, resources: JobResources) {
        self.text = text
        self.resources = resources
    }

    /// Bytes it takes in memory, roughly.
    var weight: Int {
        resources.tables.values.reduce(text.utf8.count) { sum, table in
            sum + table.columns.count * table.rowCount * 8
        }
    }

    /// The tables' headers in order of path, and their columns.
    package var tables: (headers: [WireTable], payload: [UInt8]) {
        var headers: [WireTable] = []
        var payload: [UInt8] = []
        for (path, table) in resources.tables.sorted(by: { $0.key < $1.key }) {
            headers.append(
                .with {
                    $0.path = path
                    $0.columnNames = table.columnNames
                    $0.columns = UInt32(table.columns.count)
                    $0.rows = UInt64(table.rowCount)
                })
            payload.reserveCapacity(payload.count + table.columns.count * table.rowCount * 8)
            for column in table.columns {
                for value in column { payload.appendLittleEndian(value.bitPattern) }
            }
        }
        return (headers, payload)
    }

    /// Reads what a client submitted, text and tables, and then the job; the compilation brings the
    /// package.
    package static func read(
        _ submit: WireSubmit, _ payload: [UInt8],
        compile: (JobPackage) -> Result<Compilation, PoolFailure>
    ) -> Result<Compilation, PoolFailure> {
        do throws(PoolFailure) {
            let package = try JobPackage(
                text: submit.text, headers: submit.tables, payload: payload)
            var compilation = try compile(package).get()
            compilation.package = package
            return .success(compilation)
        } catch {
            return .failure(error)
        }
    }

    /// A package from anywhere.
    package init(
        text: String, headers: [WireTable], payload: [UInt8]
    ) throws(PoolFailure) {
        func wrong(_ what: String) -> PoolFailure {
            PoolFailure(.malformed, what, remedy: "see docs/protocol.md")
        }
        guard text.utf8.count <= PoolLimits.jobTextBytes else {
            throw PoolFailure(
                .limit, "the job's text has \(text.utf8.count) bytes",
                remedy: "at most \(PoolLimits.jobTextBytes) are allowed")
        }
        guard headers.count <= PoolLimits.tables else {
            throw PoolFailure(
                .limit, "\(headers.count) tables",
                remedy: "a job may bring \(PoolLimits.tables)")
        }
        var tables: [String: DataTable] = [:]
        var values: UInt64 = 0
        var position = 0
        for header in headers {
            let columns = Int(header.columns)
            guard columns <= PoolLimits.columns, header.rows <= PoolLimits.tableValues,
                header.columnNames.isEmpty || header.columnNames.count == columns
            else { throw wrong("table '\(header.path)' has an impossible shape") }
            values += UInt64(columns) * header.rows
            guard values <= PoolLimits.tableValues else {
                throw PoolFailure(
                    .limit, "the tables hold more than \(PoolLimits.tableValues) values",
                    remedy: "use fewer columns or rows")
            }
            let rows = Int(header.rows)
            guard payload.count - position >= columns * rows * 8 else {
                throw wrong("table '\(header.path)' is cut short")
            }
            guard tables[header.path] == nil else {
                throw wrong("table '\(header.path)' comes twice")
            }
            tables[header.path] = DataTable(
                columnNames: header.columnNames,
                columns: (0..<columns).map { column in
                    (0..<rows).map { row in
                        Double(
                            bitPattern: payload.littleEndian(
                                at: position + (column * rows + row) * 8))
                    }
                })
            position += columns * rows * 8
        }
        guard position == payload.count else { throw wrong("bytes after the last table") }
        self.init(text: text, resources: JobResources(tables: tables))
    }
}

extension [UInt8] {
    mutating func appendLittleEndian(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// The word at a position that the caller has checked.
    func littleEndian(at position: Int) -> UInt64 {
        var word: UInt64 = 0
        for byte in 0..<8 { word |= UInt64(self[position + byte]) << UInt64(8 * byte) }
        return word
    }
}
