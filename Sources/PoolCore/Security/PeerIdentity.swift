// SPDX-License-Identifier: Apache-2.0

/// Who a peer is, as its key proved.
public struct PeerIdentity: Sendable, Hashable, CustomStringConvertible {
    /// What it may do.
    public var role: Role
    /// Its name in the allow-list.
    public var name: String
    /// The key that it proved to have.
    public var key: PublicKey
    /// Keys before it whose jobs are this peer's too, at most ``earlierLimit``.
    public var earlier: [PublicKey]

    /// The most keys whose jobs one peer has beside those of its own.
    public static let earlierLimit = 16
    /// The most characters of a name.
    public static let nameCharacters = 64

    /// An identity; the name must pass ``isName(_:)``.
    public init(role: Role, name: String, key: PublicKey, earlier: [PublicKey] = []) {
        self.role = role
        self.name = name
        self.key = key
        self.earlier = earlier
    }

    /// Whether a text is a name: 1 to 64 of `[A-Za-z0-9._-]`, not beginning with a dot or a dash.
    public static func isName(_ text: some StringProtocol) -> Bool {
        guard (1...nameCharacters).contains(text.utf8.count), let first = text.utf8.first,
            first != UInt8(ascii: "."), first != UInt8(ascii: "-")
        else { return false }
        return text.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// The identity as ZeroMQ carries it beside every message: `role name key`.
    public var userID: String { "\(role.rawValue) \(name) \(key)" }

    /// Its line in the allow-list: `role name key`, and `owns key…` where it has earlier keys' jobs.
    public var line: String {
        ([userID] + (earlier.isEmpty ? [] : ["owns"] + earlier.map(\.description)))
            .joined(separator: " ")
    }

    /// `worker rack1`.
    public var description: String { "\(role.rawValue) \(name)" }
}
