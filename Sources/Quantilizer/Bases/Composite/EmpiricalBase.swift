// SPDX-License-Identifier: Apache-2.0

/// Rows of a data table, drawn with replacement; smoothed, each with a normal step around it.
///
/// **Determinism**: one word names the row: ⌊w · rows / 2^64⌋, or by a cumulative table of the
/// weights in 64-bit integers.
///
/// **Source**: the bootstrap: Efron 1979, doi:10.1214/aos/1176344552; smoothed: Silverman, *Density
/// Estimation* (1986), doi:10.1201/9781315140919, section 4.3 for the step. Sampled by a guide
/// table of weights: Devroye, section III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct EmpiricalBase: BaseDistribution, ListedBase {
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
    /// The rows' weights as the table has them, nil where all have the same.
    private let rowWeights: [Double]?
    /// The steps' standard deviation over that of the column; nil where rows are drawn as they are.
    public let smoothing: Double?
    /// The steps' standard deviations, a column each.
    private let steps: [Double]

    /// Rows of `table`, all its columns but the weights where none is named.
    ///
    /// - Parameters:
    ///   - table: the data.
    ///   - file: its name in the job, for errors too.
    ///   - columns: those that are values, in this order.
    ///   - weights: the column of weights, nil for equal ones.
    ///   - smoothing: the steps' standard deviation, in units of each column's own.
    /// - Throws: ``BaseError`` where there is no row, a column is missing or stands twice, a value
    ///   is not finite, weights are negative or all 0, or a column has no spread to smooth with.
    public init(
        _ table: DataTable, file: String, columns: [String]? = nil, weights: String? = nil,
        smoothing: Smoothing = .none
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
        var own: [Double]?
        if let weights {
            let column = try find(weights, "weights")
            for w in column { try BaseError.check(w, "weights", in: JobRange(0, 1e300)) }
            guard column.contains(where: { $0 > 0 }), column.reduce(0, +).isFinite else {
                throw BaseError("weights", "expected at least one weight above 0")
            }
            own = column
            cumulative = CumulativeTable(weights: column.map { DoubleDouble($0) })
        }
        let law = RowLaw(
            columns: data,
            weights: try weights.map { (name) throws(BaseError) in
                try find(name, "weights")
            })
        self.smoothing = law.bandwidth(smoothing)
        steps = law.steps(self.smoothing)
        if smoothing != .none, let flat = steps.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw BaseError(
                "smooth", "column `\(chosen[flat])` of `\(file)` has no spread to smooth with")
        }
        self.file = file
        self.columns = chosen
        self.weights = weights
        self.data = data
        rowCount = table.rowCount
        self.table = cumulative
        rowWeights = own
        componentNames = table.columnNames.isEmpty ? [] : chosen
    }

    /// As many as columns.
    public var dimension: Int { data.count }
    /// One word, and smoothed a normal a column.
    public var noise: NoiseLayout { NoiseLayout(normals: steps.count, words: 1) }
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
        for (i, step) in steps.enumerated() {
            for lane in 0..<lanes {
                values[place.value + i, lane] = values[place.value + i, lane].addingProduct(
                    step, noise.normals[place.normal + i, lane])
            }
        }
    }

    /// The rows as they stand; smoothed ones are no list.
    public var listed: (any ListedBase)? { smoothing == nil ? self : nil }
    /// The number of rows.
    public var outcomes: Int { rowCount }
    /// A row's share of the mass times that of all rows: 1 where all weigh the same.
    public func weight(of row: Int) -> Double { rowWeights?[row] ?? 1 }
    /// Fills lanes with the rows from `first` on, as they stand.
    public func fill(_ values: inout Columns, from first: Int, lanes: Int) {
        for (number, column) in data.enumerated() {
            for lane in 0..<lanes { values[number, lane] = column[first + lane] }
        }
    }

    /// Name, file, columns, weights.
    public var specification: JobNode {
        var entries: [(String, JobNode)] = [
            ("file", .text(file)), ("columns", .list(columns.map { .text($0) })),
        ]
        if let weights { entries.append(("weights", .text(weights))) }
        if let smoothing { entries.append(("smooth", .number(smoothing))) }
        return .base(Self.name, entries)
    }

    /// Discrete: the rows are points; smoothed, continuous.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: steps.isEmpty ? .count : .length, count: dimension)
    }

    /// log of the probability of all rows that hold the values; smoothed, of the mean of the normal
    /// densities around all rows.
    ///
    /// **Complexity**: O(rows).
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        if !steps.isEmpty { return smoothDensity(lane: lane, values: values, at: column) }
        var mass = 0.0
        for row in 0..<rowCount {
            if data.indices.allSatisfy({ data[$0][row] == values[column + $0, lane] }) {
                mass += table?.mass(row) ?? 1 / Double(rowCount)
            }
        }
        return Elementary.log(mass)
    }

    private func smoothDensity(
        lane: Int, values: borrowing Columns, at column: Int
    ) -> Double {
        var logs: [Double] = []
        logs.reserveCapacity(rowCount)
        var most = -Double.infinity
        for row in 0..<rowCount {
            var squares = 0.0
            for (i, step) in steps.enumerated() {
                let distance = (values[column + i, lane] - data[i][row]) / step
                squares += distance * distance
            }
            let mass = table?.mass(row) ?? 1 / Double(rowCount)
            let log = Elementary.log(mass) - 0.5 * squares
            most = max(most, log)
            logs.append(log)
        }
        guard most > -.infinity else { return -.infinity }
        var sum = 0.0
        for log in logs { sum += Elementary.exp(log - most) }
        var determinant = 0.0
        for step in steps { determinant += Elementary.log(step) }
        return most + Elementary.log(sum) - determinant
            - Double(dimension) * Elementary.halfLogTwoPi
    }
}

