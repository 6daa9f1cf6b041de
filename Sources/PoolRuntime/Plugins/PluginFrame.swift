// SPDX-License-Identifier: Apache-2.0

/// The frames of a plugin's standard streams, as `docs/plugins.md` tells: a header of 16 bytes, then
/// the payload. Numbers are little-endian.
enum PluginFrame {
    enum Kind: UInt16 {
        case hello = 1
        case ready = 2
        case batch = 3
        case results = 4
        case error = 5
    }

    /// `QPLG`.
    private static let magic: [UInt8] = [0x51, 0x50, 0x4C, 0x47]
    static let headerBytes = 16

    static func header(_ kind: Kind, bytes: Int) -> [UInt8] {
        var frame = magic
        append(UInt64(kind.rawValue), bytes: 2, to: &frame)
        append(1, bytes: 2, to: &frame)
        append(UInt64(bytes), bytes: 8, to: &frame)
        return frame
    }

    /// What stands before the columns of a batch.
    static func batch(sequence: UInt64, lanes: Int, dimension: Int) -> [UInt8] {
        var frame = header(.batch, bytes: 16 + 8 * lanes * dimension)
        append(sequence, bytes: 8, to: &frame)
        append(UInt64(lanes), bytes: 4, to: &frame)
        append(UInt64(dimension), bytes: 4, to: &frame)
        return frame
    }

    /// The payload's length, nil where it is not a header of that kind.
    static func length(_ frame: [UInt8], kind: Kind) -> Int? {
        guard frame.count >= headerBytes, frame.starts(with: magic),
            word(frame, at: 4, bytes: 2) == UInt64(kind.rawValue), word(frame, at: 6, bytes: 2) == 1
        else { return nil }
        return Int(exactly: word(frame, at: 8)).flatMap { $0 <= 1 << 32 ? $0 : nil }
    }

    /// Whether results are the answer to a batch.
    static func answers(_ frame: [UInt8], sequence: UInt64, lanes: Int) -> Bool {
        word(frame, at: headerBytes) == sequence
            && word(frame, at: headerBytes + 8, bytes: 4) == UInt64(lanes)
    }

    static func word(_ frame: [UInt8], at position: Int, bytes: Int = 8) -> UInt64 {
        var word: UInt64 = 0
        for byte in 0..<bytes { word |= UInt64(frame[position + byte]) << UInt64(8 * byte) }
        return word
    }

    private static func append(_ word: UInt64, bytes: Int, to frame: inout [UInt8]) {
        for byte in 0..<bytes { frame.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) }
    }
}
