// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantilizer

/// Runs every example of docs/formulas.md.
@Suite struct FormulaDocumentTests {
    static let sample: [Double] = [1, 2, 3, 4, -5]
    static let schema = FormulaSchema(
        dimension: 5, names: ["price", "delay", "rate", "load", "gain"])

    /// The texts of the code fences with this label.
    private func fences(_ label: String) throws -> [[Substring]] {
        let page = URL(filePath: #filePath).appending(path: "../../../../docs/formulas.md")
        let text = try String(contentsOf: page.standardized, encoding: .utf8)
        var blocks: [[Substring]] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```\(label)" {
                isInside = true
                blocks.append([])
            } else if line == "```" {
                isInside = false
            } else if isInside {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks
    }

    @Test func valuesAreAsWritten() throws {
        let examples = try fences("formula").joined()
        #expect(examples.count >= 35)
        for line in examples {
            let parts = line.split(separator: "#")
            let expected = try #require(Double(parts[1].trimmingCharacters(in: .whitespaces)))
            let formula = try Formula.compile(String(parts[0]), schema: Self.schema)
            let value = formulaValues(formula, [Self.sample])[0]
            #expect(value == expected || value.isNaN && expected.isNaN, "\(line): \(value)")
        }
    }

    @Test func errorsAreAsWritten() throws {
        let examples = try fences("formula-error")
        #expect(examples.count >= 6)
        for example in examples {
            let error = try #require(throws: FormulaError.self) {
                try Formula.compile(String(example[0]), schema: Self.schema)
            }
            #expect(error.rendered == example.dropFirst().joined(separator: "\n"))
        }
    }
}