/// How far around its rows a smoothed bootstrap goes.
public enum Smoothing: Sendable, Hashable {
    /// Not at all.
    case none
    /// By Silverman's rule: (4 / ((d + 2) n))^(1/(d + 4)) standard deviations.
    case automatic
    /// So many standard deviations.
    case bandwidth(Double)
}

/// The spread of weighted rows.
private struct RowLaw {
    let columns: [[Double]]
    let weights: [Double]?

    /// In units of the columns' standard deviations.
    func bandwidth(_ smoothing: Smoothing) -> Double? {
        switch smoothing {
        case .none: return nil
        case .bandwidth(let width): return width
        case .automatic:
            let d = Double(columns.count)
            return Elementary.pow(4 / ((d + 2) * effectiveRows), 1 / (d + 4))
        }
    }

    /// (Σw)²/Σw².
    private var effectiveRows: Double {
        guard let weights else { return Double(columns[0].count) }
        var sum = 0.0
        var squares = 0.0
        for weight in weights {
            sum += weight
            squares += weight * weight
        }
        return sum * sum / squares
    }

    func steps(_ bandwidth: Double?) -> [Double] {
        guard let bandwidth else { return [] }
        return columns.map { column in
            func mean(_ value: (Double) -> Double) -> Double {
                var total = 0.0
                var sum = 0.0
                for (row, x) in column.enumerated() {
                    let weight = weights?[row] ?? 1
                    total += weight
                    sum += weight * value(x)
                }
                return sum / total
            }
            let centre = mean { $0 }
            return bandwidth * mean { ($0 - centre) * ($0 - centre) }.squareRoot()
        }
    }
}

extension EmpiricalBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Rows of a data file, drawn with replacement.",
        parameters: [
            JobParameter(
                "file", .table,
                "CSV with a header line; JSON Lines (.jsonl, .ndjson); or NumPy (.npy)."),
            JobParameter(
                "columns", .texts(most: BaseLimits.dimension), default: .nothing("all others"),
                "The columns that are the values."),
            JobParameter(
                "weights", .text, default: .nothing("rows are alike"),
                "The column of the rows' weights."),
            JobParameter(
                "smooth", .numberOr("auto", .positive), default: .nothing("rows as they stand"),
                "Normal steps around the rows, of so many standard deviations of their column; "
                    + "`auto` is Silverman's rule."),
        ],
        example: "{ file: rows.csv, columns: [a, b] }",
        source: "Efron, doi:10.1214/aos/1176344552; Silverman, Density Estimation (1986), "
            + "doi:10.1201/9781315140919, section 4.3"
    ) { v throws(BaseError) in
        let smoothing: Smoothing =
            v.text("smooth") == "auto"
            ? .automatic : v.optional("smooth").map { .bandwidth($0) } ?? .none
        return try EmpiricalBase(
            v.table("file"), file: v.text("file") ?? "", columns: v.texts("columns"),
            weights: v.text("weights"), smoothing: smoothing)
    }
}
