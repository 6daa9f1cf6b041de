// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

@testable import Quantilizer

@Suite struct FormulaFuzzTests {
    static let words = [
        "x", "[", "]", "(", ")", ",", ":", "?", "+", "-", "*", "/", "%", "^", "<", "<=", "==", "!=",
        "and", "or", "not", "!", "sum", "min", "if", "sin", "1", "0.5", "1e9", "-1", "price", "nan",
        "inf", "dot", "norm", " ", "\n", "clamp", "e", "_", ".", "pow", "len",
    ]

    /// Whatever comes in, the answer is a formula or an error with a place inside the source.
    private func survives(_ source: String) {
        do {
            let formula = try Formula.compile(source, schema: FormulaErrorTests.schema)
            _ = formulaValues(formula, [[1, 2, 3]])
        } catch {
            #expect(error.offset >= 0 && error.offset + error.length <= source.unicodeScalars.count)
            #expect(!error.message.isEmpty && error.line >= 1 && error.column >= 1)
        }
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func wordsAtRandom() {
        var random = FormulaRandom(seed: 77)
        for _ in 0..<20_000 {
            let count = 1 + random.below(12)
            survives((0..<count).map { _ in random.pick(Self.words) }.joined())
        }
    }

    @Test func bytesAtRandom() {
        var random = FormulaRandom(seed: 78)
        for _ in 0..<10_000 {
            let bytes = (0..<random.below(24)).map { _ in UInt8(truncatingIfNeeded: random.word()) }
            survives(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func truncatedAndChanged() {
        var generator = FormulaGenerator(
            random: FormulaRandom(seed: 79), dimension: 3, names: ["price", "delay"])
        for _ in 0..<1_000 {
            var bytes = Array(generator.number(3).utf8.prefix(300))
            survives(
                String(decoding: bytes.prefix(generator.random.below(bytes.count)), as: UTF8.self))
            for _ in 0..<3 {
                let place = generator.random.below(bytes.count)
                bytes[place] = UInt8(32 + generator.random.below(96))
                survives(String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
