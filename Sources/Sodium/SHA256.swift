// SPDX-License-Identifier: Apache-2.0
internal import CSodium

/// SHA-256 (FIPS 180-4), computed by libsodium.
///
/// **Determinism.** The same bytes give the same hash, in whatever pieces they come.
/// **Complexity.** Linear in the bytes; memory constant.
public struct SHA256: Sendable {
    /// Bytes of a hash.
    public static let bytes = 32

    private var state = crypto_hash_sha256_state()

    /// The hash of no bytes yet.
    public init() {
        let failure = unsafe crypto_hash_sha256_init(&state)
        precondition(failure == 0, "libsodium's SHA-256 cannot fail")
    }

    /// Adds bytes to what is hashed.
    public mutating func update(_ data: [UInt8]) {
        let failure = unsafe crypto_hash_sha256_update(&state, data, UInt64(data.count))
        precondition(failure == 0, "libsodium's SHA-256 cannot fail")
    }

    /// Adds a text's UTF-8.
    public mutating func update(_ text: String) { update(Array(text.utf8)) }

    /// The 32 bytes of the hash of all that was added; more may be added after.
    public func finalized() -> [UInt8] {
        var copy = state
        var result = [UInt8](repeating: 0, count: Self.bytes)
        let failure = unsafe crypto_hash_sha256_final(&copy, &result)
        precondition(failure == 0, "libsodium's SHA-256 cannot fail")
        return result
    }

    /// The hash of bytes at once.
    public static func hash(_ data: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data)
        return hash.finalized()
    }

    /// Bytes as lower-case hexadecimal digits.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
