// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import Sodium

/// The key with which a coordinator signs results, so that whoever has its public part can tell that a
/// document is as the coordinator gave it away.
///
/// It says who vouches for a document, not that the numbers are right: for that `verify` computes them.
public struct ResultSigner: Sendable {
    private let key: SigningKey

    /// The key that belongs to a coordinator's secret: SHA-256 over a label and the secret is its seed,
    /// so that nothing else needs to be kept, and neither tells the other.
    public init(secret: String) {
        key = SigningKey(seed: SHA256.hash(Array(("qpool result key 1\n" + secret).utf8)))
    }

    /// The public key, 64 hexadecimal digits.
    public var publicKey: String { SHA256.hexadecimal(key.publicKey) }

    /// A document with its signature, behind the digest.
    func sign(_ document: JSON) -> JSON {
        guard case .object(let members) = document,
            let place = members.firstIndex(where: { $0.0 == "digest" })
        else { return document }
        let signature = JSON.object([
            ("algorithm", .string("ed25519")), ("key", .string(publicKey)),
            (
                "value",
                .string(
                    SHA256.hexadecimal(key.signature(of: ResultSignature.signed(members))))
            ),
        ])
        return .object(
            members[...place] + [(ResultSignature.member, signature)] + members[(place + 1)...])
    }
}

/// The signature that stands in a result document.
public struct ResultSignature: Sendable, Hashable {
    /// The member's name.
    static let member = "signature"

    /// The public key that it says it is of, 64 hexadecimal digits.
    public let key: String
    /// Whether that key signed this document.
    public let isValid: Bool

    /// The signature in a document; nil where there is none.
    init?(in members: [(String, JSON)]) {
        guard let found = members.first(where: { $0.0 == Self.member })?.1 else { return nil }
        guard case .string(let key)? = found["key"], case .string(let value)? = found["value"],
            case .string("ed25519")? = found["algorithm"], case .object(let parts) = found,
            parts.count == 3, let publicKey = Self.bytes(key), let signature = Self.bytes(value)
        else {
            self.key = ""
            isValid = false
            return
        }
        self.key = key
        isValid = SigningKey.isValid(signature, of: Self.signed(members), by: publicKey)
    }

    /// What is signed: all but the signature and the timings, on one line, behind a label.
    static func signed(_ members: [(String, JSON)]) -> [UInt8] {
        let body = members.filter { $0.0 != member && $0.0 != "timings" }
        return Array(("qpool result 1\n" + JSON.object(body).text()).utf8)
    }

    /// Bytes of lower-case hexadecimal digits; nil where they are none.
    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digit(digits[place]), let low = digit(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Whether a text is a public key.
    public static func isKey(_ text: String) -> Bool {
        bytes(text)?.count == SigningKey.bytes
    }
}
