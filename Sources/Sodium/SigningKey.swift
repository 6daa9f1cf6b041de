// SPDX-License-Identifier: Apache-2.0
internal import CSodium

/// A secret key of Ed25519 (RFC 8032), by libsodium.
///
/// **Determinism.** A key signs the same bytes with the same signature.
public struct SigningKey: Sendable {
    /// Bytes of what a key is made of, and of a public key.
    public static let bytes = 32
    /// Bytes of a signature.
    public static let signatureBytes = 64

    private let secret: [UInt8]
    /// The 32 bytes by which others check.
    public let publicKey: [UInt8]

    /// The key of 32 secret bytes.
    public init(seed: [UInt8]) {
        precondition(seed.count == Self.bytes, "a signing key is made of 32 bytes")
        var secret = [UInt8](repeating: 0, count: 64)
        var publicKey = [UInt8](repeating: 0, count: Self.bytes)
        let failure = unsafe crypto_sign_seed_keypair(&publicKey, &secret, seed)
        precondition(failure == 0, "libsodium's Ed25519 cannot fail")
        self.secret = secret
        self.publicKey = publicKey
    }

    /// The signature of bytes.
    public func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Self.signatureBytes)
        let failure = unsafe crypto_sign_detached(
            &signature, nil, message, UInt64(message.count), secret)
        precondition(failure == 0, "libsodium's Ed25519 cannot fail")
        return signature
    }

    /// Whether a signature of bytes was made with the secret of a public key. Of wrong lengths none was.
    public static func isValid(
        _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
    ) -> Bool {
        guard signature.count == signatureBytes, publicKey.count == bytes else { return false }
        return unsafe crypto_sign_verify_detached(
            signature, message, UInt64(message.count), publicKey) == 0
    }
}
