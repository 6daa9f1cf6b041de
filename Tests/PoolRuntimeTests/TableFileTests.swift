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
}
