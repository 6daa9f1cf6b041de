// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

@testable import qpool

/// Names that people choose come back whole in every format, and never as commands to a terminal.
@Suite struct OutputFormatTests {
    static let names = ["gain, EUR", "5\" pipe", "two\nlines", "d\u{1B}[31m", "価格 🙂"]

    private static var job: String {
        let utilities = names.enumerated().map { number, name in
            "\(JSON.string(name).text()): 'x[\(number % 2)]'"
        }
        return """
            base: { normal: { dimension: 2 } }
            utilities: { \(utilities.joined(separator: ", ")) }
            quantile: 0.1
            samples: 1000
            draws: 2
            """
    }

    @Test func namesSurviveJSONLines() throws {
        let run = try qpool("run", "-", "-o", "jsonl", "--quiet", input: Self.job)
        #expect(run.status == 0, "\(run.error)")
        var found: [String] = []
        for line in run.output.split(separator: "\n") {
            let record = try JSON(parsing: line.utf8)
            if case .string(let name)? = record["utility_name"] { found.append(name) }
        }
        #expect(found == Self.names.flatMap { [$0, $0] })
    }

    @Test func namesSurviveCSV() throws {
        let run = try qpool("run", "-", "-o", "csv", "--quiet", input: Self.job)
        #expect(run.status == 0, "\(run.error)")
        let rows = Self.records(run.output)
        #expect(rows.first == ["utility_name", "quantile", "index", "utility", "x0", "x1"])
        #expect(rows.allSatisfy { $0.count == 6 })
        #expect(rows.dropFirst().map { $0[0] } == Self.names.flatMap { [$0, $0] })
    }

    @Test func tablesAreQuiet() throws {
        let run = try qpool("run", "-", "--quiet", input: Self.job)
        #expect(run.status == 0, "\(run.error)")
        #expect(!run.output.unicodeScalars.contains("\u{1B}"))
        #expect(run.output.contains("two\\nlines") && run.output.contains("d\\u{1b}[31m"))
        #expect(run.output.contains("価格 🙂"))
    }

    @Test func columnsMeetUnderWideNames() {
        var table = Table(["name", "n"])
        table.rows = [
            ["価格", "1"], ["🙂", "2"], ["e\u{301}", "3"], ["plain", "4"], ["a\nb\u{7}", "5"],
        ]
        let lines = table.text.split(separator: "\n")
        #expect(lines.count == 6)
        let places = lines.map { DisplayText.width(String($0.dropLast())) }
        #expect(Set(places).count == 1, "\(lines)")
    }

    /// A reader of RFC 4180.
    private static func records(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar {
            case "\"" where isQuoted && next == "\"":
                cell.append("\"")
                next = scalars.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                row.append(cell)
                cell = ""
            case "\n" where !isQuoted:
                rows.append(row + [cell])
                row = []
                cell = ""
            default: cell.unicodeScalars.append(scalar)
            }
        }
        return rows
    }
}
