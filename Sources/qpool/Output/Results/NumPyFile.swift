// SPDX-License-Identifier: Apache-2.0
import Foundation

/// NumPy's `.npy` format, version 1.0: a little-endian float64 matrix in C order.
///
/// Reference: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays".
enum NumPyFile {
    /// The file's bytes. Every row must have `columns` values.
    static func encode(rows: [[Double]], columns: Int) -> Data {
        var header =
            "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows.count), \(columns)), }"
        let prefix = 10
        let padded = (prefix + header.utf8.count + 1 + 63) / 64 * 64
        header += String(repeating: " ", count: padded - prefix - header.utf8.count - 1) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        let length = UInt16(header.utf8.count)
        bytes += [UInt8(length & 0xff), UInt8(length >> 8)]
        bytes += Array(header.utf8)
        bytes.reserveCapacity(bytes.count + rows.count * columns * 8)
        for row in rows {
            for value in row {
                var bits = value.bitPattern
                for _ in 0..<8 {
                    bytes.append(UInt8(truncatingIfNeeded: bits))
                    bits >>= 8
                }
            }
        }
        return Data(bytes)
    }
}
