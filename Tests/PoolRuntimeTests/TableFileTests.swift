// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

@testable import PoolRuntime

/// Tables of numbers from JSON Lines and NumPy files: known ones, and any bytes.
@Suite struct TableFileTests {
    private func numPy(
        _ kind: String, _ shape: String, _ body: [UInt8], byColumns: Bool = false,
        version: UInt8 = 1
    ) -> Data {
        var header =
            "{'descr': '\(kind)', 'fortran_order': \(byColumns ? "True" : "False"), "
            + "'shape': (\(shape)), }"
        while (header.utf8.count + 11) % 64 != 0 { header += " " }
        header += "\n"
        let length = header.utf8.count
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
        bytes += [UInt8(length & 255), UInt8(length >> 8)] + (version > 1 ? [0, 0] : [])
        return Data(bytes + Array(header.utf8) + body)
    }

    private func doubles(_ values: Double...) -> [UInt8] {
        values.flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) }
        }
    }

    @Test func numPyArraysAreRead() throws {
        let body = doubles(1, 2, 3, 4, 5, 6)
        let rows = try NumPyTable.read(numPy("<f8", "3, 2", body), columns: nil)
        #expect(rows.columns == [[1, 3, 5], [2, 4, 6]] && rows.columnNames.isEmpty)
        let columns = try NumPyTable.read(
            numPy("<f8", "3, 2", body, byColumns: true, version: 2), columns: nil)
        #expect(columns.columns == [[1, 2, 3], [4, 5, 6]])
        #expect(try NumPyTable.read(numPy("<f8", "6,", body), columns: nil).rowCount == 6)
        let second = try NumPyTable.read(numPy("<f8", "3, 2", body), columns: ["1"])
        #expect(second.columns == [[2, 4, 6]] && second.columnNames == ["1"])
        let small = try NumPyTable.read(numPy("|i1", "3,", [1, 255, 128]), columns: nil)
        #expect(small.columns == [[1, -1, -128]])
        let word = try NumPyTable.read(
            numPy("<i8", "1,", [254] + [UInt8](repeating: 255, count: 7)), columns: nil)
        #expect(word.columns == [[-2]])
        let single = try NumPyTable.read(numPy("<f4", "1,", [0, 0, 0x20, 0xC0]), columns: nil)
        #expect(single.columns == [[-2.5]])
    }

    @Test func whatIsNoTableIsRefused() {
        let good = numPy("<f8", "3, 2", doubles(1, 2, 3, 4, 5, 6))
        for length in 0..<good.count {
            #expect(throws: TableError.self) {
                try NumPyTable.read(good.prefix(length), columns: nil)
            }
        }
        let bad = [
            numPy(">f8", "1,", doubles(1)), numPy("<U8", "1,", doubles(1)),
            numPy("<f8", "", doubles(1)), numPy("<f8", "0,", []),
            numPy("<f8", "1, 1, 1", doubles(1)), numPy("<f8", "99999999999999999999,", []),
            numPy("<f8", "1000000, 4000", doubles(1)), numPy("<f8", "-1,", doubles(1)),
        ]
        for data in bad {
            #expect(throws: TableError.self) { try NumPyTable.read(data, columns: nil) }
        }
        #expect(throws: TableError.self) { try NumPyTable.read(good, columns: ["2"]) }
        for text in [
            "", "\n\n", "{}", "{\"a\": \"b\"}", "[]", "{\"a\": 1}\n{\"b\": 1}", "{\"a\": 1}\nx",
            "[1, 2]\n[1]", "3", "{\"a\": 1}\n{\"a\": null}",
        ] {
            #expect(throws: TableError.self) {
                try LinesTable.read(Data(text.utf8), columns: nil)
            }
        }
    }

    @Test func linesAreRead() throws {
        let objects = Data(
            "{\"b\": 2, \"a\": 1.5, \"t\": \"x\"}\n\n{\"a\": -3e2, \"b\": true}\r\n".utf8)
        let all = try LinesTable.read(objects, columns: nil)
        #expect(all.columnNames == ["a", "b"] && all.columns == [[1.5, -300], [2, 1]])
        let one = try LinesTable.read(objects, columns: ["b", "b"])
        #expect(one.columnNames == ["b"] && one.columns == [[2, 1]])
        let lists = try LinesTable.read(Data("[1, 2]\n[3, 4]".utf8), columns: nil)
        #expect(lists.columnNames.isEmpty && lists.columns == [[1, 3], [2, 4]])
    }

    private func message(_ read: () throws -> DataTable) -> String {
        do {
            let table = try read()
            return "read: \(table.columnNames) \(table.columns)"
        } catch {
            return (error as? TableError)?.message ?? "\(error)"
        }
    }

    /// Numbers that JSON does not have, as Python writes them; keys that stand twice; lines counted.
    @Test func linesAreReadAsTheyAreWritten() throws {
        let odd = Data("{\"a\": NaN}\n{\"a\": -Infinity}\n{\"a\": 1e400}\n{\"a\": -0.0}\n".utf8)
        let column = try LinesTable.read(odd, columns: nil).columns[0]
        #expect(column[0].isNaN && column[1] == -.infinity && column[2] == .infinity)
        #expect(column[3].bitPattern == (-0.0).bitPattern)
        let twice = message {
            try LinesTable.read(Data("{\"a\": 1}\n\n\n{\"a\": 1, \"a\": 2}".utf8), columns: nil)
        }
        #expect(twice.contains("line 4") && twice.contains("`a` stands twice"), "\(twice)")
        let escaped = message {
            try LinesTable.read(Data("{\"a\": 1, \"\\u0061\": 2}".utf8), columns: nil)
        }
        #expect(escaped.contains("`a` stands twice"))
        let late = message { try LinesTable.read(Data("\r\n\n[1]\n \n[x]".utf8), columns: nil) }
        #expect(late.contains("line 5"), "\(late)")
        let marked = try LinesTable.read(Data("\u{FEFF}{\"a\": 1}".utf8), columns: nil)
        #expect(marked.columnNames == ["a"])
        #expect(
            message { try LinesTable.read(Data("[1, 2]\n[1, 2, 3]".utf8), columns: nil) }
                .contains("line 2: has 3 numbers"))
    }

    @Test func columnsAreTakenByTheirOneName() throws {
        func csv(_ text: String, _ columns: [String]? = nil) -> String {
            message { try CSVTable.read(Data(text.utf8), columns: columns) }
        }
        let twice = "cost,gain,cost\n1,2,3\n"
        #expect(csv(twice).contains("the column `cost` twice, as columns 1 and 3"))
        #expect(csv(twice, ["cost"]).contains("twice"))
        #expect(csv(twice, ["gain"]) == "read: [\"gain\"] [[2.0]]")
        // Numbers in place of names: a first row would be lost.
        #expect(csv("1,2\n3,4\n").contains("numbers only in its first line"))
        #expect(csv("1.5\n2.5\n").contains("numbers only"))
        #expect(csv("1,,-3e4\n1,2,3\n").contains("numbers only"))
        #expect(csv("2019,2020\n3,4\n", ["2020"]) == "read: [\"2020\"] [[4.0]]")
        #expect(csv("a,2020\n3,4\n") == "read: [\"a\", \"2020\"] [[3.0], [4.0]]")
        // A mark at the beginning is no letter of the first name.
        #expect(csv("\u{FEFF}a,b\n1,2\n", ["a"]) == "read: [\"a\"] [[1.0]]")
        #expect(csv("a,b\n1,2\n\n1,5,2\n").contains("line 4 has 3 cells, the header line 2"))
        #expect(csv("a;b\r\n1,5;2\r\n").contains("line 2, column `a`: `1,5` is not a number"))
        #expect(
            csv("\"a \"\"x\"\", b\",c\n\"1\", 2 \n")
                == "read: [\"a \\\"x\\\", b\", \"c\"] [[1.0], [2.0]]")
        #expect(csv("a,b\n1,\"2\n").contains("line 2: a quote is never closed"))
        #expect(csv("a,b\n1,\"2\"3\n").contains("behind a closing quote"))
        #expect(csv("a,b\n1,2") == "read: [\"a\", \"b\"] [[1.0], [2.0]]")
        #expect(csv("a,b\n\n").contains("no rows") && csv("").contains("empty"))
        #expect(csv("a\nx\n").contains("line 2, column `a`"))
        let lines = csv("\"a\nb\",c\n1,2\n1,x\n")
        #expect(lines.contains("line 4"), "a line end in quotes counts: \(lines)")
    }

    @Test(
        arguments: [
            ("a.npz", "PK\u{3}\u{4}", "numpy.save"), ("a.csv", "\u{1F}\u{8B}", "gzip"),
            ("a.csv", "PAR1", "Parquet"),
        ])
    func otherFilesAreNamed(name: String, start: String, words: String) throws {
        let path = NSTemporaryDirectory() + "qpool-\(UUID().uuidString)-" + name
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bytes = start.unicodeScalars.map { UInt8($0.value) } + [0, 1, 2]
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(message { try TableFile.read(path: path, columns: nil) }.contains(words))
    }
}
