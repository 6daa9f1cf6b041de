// SPDX-License-Identifier: Apache-2.0

/// The peers that a coordinator lets in, by public key.
///
/// As a file: a line a peer, `role name key`, separated by blanks; after a client's key `owns` and
/// further keys, whose jobs are its own too. A line that begins with `#` is a comment. To revoke a
/// peer, delete its line.
public struct AllowList: Sendable, Hashable {
    /// The peers by key.
    public private(set) var peers: [PublicKey: PeerIdentity] = [:]

    /// The most peers of a list.
    public static let peersLimit = 100_000
    /// The largest list, in bytes.
    public static let bytesLimit = 16 << 20

    /// A list that lets nobody in.
    public init() {}

    /// Reads a list whole, or not at all.
    ///
    /// - Parameters:
    ///   - bytes: the file's content: any bytes.
    ///   - place: the file's name, for errors.
    /// - Throws: ``SecurityError`` with the first line that is wrong: not three words, an unknown
    ///   role, a name or key that is none or stands there twice.
    ///
    /// **Complexity**: O(bytes).
    public init(_ bytes: [UInt8], place: String) throws(SecurityError) {
        guard bytes.count <= Self.bytesLimit else {
            throw SecurityError(
                .content, place: place,
                "the allow-list has \(bytes.count) bytes; the most is \(Self.bytesLimit)",
                remedy: "remove peers, or let machines of one kind share a key")
        }
        var lineOfName: [String: Int] = [:]
        var lineOfKey: [PublicKey: Int] = [:]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (position, line) in lines.enumerated() {
            let number = position + 1
            let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
            func wrong(_ message: String, _ remedy: String) -> SecurityError {
                SecurityError(.content, place: place, line: number, message, remedy: remedy)
            }
            guard words.count == 3 || words.count > 4 && words[3].elementsEqual("owns".utf8) else {
                throw wrong(
                    "\(words.count) words on the line, 3 expected",
                    "write `role name key`, or `client name key owns key`; comments are lines that "
                        + "begin with #")
            }
            guard let role = Role(rawValue: String(decoding: first, as: UTF8.self)) else {
                throw wrong(
                    "unknown role", "write \(Role.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            let name = String(decoding: words[1], as: UTF8.self)
            guard PeerIdentity.isName(name) else {
                throw wrong("not a name", "use 1 to 64 of A-Z a-z 0-9 . _ -")
            }
            guard let key = PublicKey(z85: words[2]) else {
                throw wrong(
                    "not a public key", "copy the 40 characters that `qpool keygen` printed")
            }
            if let earlier = lineOfName.updateValue(number, forKey: name) {
                throw wrong("\(name) stands on line \(earlier) already", "delete one of them")
            }
            if let earlier = lineOfKey.updateValue(number, forKey: key) {
                throw wrong(
                    "the key of \(name) stands on line \(earlier) already", "delete one of them")
            }
            var earlier: [PublicKey] = []
            for word in words.dropFirst(4) {
                guard let each = PublicKey(z85: word) else {
                    throw wrong(
                        "not a public key after `owns`",
                        "copy the 40 characters of `public-key:` in the earlier connection file")
                }
                earlier.append(each)
            }
            guard earlier.isEmpty || role == .client else {
                throw wrong(
                    "the role \(role.rawValue) owns no jobs",
                    "end the line after its key: workers have none, administrators see all")
            }
            guard earlier.count <= PeerIdentity.earlierLimit else {
                throw wrong(
                    "\(earlier.count) keys after `owns`; the most is \(PeerIdentity.earlierLimit)",
                    "leave out keys whose jobs are gone")
            }
            peers[key] = PeerIdentity(role: role, name: name, key: key, earlier: earlier)
            guard peers.count <= Self.peersLimit else {
                throw wrong(
                    "more than \(Self.peersLimit) peers", "let machines of one kind share a key")
            }
        }
    }

    /// The peer that has this name.
    ///
    /// **Complexity**: O(peers).
    public func peer(named name: String) -> PeerIdentity? {
        peers.values.first { $0.name == name }
    }

    /// The comment at the top of a new list.
    public static let header = """
        # Who may connect to this coordinator: role name key. `qpool keygen` adds lines.
        # To revoke a peer, delete its line: within seconds it is not served any more.

        """
}
