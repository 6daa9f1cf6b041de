// SPDX-License-Identifier: Apache-2.0

/// A peer's public key: 32 bytes, written as 40 characters of Z85 (ZeroMQ RFC 32).
public struct PublicKey: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A key from its bytes; nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// A key from its text; nil unless it is 40 characters of Z85.
    public init?(z85: some Sequence<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        var word: UInt64 = 0
        var digits = 0
        for character in z85 {
            guard bytes.count < 32, let digit = Self.digit(character) else { return nil }
            word = word * 85 + UInt64(digit)
            digits += 1
            guard digits == 5 else { continue }
            guard let word32 = UInt32(exactly: word) else { return nil }
            for shift in [24, 16, 8, 0] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: word32 >> shift))
            }
            (word, digits) = (0, 0)
        }
        guard digits == 0 else { return nil }
        self.init(bytes: bytes)
    }

    /// A key from its text; nil unless it is 40 characters of Z85.
    public init?(_ text: String) { self.init(z85: text.utf8) }

    /// The 40 characters.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(40)
        for start in stride(from: 0, to: 32, by: 4) {
            let word = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            for power in [52_200_625, 614_125, 7_225, 85, 1] as [UInt32] {
                text.append(Self.alphabet[Int(word / power % 85)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array(
        ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
            + ".-:+=^!/*?&<>()[]{}@%$#").utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }()

    private static func digit(_ character: UInt8) -> UInt8? {
        let value = values[Int(character)]
        return value == 255 ? nil : value
    }
}
