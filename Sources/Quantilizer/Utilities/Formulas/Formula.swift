// SPDX-License-Identifier: Apache-2.0

/// A utility, cost or check written as a formula, compiled once and run over columns of samples.
///
///     let schema = FormulaSchema(dimension: 10)
///     let formula = try Formula.compile("-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])", schema: schema)
///
/// It is not an interpreter of single samples: each operation runs over a block of lanes. The
/// grammar and the meaning of NaN, ties and logic are in `docs/formulas.md`.
///
/// **Determinism**: each operation is rounded once, as written; sums run from the first element to
/// the last; functions are the project's own. Every machine gives the same bits (of a NaN, only that
/// it is one).
public struct Formula: Utility, CustomStringConvertible {
    /// The formula in one normal spelling; it compiles to the same formula.
    public let description: String
    /// The values it reads, ascending.
    public let usedColumns: [Int]
    /// The values a sample has, whether read or not.
    public let dimension: Int
    let machine: FormulaMachine
    /// What it is computed from, and the node that is its value.
    private let graph: FormulaGraph
    private let root: Int
    /// What its values can be.
    public let range: ValueRange?

    /// Reads, checks and compiles a formula.
    ///
    /// **Complexity**: O(source), whatever the dimension.
    ///
    /// - Throws: the first mistake, with its place.
    public static func compile(
        _ source: String, schema: FormulaSchema, limits: FormulaLimits = .default
    ) throws(FormulaError) -> Formula {
        guard source.utf8.count <= limits.sourceBytes else {
            let fault = FormulaFault(
                FormulaRange(start: 0, end: 0),
                "the formula has \(source.utf8.count) bytes",
                expected: "at most \(limits.sourceBytes)")
            throw FormulaError(fault, in: Array(source.utf8.prefix(512)))
        }
        let bytes = Array(source.utf8)
        do throws(FormulaFault) {
            let tree = try FormulaParser.parse(bytes, limits: limits)
            let (graph, root) = try FormulaChecker.check(tree, schema: schema, limits: limits)
            let machine = FormulaEmitter.emit(graph, root: root)
            guard machine.registers <= limits.registers else {
                throw FormulaFault(
                    tree.nodes[tree.root].range,
                    "the formula keeps \(machine.registers) intermediate values at once",
                    expected: "at most \(limits.registers)")
            }
            return Formula(
                description: FormulaPrinter.print(tree),
                usedColumns: FormulaEmitter.columns(graph, root: root),
                dimension: schema.dimension, machine: machine, graph: graph, root: root,
                range: graph.range(of: root))
        } catch {
            throw FormulaError(error, in: bytes)
        }
    }

    /// Registers of the compiled program.
    public var scratchColumns: Int { machine.registers }

    /// Runs the program; see ``Utility``.
    public func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns,
        results: inout Columns, column: Int
    ) {
        evaluate(
            lanes: lanes, values: values, from: 0, scratch: &scratch, results: &results,
            column: column)
    }

    /// Runs the program on the value columns from `first` on.
    func evaluate(
        lanes: Int, values: borrowing Columns, from first: Int, scratch: inout Columns,
        results: inout Columns, column: Int
    ) {
        precondition(
            first >= 0 && values.count >= first + dimension,
            "values have fewer columns than the schema")
        machine.run(
            lanes: lanes, values: values, from: first, scratch: &scratch, results: &results,
            column: column)
    }
}

extension Formula: BoundedUtility {
    var weight: Double { machine.weight }

    func upperBound(_ columns: (Int) -> ColumnBounds) -> FormulaMachine? {
        FormulaBounds.upper(of: graph, root: root, columns: columns)
    }
}
