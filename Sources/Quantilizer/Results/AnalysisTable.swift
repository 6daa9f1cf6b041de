// SPDX-License-Identifier: Apache-2.0

/// What an analysis found, as a table with a few facts above it: the form that results, terminals and
/// CSV files share.
///
/// An interval of column `a` stands in columns `a_lower` and `a_upper`, a simultaneous band in
/// `a_band_lower` and `a_band_upper`.
public struct AnalysisTable: Sendable {
    /// The analysis, which is its member in the result: `sweep`.
    public var name: String
    /// Single findings, in order.
    public var facts: [(name: String, value: JSON)]
    /// The columns' names.
    public var columns: [String]
    /// The rows, as many cells as columns.
    public var rows: [[JSON]]

    /// A table.
    public init(
        name: String, facts: [(name: String, value: JSON)] = [], columns: [String],
        rows: [[JSON]] = []
    ) {
        self.name = name
        self.facts = facts
        self.columns = columns
        self.rows = rows
    }

    /// The table of a job that is an analysis; nil of others.
    init?(of result: JobResult, job: CompiledJob) {
        if let table = result.table {
            self = table
        } else if let audit = job.audit {
            self = audit.table(result, job: job)
        } else if let shape = job.sweep {
            self = SweepTable(shape, result: result, settings: job.settings).table
        } else {
            return nil
        }
    }

    /// The table as a member of a result.
    var json: JSON {
        .object([
            ("facts", .object(facts.map { ($0.name, $0.value) })),
            ("columns", .array(columns.map { .string($0) })),
            ("rows", .array(rows.map { .array($0) })),
        ])
    }
}

/// Cells by column name, so that a table's head and its rows cannot disagree.
struct AnalysisRow {
    private(set) var cells: [(name: String, value: JSON)] = []

    mutating func add(_ name: String, _ value: JSON) { cells.append((name, value)) }
    mutating func add(_ name: String, _ value: Double) { cells.append((name, .number(value))) }
    mutating func add(_ name: String, _ value: Double?) {
        cells.append((name, value.map { .number($0) } ?? .null))
    }
    mutating func add(_ name: String, _ interval: Interval?) {
        add(name + "_lower", interval?.lower)
        add(name + "_upper", interval?.upper)
    }
}

extension AnalysisTable {
    /// Rows that all have the same cells.
    init(name: String, facts: [(name: String, value: JSON)] = [], rows: [AnalysisRow]) {
        self.init(
            name: name, facts: facts, columns: rows.first?.cells.map(\.name) ?? [],
            rows: rows.map { $0.cells.map(\.value) })
    }
}
