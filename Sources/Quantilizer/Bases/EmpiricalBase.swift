// SPDX-License-Identifier: Apache-2.0

/// Rows of a data table, drawn with replacement.
///
/// **Determinism**: one word names the row: ⌊w · rows / 2^64⌋, or by a cumulative table of the
/// weights in 64-bit integers.
public struct EmpiricalBase: BaseDistribution {
    /// `empirical`.
    public static let name = "empirical"
    /// The table's name in the job.
    public let file: String
    /// The columns' names in the table.
    public let columns: [String]
    /// The weights' column, if any.
    public let weights: String?
    /// The columns' names.
    public let componentNames: [String]
    private let data: [[Double]]
    private let rowCount: Int
    private let table: CumulativeTable?

    /// Rows of `table`, all its columns but the weights where none is named.
    ///
    /// Throws where a column is missing, a value is not finite, or weights cannot be.
    public init(
        _ table: DataTable, file: String, columns: [String]? = nil, weights: String? = nil
    ) throws(BaseError) {
        let names =
            table.columnNames.isEmpty
            ? table.columns.indices.map { "\($0)" } : table.columnNames
        guard table.rowCount > 0 else { throw BaseError("file", "`\(file)` has no rows") }
        guard table.rowCount <= BaseLimits.rows else {
            throw BaseError(
                "file", "`\(file)` has \(table.rowCount) rows, more than \(BaseLimits.rows)")
        }
        func find(_ name: String, _ key: String) throws(BaseError) -> [Double] {
            guard let i = names.firstIndex(of: name) else {
                throw BaseError(
                    key,
                    "`\(file)` has no column `\(name)`: "
                        + NearestName.hint(name, among: names))
            }
            return table.columns[i]
        }
        let chosen = columns ?? names.filter { $0 != weights }
        guard !chosen.isEmpty, chosen.count <= BaseLimits.dimension else {
            throw BaseError("columns", "expected 1 to \(BaseLimits.dimension) columns")
        }
        guard Set(chosen).count == chosen.count else {
            throw BaseError("columns", "a column is named twice")
        }
        var data: [[Double]] = []
        for name in chosen {
            let column = try find(name, "columns")
            if let row = column.firstIndex(where: { !$0.isFinite }) {
                throw BaseError(
                    "columns",
                    "column `\(name)` of `\(file)` holds \(column[row]) in row \(row + 1): "
                        + "leave such rows out")
            }
            data.append(column)
        }
        var cumulative: CumulativeTable?
        if let weights {
            let column = try find(weights, "weights")
            for w in column { try BaseError.check(w, "weights", in: JobRange(0, 1e300)) }
            guard column.contains(where: { $0 > 0 }), column.reduce(0, +).isFinite else {
                throw BaseError("weights", "expected at least one weight above 0")
            }
            cumulative = CumulativeTable(weights: column.map { DoubleDouble($0) })
        }
        self.file = file
        self.columns = chosen
        self.weights = weights
        self.data = data
        rowCount = table.rowCount
        self.table = cumulative
        componentNames = table.columnNames.isEmpty ? [] : chosen
    }

    /// As many as columns.
    public var dimension: Int { data.count }
    /// One word.
    public var noise: NoiseLayout { NoiseLayout(words: 1) }
    /// The row's number.
    public var scratchColumns: Int { 1 }

    /// Row numbers, then column by column.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        if let table {
            table.fill(noise.words, place.word, to: &scratch, place.scratch, lanes: lanes)
        } else {
            Kernels.applyRow(
                count: rowCount, noise.words, place.word, to: &scratch, place.scratch, lanes: lanes)
        }
        for (i, column) in data.enumerated() {
            Kernels.gather(
                column, scratch, place.scratch, to: &values, place.value + i, lanes: lanes)
        }
    }

    /// Name, file, columns, weights.
    public var specification: JobNode {
        var entries: [(String, JobNode)] = [
            ("file", .text(file)), ("columns", .list(columns.map { .text($0) })),
        ]
        if let weights { entries.append(("weights", .text(weights))) }
        return .base(Self.name, entries)
    }

    /// Discrete: the rows are points.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .count, count: dimension)
    }

    /// log of the probability of all rows that hold the values.
    ///
    /// **Complexity**: O(rows).
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var mass = 0.0
        for row in 0..<rowCount {
            if data.indices.allSatisfy({ data[$0][row] == values[column + $0, lane] }) {
                mass += table?.mass(row) ?? 1 / Double(rowCount)
            }
        }
        return Elementary.log(mass)
    }
}
