// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// The public half of a CURVE key pair: 32 bytes, written as 40 characters of Z85.
public struct CurvePublicKey: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A key from its bytes; nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == CurveText.bytes else { return nil }
        self.bytes = bytes
    }

    /// A key from its text.
    ///
    /// - Throws: where the text is not 40 characters of Z85.
    public init(z85: String) throws(ZeroMQError) {
        guard let bytes = CurveText.decode(z85) else { throw CurveText.malformed("public key") }
        self.bytes = bytes
    }

    /// The key as 40 characters of Z85.
    public var z85: String { CurveText.encode(bytes) }
    /// The key as 40 characters of Z85.
    public var description: String { z85 }
}

/// A CURVE key pair (Curve25519). Printing it shows the public half only.
public struct CurveKeyPair: Sendable, Hashable, CustomStringConvertible,
    CustomDebugStringConvertible
{
    /// What others may know.
    public let publicKey: CurvePublicKey
    let secretBytes: [UInt8]

    /// A new pair from the system's source of randomness.
    ///
    /// - Throws: where libzmq was built without CURVE.
    public static func generate() throws(ZeroMQError) -> CurveKeyPair {
        var publicText = [CChar](repeating: 0, count: CurveText.characters + 1)
        var secretText = publicText
        guard unsafe zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw CurveText.unsupported("make key pair")
        }
        return try CurveKeyPair(secretZ85: CurveText.string(secretText))
    }

    /// The pair of a secret key; the public half is computed.
    ///
    /// - Throws: where the text is not 40 characters of Z85, or libzmq was built without CURVE.
    public init(secretZ85: String) throws(ZeroMQError) {
        guard let secret = CurveText.decode(secretZ85) else {
            throw CurveText.malformed("secret key")
        }
        var publicText = [CChar](repeating: 0, count: CurveText.characters + 1)
        guard unsafe zmq_curve_public(&publicText, secretZ85) == 0 else {
            throw CurveText.unsupported("read secret key")
        }
        publicKey = try CurvePublicKey(z85: CurveText.string(publicText))
        secretBytes = secret
    }

    /// The secret half as 40 characters of Z85, for a key file and nothing else.
    public func revealSecretZ85() -> String { CurveText.encode(secretBytes) }

    /// The public half.
    public var description: String { "key pair of \(publicKey)" }
    /// The public half.
    public var debugDescription: String { description }
}

/// What a CURVE client must know before it connects: the server's key, and its own pair.
public struct CurveClient: Sendable, Hashable {
    /// The server that it insists on.
    public var serverKey: CurvePublicKey
    /// Who it is.
    public var keys: CurveKeyPair

    /// A client.
    public init(serverKey: CurvePublicKey, keys: CurveKeyPair) {
        self.serverKey = serverKey
        self.keys = keys
    }
}

/// Z85 of 32-byte keys, by libzmq.
enum CurveText {
    static let bytes = 32
    static let characters = 40

    /// The 32 bytes, nil where the text is anything else. libzmq is asked only about texts of the
    /// right length and alphabet.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count == characters,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: bytes)
        guard unsafe zmq_z85_decode(&bytes, text) != nil else { return nil }
        // Some releases of libzmq take characters outside the alphabet as zero.
        return encode(bytes) == text ? bytes : nil
    }

    static func encode(_ bytes: [UInt8]) -> String {
        precondition(bytes.count == self.bytes)
        var text = [CChar](repeating: 0, count: characters + 1)
        _ = unsafe zmq_z85_encode(&text, bytes, bytes.count)
        return string(text)
    }

    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func malformed(_ what: String) -> ZeroMQError {
        ZeroMQError(
            refusing: "read", what, reason: "it is not 40 characters of Z85",
            remedy: "copy it whole, or make a new one with `qpool keygen`")
    }

    static func unsupported(_ operation: String) -> ZeroMQError {
        ZeroMQError(
            refusing: operation, "", reason: "this libzmq was built without CURVE",
            remedy: "install a libzmq with libsodium")
    }
}
