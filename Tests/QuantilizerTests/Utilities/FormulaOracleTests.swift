// SPDX-License-Identifier: Apache-2.0
import CKernels
import TestMarks
import Testing

@testable import Quantilizer

/// Writes random formulas that are right by construction.
struct FormulaGenerator {
    var random: FormulaRandom
    let dimension: Int
    let names: [String]

    mutating func number(_ depth: Int) -> String {
        if depth <= 0 { return leaf() }
        switch random.below(17) {
        case 0...4:
            let operation = random.pick(["+", "-", "*", "+", "-", "*", "/", "%"])
            return "(\(number(depth - 1)) \(operation) \(number(depth - 1)))"
        case 5: return "(\(number(depth - 1)) ^ \(exponent(depth)))"
        case 6: return "-\(number(depth - 1))"
        case 7:
            let operation = random.pick(["<", "<=", ">", ">=", "==", "!=", "and", "or", "&&", "||"])
            return "(\(number(depth - 1)) \(operation) \(number(depth - 1)))"
        case 8: return "(not \(number(depth - 1)))"
        case 9: return "(\(number(depth - 1)) ? \(number(depth - 1)) : \(number(depth - 1)))"
        case 10:
            let name = random.pick(FormulaReference.unary.keys.sorted())
            return "\(name)(\(number(depth - 1)))"
        case 11:
            let name = random.pick(["min", "max", "pow", "atan2", "hypot"])
            return "\(name)(\(number(depth - 1)), \(number(depth - 1)))"
        case 12:
            let name = random.pick(["clamp", "fma", "if", "max", "min"])
            return "\(name)(\(number(depth - 1)), \(number(depth - 1)), \(number(depth - 1)))"
        case 13...15:
            let (from, upTo) = range()
            let name = random.pick([
                "sum", "sum", "sum", "mean", "min", "max", "norm", "prod", "any", "all", "len",
            ])
            return "\(name)(\(vector(depth - 1, from, upTo)))"
        default:
            let (from, upTo) = range()
            return "dot(\(vector(depth - 1, from, upTo)), \(vector(depth - 1, from, upTo)))"
        }
    }

    private mutating func range() -> (Int, Int) {
        let from = random.below(dimension)
        return (from, from + 1 + random.below(dimension - from))
    }

    private mutating func exponent(_ depth: Int) -> String {
        switch random.below(4) {
        case 0: number(depth - 1)
        case 1: random.pick(["0.5", "-1.5", "17", "-17", "0", "1/3", "len(x)"])
        default: "\(random.below(33) - 16)"
        }
    }

    private mutating func leaf() -> String {
        switch random.below(6) {
        case 0:
            random.pick(["0", "1", "2", "0.5", "-1", "1e-3", "3.25", "pi", "e", "inf", "nan", "-0"])
        case 1 where !names.isEmpty: random.pick(names)
        case 2: "x[\(random.below(dimension) - dimension)]"
        default: "x[\(random.below(dimension))]"
        }
    }

    /// A vector of `upTo - from` elements; a part of it may be a number.
    mutating func vector(_ depth: Int, _ from: Int, _ upTo: Int) -> String {
        let length = upTo - from
        if depth <= 0 {
            let shift = random.below(dimension - length + 1)
            if length == dimension && random.below(2) == 0 { return "x" }
            return "x[\(shift):\(shift + length)]"
        }
        switch random.below(11) {
        case 0...2:
            let operation = random.pick(["+", "-", "*", "/", "<", "and", "%"])
            return
                "(\(vector(depth - 1, from, upTo)) \(operation) \(vector(depth - 1, from, upTo)))"
        case 3:
            let operation = random.pick(["+", "-", "*", ">=", "or"])
            return "(\(vector(depth - 1, from, upTo)) \(operation) \(number(depth - 1)))"
        case 4:
            let operation = random.pick(["+", "-", "*", "/", "=="])
            return "(\(number(depth - 1)) \(operation) \(vector(depth - 1, from, upTo)))"
        case 5: return "(\(vector(depth - 1, from, upTo)))^2"
        case 6: return "(\(vector(depth - 1, from, upTo))^\(exponent(depth)))"
        case 7: return "-\(vector(depth - 1, from, upTo))"
        case 8:
            let name = random.pick(FormulaReference.unary.keys.sorted())
            return "\(name)(\(vector(depth - 1, from, upTo)))"
        case 9:
            let name = random.pick(["min", "max", "hypot"])
            return "\(name)(\(vector(depth - 1, from, upTo)), \(number(depth - 1)))"
        default:
            return "(\(number(depth - 1)) > 0 ? \(vector(depth - 1, from, upTo)) : "
                + "\(vector(depth - 1, from, upTo)))"
        }
    }
}

