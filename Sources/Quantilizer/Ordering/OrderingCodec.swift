// SPDX-License-Identifier: Apache-2.0

/// Keys and ranges as bytes.
extension ByteWriter {
    mutating func write(_ key: Key) {
        write(key.bits)
        write(key.label)
        write(key.index)
    }
    mutating func write(_ range: DyadicRange) {
        write(range.start)
        write(UInt8(range.level))
    }
}

extension ByteReader {
    mutating func key() throws(DecodingFailure) -> Key {
        Key(bits: try word(), label: try word(), index: try word())
    }
    mutating func dyadicRange() throws(DecodingFailure) -> DyadicRange {
        let start = try word()
        let level = Int(try byte())
        guard let range = DyadicRange(start: start, level: level) else {
            throw DecodingFailure("\(start) at level \(level) is not an aligned dyadic range")
        }
        return range
    }
}
