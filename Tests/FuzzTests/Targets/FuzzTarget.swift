// SPDX-License-Identifier: Apache-2.0

/// Something of the pool that reads bytes from outside, as a function of bytes alone.
///
/// libFuzzer calls it with inputs of its own (`ops/fuzz`), and the suite with every file of
/// `Corpus/NAME` (``CorpusTests``). A trap, a hang or a thrown ``Finding`` is a bug.
struct FuzzTarget: Sendable {
    /// Its name: that of its folder in the corpus.
    let name: String
    /// The longest input worth trying.
    let maximumBytes: Int
    /// Inputs to start from, made by the code that writes such bytes.
    let seeds: @Sendable () throws -> [Seed]
    /// Reads an input; whether it was taken, rather than refused with an error.
    let run: @Sendable ([UInt8]) throws -> Bool

    /// An input to start from.
    struct Seed {
        let name: String
        let bytes: [UInt8]
    }

    /// What must not be, without being a trap.
    struct Finding: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// All of them.
    static let all: [FuzzTarget] = [
        .frames, .coordinator, .worker, .client, .round, .partial, .snapshot, .job, .formula,
        .table, .verify, .stored, .keys, .zap,
    ]
}

/// Takes an input apart. Past its end there are zeros and empty blocks, so that any bytes are an
/// input.
struct FuzzReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func byte() -> UInt8 {
        guard !isAtEnd else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func word16() -> Int { Int(byte()) | Int(byte()) << 8 }

    mutating func word64() -> UInt64 {
        (0..<8 as Range<UInt64>).reduce(0) { $0 | UInt64(byte()) << (8 * $1) }
    }

    /// Bytes after their 16-bit length.
    mutating func block() -> [UInt8] {
        let count = word16()
        let start = min(position, bytes.count)
        let end = min(start + count, bytes.count)
        position = end
        return Array(bytes[start..<end])
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { position = bytes.count }
        return Array(bytes[min(position, bytes.count)...])
    }
}

/// Puts an input together, as ``FuzzReader`` takes it apart.
struct FuzzWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }
    mutating func word16(_ value: Int) {
        bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    mutating func word64(_ value: UInt64) {
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
    mutating func block(_ value: [UInt8]) {
        word16(value.count)
        bytes += value
    }
    mutating func rest(_ value: [UInt8]) { bytes += value }

    /// The bytes that a closure writes.
    static func bytes(_ write: (inout FuzzWriter) -> Void) -> [UInt8] {
        var writer = FuzzWriter()
        write(&writer)
        return writer.bytes
    }
}
