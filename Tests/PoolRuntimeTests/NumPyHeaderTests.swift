// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

@testable import PoolRuntime

/// Headers of `.npy` files, read as Python reads them: what NumPy takes is taken, what it refuses is
/// refused.
@Suite struct NumPyHeaderTests {
    /// A file of the numbers 1, 4, 2, 5, 3, 6 behind a header.
    private func file(
        _ header: String, version: UInt8 = 1, minor: UInt8 = 0,
        numbers: [Double] = [1, 4, 2, 5, 3, 6]
    ) -> Data {
        let text = Array(header.utf8)
        let length = (0..<(version > 1 ? 4 : 2)).map {
            UInt8(truncatingIfNeeded: text.count >> (8 * $0))
        }
        let body = numbers.flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * $0)) }
        }
        return Data([0x93] + Array("NUMPY".utf8) + [version, minor] + length + text + body)
    }

    /// Two rows of three, by columns: all of these say so to NumPy.
    @Test(
        arguments: [
            "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }      \n",
            "{'descr': '<f8', 'fortran_order':True, 'shape': (2, 3), }",
            "{'descr': '<f8', 'fortran_order':  True, 'shape': (2, 3), }",
            "{\"descr\": \"<f8\", \"fortran_order\": True, \"shape\": (2, 3)}\n",
            "{'shape':(2,3),'fortran_order':True,'descr':'<f8'}",
            "{'descr':'<f8' ,'fortran_order':True ,'shape':(           2 ,           3 ) , }",
            "{'descr': u'<f8', 'fortran_order': True, 'shape': (2L, 3L), }",
            "  {\n 'descr' : '=f8',\n 'fortran_order' : True,\n 'shape' : ( 2, 3, ),\n}\t\n",
            "{'descr': 'f8', 'fortran_order': (True), 'shape': (2, 3)}",
        ])
    func whatNumPyTakesIsTaken(header: String) throws {
        let table = try NumPyTable.read(file(header), columns: nil)
        #expect(table.columns == [[1, 4], [2, 5], [3, 6]], "\(header)")
        for version: UInt8 in [2, 3] where !header.contains("L") || version == 2 {
            let other = try NumPyTable.read(file(header, version: version), columns: nil)
            #expect(other.columns == table.columns, "\(header), version \(version)")
        }
    }

    @Test func rowsAreRowsUnlessTheHeaderSaysElse() throws {
        let rows = "{'descr': '<f8', 'fortran_order':False , 'shape': (2, 3), }"
        let table = try NumPyTable.read(file(rows), columns: nil)
        #expect(table.columns == [[1, 5], [4, 3], [2, 6]])
        // What stands in a string is no value.
        let sly =
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': \"'fortran_order': True\"}"
        #expect(throws: TableError.self) { try NumPyTable.read(file(sly), columns: nil) }
    }

    @Test(
        arguments: [
            ("{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 3), }", "neither True nor False"),
            ("{'descr': '<f8', 'fortran_order': 'True', 'shape': (2, 3), }", "neither True nor"),
            ("{'descr': '<f8', 'fortran_order': true, 'shape': (2, 3), }", "cannot be read"),
            ("{'descr': '<f8', 'shape': (2, 3), }", "lacks `fortran_order`"),
            ("{'fortran_order': True, 'shape': (2, 3), }", "lacks `descr`"),
            ("{'descr': '<f8', 'fortran_order': True}", "lacks `shape`"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (6)}", "no tuple"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': [2, 3]}", "no tuple"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3.0)}", "cannot be read"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2, -3)}", "something else"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), 'more': 1}", "unknown key"),
            (
                "{'descr': '<f8', 'fortran_order': True, 'fortran_order': False, 'shape': (2, 3)}",
                "twice"
            ),
            (
                "{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (3,)}",
                "several fields"
            ),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3)", "cannot be read"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3)} x", "cannot be read"),
            ("{'descr': '<f8' 'fortran_order': True, 'shape': (2, 3)}", "cannot be read"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': (2,, 3)}", "cannot be read"),
            ("{'descr': '<c16', 'fortran_order': True, 'shape': (3,)}", "holds `<c16`"),
            ("{'descr': '>f8', 'fortran_order': True, 'shape': (3,)}", "astype('<f8')"),
            ("{'descr': '|O', 'fortran_order': True, 'shape': (3,)}", "holds `|O`"),
            ("{'descr': '<f8', 'fortran_order': True, 'shape': ()}", "the shape"),
            ("", "cannot be read"), ("[]", "no dictionary"),
        ])
    func whatNumPyRefusesIsRefused(header: String, words: String) {
        let error = #expect(throws: TableError.self) {
            try NumPyTable.read(file(header), columns: nil)
        }
        #expect(error?.message.contains(words) == true, "\(header): \(error?.message ?? "")")
    }

    @Test func otherVersionsAreNamed() {
        let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }"
        for (version, minor): (UInt8, UInt8) in [(0, 0), (4, 0), (1, 1)] {
            let error = #expect(throws: TableError.self) {
                try NumPyTable.read(file(header, version: version, minor: minor), columns: nil)
            }
            #expect(error?.message.contains("version \(version).\(minor)") == true)
        }
    }
}
