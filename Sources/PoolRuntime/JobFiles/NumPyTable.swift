// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer

/// Reads a table of numbers from a `.npy` file: an array of one dimension is a column, one of two has a
/// row for each sample.
///
/// Little-endian floating-point numbers of 4 and 8 bytes, whole numbers of 1 to 8 and truth values,
/// in rows or in columns. Format versions 1 to 3.
enum NumPyTable {
    /// Reads the columns that `wanted` names by number, or all of them. Any bytes may come.
    static func read(_ data: Data, columns wanted: [String]?) throws(TableError) -> DataTable {
        func wrong(_ what: String) -> TableError { TableError(message: what) }
        let bytes = [UInt8](data)
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw wrong("is not a NumPy file")
        }
        let wide = bytes[6] >= 2
        let start = wide ? 12 : 10
        let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        guard (1...3).contains(bytes[6]), start + length <= bytes.count else {
            throw wrong("has a header of another format")
        }
        let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let kind = text("descr", header), let shape = shape(header) else {
            throw wrong("has a header that cannot be read: plain arrays of numbers can")
        }
        guard let read = reader(kind) else {
            throw wrong(
                "holds `\(kind)`; little-endian numbers can be read: save it as array.astype('<f8')"
            )
        }
        let isByColumns = header.contains("'fortran_order': True")
        let rows = shape[0]
        let width = shape.count == 2 ? shape[1] : 1
        guard rows > 0, width > 0, shape.count <= 2, rows <= BaseLimits.rows,
            width <= BaseLimits.dimension
        else { throw wrong("has the shape \(shape): rows of numbers are expected") }
        let first = start + length
        guard bytes.count - first >= rows * width * read.bytes else {
            throw wrong("ends early: \(rows) × \(width) numbers are announced")
        }
        var places = Array(0..<width)
        if let wanted {
            places = []
            for name in wanted {
                guard let place = Int(name), (0..<width).contains(place) else {
                    throw wrong("has columns 0 to \(width - 1), and none `\(name)`")
                }
                if !places.contains(place) { places.append(place) }
            }
        }
        let columns = places.map { column in
            (0..<rows).map { row in
                let number = isByColumns ? column * rows + row : row * width + column
                return read.value(bytes, first + number * read.bytes)
            }
        }
        // Columns that were chosen keep their numbers as names.
        let names = wanted == nil ? [] : places.map { "\($0)" }
        return DataTable(columnNames: names, columns: columns)
    }

    private static func text(_ key: String, _ header: String) -> String? {
        guard let found = header.range(of: "'\(key)': '") else { return nil }
        return header[found.upperBound...].split(separator: "'").first.map(String.init)
    }

    private static func shape(_ header: String) -> [Int]? {
        guard let found = header.range(of: "'shape': ("),
            let end = header[found.upperBound...].firstIndex(of: ")")
        else { return nil }
        let parts = header[found.upperBound..<end].split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let numbers = parts.compactMap { Int($0) }.filter { $0 >= 0 && $0 <= 1 << 40 }
        return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
    }

    private static func reader(
        _ kind: String
    ) -> (bytes: Int, value: ([UInt8], Int) -> Double)? {
        func word(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
        func signed(_ count: Int) -> (bytes: Int, value: ([UInt8], Int) -> Double) {
            let shift = UInt64(64 - 8 * count)
            return (
                count,
                { Double(Int64(bitPattern: word($0, $1, count) << shift) >> Int64(shift)) }
            )
        }
        func plain(_ count: Int) -> (bytes: Int, value: ([UInt8], Int) -> Double) {
            (count, { Double(word($0, $1, count)) })
        }
        switch kind {
        case "<f8": return (8, { Double(bitPattern: word($0, $1, 8)) })
        case "<f4":
            return (4, { Double(Float(bitPattern: UInt32(word($0, $1, 4)))) })
        case "|b1", "|u1": return plain(1)
        case "<u2": return plain(2)
        case "<u4": return plain(4)
        case "<u8": return plain(8)
        case "|i1": return signed(1)
        case "<i2": return signed(2)
        case "<i4": return signed(4)
        case "<i8": return signed(8)
        default: return nil
        }
    }
}
