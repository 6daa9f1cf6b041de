// SPDX-License-Identifier: Apache-2.0

/// Why bytes could not be read: what was expected there.
public struct DecodingFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var reason: String
    /// A failure.
    public init(_ reason: String) { self.reason = reason }
    /// The reason.
    public var description: String { reason }
}

/// Writes little-endian fields one after another.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }
    mutating func write(_ value: UInt8) { bytes.append(value) }
    mutating func write(_ value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
    mutating func write(_ value: UInt64) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 32))
        bytes.append(UInt8(truncatingIfNeeded: value >> 40))
        bytes.append(UInt8(truncatingIfNeeded: value >> 48))
        bytes.append(UInt8(truncatingIfNeeded: value >> 56))
    }
    mutating func write(_ value: Double) { write(value.bitPattern) }
    mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }
    mutating func write(count: Int) { write(UInt64(count)) }
    mutating func write(_ value: [UInt8]) {
        write(count: value.count)
        bytes.append(contentsOf: value)
    }
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

/// Reads what ``ByteWriter`` wrote. Bytes from outside may hold anything: every read is checked.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    var remaining: Int { bytes.count - position }

    private func need(_ count: Int) throws(DecodingFailure) {
        if count > remaining {
            throw DecodingFailure("the data ends early: \(count) bytes expected, \(remaining) left")
        }
    }

    mutating func byte() throws(DecodingFailure) -> UInt8 {
        try need(1)
        defer { position += 1 }
        return bytes[position]
    }
    mutating func word32() throws(DecodingFailure) -> UInt32 {
        try need(4)
        var value: UInt32 = 0
        for i in 0..<4 { value |= UInt32(bytes[position + i]) << UInt32(8 * i) }
        position += 4
        return value
    }
    mutating func word() throws(DecodingFailure) -> UInt64 {
        try need(8)
        var value: UInt64 = 0
        for i in 0..<8 { value |= UInt64(bytes[position + i]) << UInt64(8 * i) }
        position += 8
        return value
    }
    mutating func double() throws(DecodingFailure) -> Double {
        Double(bitPattern: try word())
    }
    mutating func bool() throws(DecodingFailure) -> Bool {
        let value = try byte()
        guard value < 2 else { throw DecodingFailure("a truth value must be 0 or 1") }
        return value == 1
    }
    /// A count of things that take at least `bytesEach`, no more than `limit`.
    mutating func count(
        limit: Int, bytesEach: Int, of name: String
    ) throws(DecodingFailure) -> Int {
        let value = try word()
        guard value <= UInt64(limit) else {
            throw DecodingFailure("\(value) \(name), at most \(limit) are allowed")
        }
        // No memory is taken for what is not there.
        try need(Int(value) * bytesEach)
        return Int(value)
    }
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
    mutating func blob(limit: Int, of name: String) throws(DecodingFailure) -> [UInt8] {
        let length = try count(limit: limit, bytesEach: 1, of: name)
        defer { position += length }
        return Array(bytes[position..<position + length])
    }
    /// Checks that nothing is left.
    func finish() throws(DecodingFailure) {
        if remaining != 0 { throw DecodingFailure("\(remaining) bytes too many") }
    }
}
