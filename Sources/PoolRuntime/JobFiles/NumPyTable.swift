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
        let header = try NumPyHeader(bytes)
        guard let read = reader(header.kind) else {
            throw wrong(
                "holds `\(header.kind)`; little-endian numbers can be read: save it as "
                    + "array.astype('<f8')")
        }
        let shape = header.shape
        guard (1...2).contains(shape.count), let rows = shape.first, rows > 0,
            rows <= BaseLimits.rows,
            shape.count == 1 || (1...BaseLimits.dimension).contains(shape[1])
        else { throw wrong("has the shape \(shape): rows of numbers are expected") }
        let width = shape.count == 2 ? shape[1] : 1
        let first = header.bytes
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
                let number = header.isByColumns ? column * rows + row : row * width + column
                return read.value(bytes, first + number * read.bytes)
            }
        }
        // Columns that were chosen keep their numbers as names.
        let names = wanted == nil ? [] : places.map { "\($0)" }
        return DataTable(columnNames: names, columns: columns)
    }

    /// How numbers of a kind are read; nil where they are not. Without a sign of their order they are
    /// in this machine's.
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
        var plainKind = kind[...]
        if let order = kind.first, "<=|".contains(order) || order == ">" && kind.hasSuffix("1") {
            plainKind = plainKind.dropFirst()
        }
        switch plainKind {
        case "f8": return (8, { Double(bitPattern: word($0, $1, 8)) })
        case "f4":
            return (4, { Double(Float(bitPattern: UInt32(word($0, $1, 4)))) })
        case "b1", "?", "u1": return plain(1)
        case "u2": return plain(2)
        case "u4": return plain(4)
        case "u8": return plain(8)
        case "i1": return signed(1)
        case "i2": return signed(2)
        case "i4": return signed(4)
        case "i8": return signed(8)
        default: return nil
        }
    }
}