@Suite struct FormulaOracleTests {
    /// Thousands of formulas, each over random and special lanes, on every instruction set.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: 0..<8)
    func everyBitIsTheReferences(part: Int) throws {
        var generator = FormulaGenerator(
            random: FormulaRandom(seed: UInt64(1000 + part)), dimension: 1 + part % 6,
            names: part % 2 == 0 ? [] : (0..<1 + part % 6).map { "v\($0)" })
        let schema = FormulaSchema(dimension: generator.dimension, names: generator.names)
        for round in 0..<400 {
            let source = generator.number(1 + round % 5)
            guard source.utf8.count < 4000 else { continue }
            let formula = try Formula.compile(source, schema: schema)
            let tree = try FormulaParser.parse(Array(source.utf8), limits: .default)
            let lanes = [1, 3, 8, 17, 70][round % 5]
            let samples = (0..<lanes).map { _ in
                (0..<generator.dimension).map { _ in generator.random.value() }
            }
            let expected = samples.map {
                FormulaReference(tree: tree, names: schema.names, sample: $0)
                    .value(tree.root).elements[0]
            }
            for level in 0...qk_level() {
                let values = formulaValues(formula, samples, level: level)
                let wrong = samples.indices.first {
                    formulaBits(values[$0]) != formulaBits(expected[$0])
                }
                if let wrong {
                    Issue.record(
                        """
                        \(source) at \(samples[wrong]), level \(level): \
                        \(values[wrong]) instead of \(expected[wrong])
                        """)
                    return
                }
            }
            let again = try Formula.compile(formula.description, schema: schema)
            #expect(again.description == formula.description)
            #expect(
                formulaValues(again, samples).map(formulaBits)
                    == formulaValues(formula, samples).map(formulaBits),
                "\(source) is spelled \(formula.description)")
        }
    }

    /// Blocks longer than a tile, and every tail length, on every instruction set.
    @Test(
        arguments: [
            "sum((x - 0.25)^2) - x[0] / x[1]", "dot(x, x * x)", "x[0] % x[1]",
            "(((0.1 * x[0] + 0.2) * x[0] - 0.3) * x[0] + 0.4) * x[0] + x[1] / 3",
        ])
    func everyLengthOfBlock(source: String) throws {
        let formula = try Formula.compile(source, schema: FormulaSchema(dimension: 3))
        var random = FormulaRandom(seed: 5)
        let samples = (0..<1024).map { _ in (0..<3).map { _ in random.value() } }
        let whole = formulaValues(formula, samples).map(formulaBits)
        for lanes in [1, 2, 7, 8, 9, 63, 64, 65, 128, 200, 255, 256, 257, 300, 511, 513, 1000] {
            for level in 0...qk_level() {
                let part = formulaValues(formula, Array(samples[..<lanes]), level: level)
                #expect(part.map(formulaBits) == Array(whole[..<lanes]))
            }
        }
        for lane in stride(from: 0, to: 1024, by: 37) {
            let expected = try FormulaReference.evaluate(source, sample: samples[lane])
            #expect(whole[lane] == formulaBits(expected))
        }
    }

    /// Quotients by a number in the formula are found without dividing where that rounds alike.
    @Test(arguments: ["3", "sqrt(2)", "0.1", "-7e9", "1e-14", "1.9999999999999998", "1e200", "8"])
    func quotientsByNumbersAreDivisions(divisor: String) throws {
        let formula = try Formula.compile(
            "x[0] / (\(divisor))", schema: FormulaSchema(dimension: 1))
        let number = try FormulaReference.evaluate(divisor, sample: [0])
        var random = FormulaRandom(seed: 13)
        for round in 0..<60 {
            let samples = (0..<300).map { _ -> [Double] in
                let x = Double(random.word() >> 11) * 0x1p-53 + 1
                // About a quotient, of any exponent, and with every special number.
                if round < 30 { return [(x * number).nextUp] }
                if round < 50 {
                    let exponent = random.below(1900) - 950
                    return [Double(sign: .minus, exponent: exponent, significand: x)]
                }
                return [random.value()]
            }
            for level in 0...qk_level() {
                let values = formulaValues(formula, samples, level: level)
                let wrong = samples.indices.first {
                    formulaBits(values[$0]) != formulaBits(samples[$0][0] / number)
                }
                #expect(
                    wrong == nil, "\(wrong.map { samples[$0][0] } ?? 0) / \(number), level \(level)"
                )
            }
        }
    }

    @Test func remaindersAreExact() throws {
        let formula = try Formula.compile("x[0] % x[1]", schema: FormulaSchema(dimension: 2))
        var random = FormulaRandom(seed: 9)
        var samples: [[Double]] = []
        for _ in 0..<20_000 {
            // Bits at random: quotients of every size, subnormals too.
            let a = Double(bitPattern: random.word())
            samples.append([a, Double(bitPattern: random.word())])
            samples.append([random.value(), random.value()])
            samples.append([a, a / (Double(random.below(1000)) + 0.5)])
        }
        for a in FormulaRandom.specials {
            for b in FormulaRandom.specials { samples.append([a, b]) }
        }
        let values = formulaValues(formula, samples)
        for (sample, value) in Swift.zip(samples, values) {
            let expected = FormulaReference.modulo(sample[0], sample[1])
            #expect(formulaBits(value) == formulaBits(expected), "\(sample[0]) % \(sample[1])")
        }
    }
}
