// SPDX-License-Identifier: Apache-2.0
import CKernels
import TestMarks
import Testing

@testable import Quantilizer

/// Bounds of formulas against their values: no value is above, whatever is known.
@Suite struct FormulaBoundsTests {
    /// The values of some columns are known, of others their ends in columns of their own, of the rest a range.
    private struct Knowledge {
        var dimension: Int
        var columns: [ColumnBounds]
        /// Each sample's values, then the ends of those that have any.
        var inputs: [[Double]]

        init(_ random: inout FormulaRandom, dimension: Int, lanes: Int) {
            self.dimension = dimension
            columns = []
            var width = dimension
            let prefix = random.below(3) == 0 ? random.below(dimension + 1) : nil
            for column in 0..<dimension {
                if let prefix {
                    columns.append(
                        column < prefix ? .exact : .range(ValueRange(lower: -3, upper: 3)))
                    continue
                }
                switch random.below(3) {
                case 0: columns.append(.exact)
                case 1: columns.append(.range(ValueRange(lower: -3, upper: 3)))
                default:
                    columns.append(.between(lower: width, upper: width + 1))
                    width += 2
                }
            }
            inputs = []
            for _ in 0..<lanes {
                var row = [Double](repeating: 0, count: width)
                for column in 0..<dimension {
                    let share = Double(random.word() >> 11) * 0x1p-53
                    switch columns[column] {
                    case .exact: row[column] = random.value()
                    case .range: row[column] = random.below(9) == 0 ? 3 : -3 + 6 * share
                    case .between(let lower, let upper):
                        row[lower] = Double(random.below(8)) - 4
                        row[upper] = row[lower] + Double(random.below(3)) * 0.75
                        row[column] = row[lower] + (row[upper] - row[lower]) * share
                    }
                }
                inputs.append(row)
            }
        }

        var samples: [[Double]] { inputs.map { Array($0.prefix(dimension)) } }

        func run(_ machine: FormulaMachine, level: Int32? = nil) -> [Double] {
            var values = Columns(count: inputs[0].count, capacity: inputs.count)
            for (lane, row) in inputs.enumerated() {
                for (column, value) in row.enumerated() { values[column, lane] = value }
            }
            var scratch = Columns(count: machine.registers, capacity: inputs.count)
            var results = Columns(count: 1, capacity: inputs.count)
            machine.run(
                lanes: inputs.count, values: values, scratch: &scratch, results: &results,
                column: 0, level: level)
            return inputs.indices.map { results[0, $0] }
        }
    }

    @Test(.disabled(if: isQuick, "thousands of formulas"), arguments: 0..<8) func noValueIsAbove(
        part: Int
    ) throws {
        var generator = FormulaGenerator(
            random: FormulaRandom(seed: UInt64(7_000 + part)), dimension: 2 + part % 6, names: [])
        let schema = FormulaSchema(dimension: generator.dimension)
        var bounded = 0
        var told = 0
        for round in 0..<400 {
            let source = generator.number(1 + round % 5)
            guard source.utf8.count < 4000 else { continue }
            let formula = try Formula.compile(source, schema: schema)
            let known = Knowledge(&generator.random, dimension: generator.dimension, lanes: 40)
            guard let machine = formula.upperBound({ known.columns[$0] }) else { continue }
            bounded += 1
            let values = formulaValues(formula, known.samples)
            for level in 0...qk_level() {
                let bounds = known.run(machine, level: level)
                let wrong = values.indices.first {
                    !values[$0].isNaN && !bounds[$0].isNaN && values[$0] > bounds[$0]
                }
                if let wrong {
                    Issue.record(
                        """
                        \(source) at \(known.inputs[wrong]) with \(known.columns): \
                        \(values[wrong]) above \(bounds[wrong])
                        """)
                    return
                }
                told += bounds.count { $0.isFinite }
            }
        }
        #expect(bounded > 100)
        #expect(told > 2_000)
    }

    /// What is known exactly is bounded by itself, to the bit.
    @Test func allKnownIsTheValue() throws {
        var random = FormulaRandom(seed: 3)
        for source in ["-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])", "max(x) / (2 + cos(x[3]))"] {
            let formula = try Formula.compile(source, schema: FormulaSchema(dimension: 6))
            let samples = (0..<50).map { _ in (0..<6).map { _ in random.value() } }
            let machine = try #require(formula.upperBound { _ in .exact })
            #expect(machine.operations.count == formula.machine.operations.count)
            var values = Columns(count: 6, capacity: 50)
            for (lane, row) in samples.enumerated() {
                for (column, value) in row.enumerated() { values[column, lane] = value }
            }
            var scratch = Columns(count: machine.registers, capacity: 50)
            var results = Columns(count: 1, capacity: 50)
            machine.run(lanes: 50, values: values, scratch: &scratch, results: &results, column: 0)
            #expect(
                (0..<50).map { formulaBits(results[0, $0]) }
                    == formulaValues(formula, samples).map(formulaBits))
        }
    }

    /// Bounds that are known by hand.
    @Test(arguments: [
        ("x[0]^2 - x[1]^2", 0, 9.0), ("sum((x-0.5)^2)", 0, 24.5), ("abs(x[0]) + x[1]", 0, 6),
        ("min(x[0], 2) * 3", 0, 6), ("-(x[0]-1)^2 - x[1]^2 + sin(x[0])", 0, 1),
        ("x[0] - x[1]^2", 1, 2.5), ("x[0] * x[1]", 1, 7.5), ("floor(x[1] / 2)", 0, 1),
        ("x[0] > 1 ? x[1] : 7", 0, 7), ("x[0] / (4 + x[1]^2)", 0, 0.75),
        ("x[1] % 5", 0, 5), ("(x[0] < 3) + (x[1] < 0)", 0, 2),
    ])
    func knownBounds(_ source: String, _ exact: Int, _ expected: Double) throws {
        let formula = try Formula.compile(source, schema: FormulaSchema(dimension: 2))
        let range = ValueRange(lower: -3, upper: 3)
        let machine = try #require(
            formula.upperBound { $0 < exact ? .exact : .range(range) })
        var values = Columns(count: 2, capacity: 8)
        values[0, 0] = 2.5
        var scratch = Columns(count: machine.registers, capacity: 8)
        var results = Columns(count: 1, capacity: 8)
        machine.run(lanes: 1, values: values, scratch: &scratch, results: &results, column: 0)
        #expect(results[0, 0] == expected)
    }

    /// What nothing bounds has no program.
    @Test(arguments: ["1 / x[0]", "gamma(x[0])", "x[0] ^ x[1]", "1 / x[1] + x[0]"])
    func noBound(_ source: String) throws {
        let formula = try Formula.compile(source, schema: FormulaSchema(dimension: 2))
        let machine = formula.upperBound { _ in .range(ValueRange(lower: -1, upper: 1)) }
        #expect(machine == nil)
    }
}
