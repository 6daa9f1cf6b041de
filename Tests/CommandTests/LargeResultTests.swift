// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import TestMarks
import Testing

@testable import qpool

/// Results of many draws: every format has all of them, bit for bit, and a hundred megabytes pass through
/// `verify`.
@Suite struct LargeResultTests {
    /// A draw as a format has it; nil for what the format leaves out.
    private struct Row: Equatable {
        var index: UInt64?
        var utility: UInt64?
        var values: [UInt64]
    }

    private static let draws = 20_000
    private static let values = 10

    private static func job(
        samples: Int, quantile: Double, values: Int, draws: Int = draws
    ) -> String {
        """
        seed: 7
        base: { normal: { dimension: \(values) } }
        utility: "x[0]"
        quantile: \(quantile)
        samples: \(samples)
        draws: \(draws)
        """
    }

    /// The formats are those of the program, so that one which is added has to be read here as well.
    @Test(.disabled(if: isQuick, "a million numbers to read")) func everyFormatHasEveryDraw() throws
    {
        let folder = try TemporaryFolder()
        let job = Self.job(samples: 100_000, quantile: 0.5, values: Self.values)
        func printed(_ format: OutputFormat) throws -> String {
            let run = try qpool("run", "-", "-o", format.rawValue, "--quiet", input: job)
            try #require(run.status == 0, "\(format): \(run.error)")
            return run.output
        }
        let document = try JSON(parsing: try printed(.json).utf8)
        let expected = try Self.array(document["draws"]).map { try Self.row($0) }
        try #require(expected.count == Self.draws)
        #expect(expected.allSatisfy { $0.values.count == Self.values })
        #expect(expected.allSatisfy { $0.utility == $0.values[0] })
        #expect(Set(expected.map(\.index)).count == Self.draws)
        for format in OutputFormat.allCases {
            switch format {
            case .json: break
            case .jsonl:
                let lines = try printed(format).split(separator: "\n")
                let found = try lines.map { try Self.row(try JSON(parsing: $0.utf8)) }
                #expect(found == expected, "jsonl")
            case .csv:
                let lines = try printed(format).split(separator: "\n")
                let names = (0..<Self.values).map { "x\($0)" }
                #expect(
                    lines.first?.split(separator: ",").map(String.init)
                        == ["utility_name", "quantile", "index", "utility"] + names)
                let found = try lines.dropFirst().map { line in
                    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                    return Row(
                        index: UInt64(cells[2]), utility: try Self.bits(cells[3]),
                        values: try cells[4...].map { try Self.bits($0) })
                }
                #expect(found == expected, "csv")
            case .npy:
                // Bytes, which a text would not keep.
                let file = folder.path + "/draws.npy"
                let run = try qpool("run", "-", "-o", file, "--quiet", input: job)
                try #require(run.status == 0, "\(run.error)")
                let found = try Self.matrix(try Data(contentsOf: URL(fileURLWithPath: file)))
                #expect(found == expected.map(\.values), "npy")
            case .table:
                let text = try printed(format)
                #expect(text.contains("\(Self.draws) draws of \(Self.values) values; all of them:"))
                // The first ten, with as many values as fit, rounded.
                let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
                let header = try #require(lines.firstIndex { $0.starts(with: ["draw", "index"]) })
                let shown = lines[header].count { $0.hasPrefix("x[") }
                try #require(shown > 1 && lines.count > header + 10)
                for (number, row) in expected.prefix(10).enumerated() {
                    let numbers = [row.utility ?? 0] + row.values.prefix(shown)
                    #expect(
                        lines[header + 1 + number].prefix(3 + shown).map(String.init)
                            == ["\(number + 1)", "\(row.index ?? 0)"]
                            + numbers.map { String(format: "%.6g", Double(bitPattern: $0)) })
                }
            }
        }
    }

    /// As few samples as there are draws, so that nearly all of the time goes to the text. `verify` reads it
    /// all, compares it with what the program would write, and makes each draw again.
    @Test(.disabled(if: isQuick, "a hundred megabytes"))
    func aHundredMegabytesArePrintedAndVerified() throws {
        let draws = 18_700
        let run = try qpool(
            "run", "-", "-o", "json", "--quiet",
            input: Self.job(samples: draws, quantile: 1, values: 256, draws: draws), seconds: 600)
        try #require(run.status == 0, "\(run.error)")
        let size = run.output.utf8.count
        #expect(size >= 100_000_000)
        let verified = try qpool("verify", "-", "--quiet", input: run.output, seconds: 600)
        #expect(verified.status == 0, "\(verified.error)")
        #expect(verified.output.contains("valid: \(draws) draws"), "\(verified.output)")
    }

    // MARK: Readers

    private struct Unreadable: Error { var what: String }

    private static func bits(_ text: some StringProtocol) throws -> UInt64 {
        guard let value = Double(text) else { throw Unreadable(what: "number \(text)") }
        return value.bitPattern
    }

    private static func bits(_ json: JSON) throws -> UInt64 {
        switch json {
        case .number(let value): value.bitPattern
        case .integer(let count): Double(count).bitPattern
        default: throw Unreadable(what: "a number")
        }
    }

    private static func array(_ json: JSON?) throws -> [JSON] {
        guard case .array(let items)? = json else { throw Unreadable(what: "a list") }
        return items
    }

    private static func row(_ json: JSON) throws -> Row {
        guard case .integer(let index)? = json["index"], let utility = json["utility"] else {
            throw Unreadable(what: "a draw")
        }
        return Row(
            index: index, utility: try bits(utility),
            values: try array(json["value"]).map { try bits($0) })
    }

    /// Rows of an `.npy` file of little-endian doubles in C order.
    private static func matrix(_ data: Data) throws -> [[UInt64]] {
        let bytes = [UInt8](data)
        let begin = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<begin], as: UTF8.self)
        guard header.contains("'descr': '<f8'"), header.contains("'fortran_order': False"),
            header.contains("'shape': (\(draws), \(values))"),
            bytes.count == begin + 8 * draws * values
        else { throw Unreadable(what: "npy: \(header)") }
        return (0..<draws).map { row in
            (0..<values).map { column in
                let place = begin + 8 * (row * values + column)
                var bits: UInt64 = 0
                for byte in bytes[place..<place + 8].reversed() { bits = bits << 8 | UInt64(byte) }
                return bits
            }
        }
    }
}
