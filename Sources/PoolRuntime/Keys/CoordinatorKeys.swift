// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import PoolCore
public import ZeroMQ

/// A coordinator's folder of keys: `coordinator.yaml` (its own pair, mode 0600) and `allow-list`
/// (who may connect; nobody else may write it).
public struct CoordinatorKeys: Sendable {
    /// The folder.
    public let folder: String
    /// The coordinator's own pair.
    public let keys: CurveKeyPair
    /// Where peers connect, as connection files say it; nil where that was not told.
    public let endpoint: String?
    /// Who may connect, as of the reading.
    public let allowList: AllowList
    /// What tells that the list has changed.
    let stamp: GuardedFile.Stamp

    /// The path of the allow-list.
    public var allowListPath: String { folder + "/allow-list" }
    /// What signs the coordinator's results.
    public var signer: ResultSigner { ResultSigner(secret: keys.revealSecretZ85()) }
    /// The coordinator's public key, as 40 characters.
    public var publicKey: String { keys.publicKey.z85 }
    private static let fields = ["endpoint", "public-key", "secret-key"]

    /// Makes a folder with a new pair and an allow-list that lets nobody in.
    ///
    /// - Throws: `SecurityError` where there is one already: its peers would not know the new key.
    public static func create(folder: String, endpoint: String?) throws(SecurityError) {
        if let endpoint { try Endpoint.check(endpoint, place: "--endpoint") }
        let pair = try generate()
        try GuardedFile.makeFolder(folder)
        let fields =
            (endpoint.map { [("endpoint", $0)] } ?? []) + [
                ("public-key", pair.publicKey.z85), ("secret-key", pair.revealSecretZ85()),
            ]
        try GuardedFile.create(
            folder + "/coordinator.yaml", .secret,
            KeyDocument.text(
                comment: [
                    "The coordinator's own keys. Keep them secret; peers know the public one."
                ],
                fields))
        // A list that is there already stays: it may have been brought from elsewhere.
        if GuardedFile.stamp(folder + "/allow-list") == nil {
            try GuardedFile.create(folder + "/allow-list", .trusted, AllowList.header)
        }
    }

    /// Makes the folder's keys unless they are there.
    ///
    /// - Parameters:
    ///   - folder: where they are kept.
    ///   - endpoint: where peers reach the coordinator, for their files; nil where nobody says.
    ///   - mustBeNew: whether it is an error that they are.
    /// - Throws: `SecurityError` where they are there and must be new, or cannot be written.
    /// - Returns: whether they were made.
    public static func makeUnlessThere(
        folder: String, endpoint: String?, mustBeNew: Bool
    ) throws(SecurityError) -> Bool {
        if !mustBeNew, GuardedFile.stamp(folder + "/coordinator.yaml") != nil { return false }
        try create(folder: folder, endpoint: endpoint)
        return true
    }

    /// Writes the public key of results to `results.pub`, unless it is there.
    ///
    /// - Throws: `SecurityError` where the file cannot be written.
    /// - Returns: the file's path.
    public func publishResultKey() throws(SecurityError) -> String {
        let path = folder + "/results.pub"
        if GuardedFile.stamp(path) == nil {
            try GuardedFile.create(path, .trusted, signer.publicKey + "\n")
        }
        return path
    }

    /// Reads a folder of keys.
    ///
    /// - Throws: `SecurityError` where a file is missing, wrong, or open to others.
    public static func load(_ folder: String) throws(SecurityError) -> CoordinatorKeys {
        let path = folder + "/coordinator.yaml"
        let file = try GuardedFile.read(path, .secret, limit: KeyDocument.bytesLimit)
        let document = try KeyDocument(
            file.bytes, path: path, keys: fields, required: ["public-key", "secret-key"])
        if let endpoint = document["endpoint"] {
            try Endpoint.check(endpoint, place: path, shows: false)
        }
        let list = try readAllowList(folder + "/allow-list")
        return CoordinatorKeys(
            folder: folder, keys: try document.keyPair(), endpoint: document["endpoint"],
            allowList: list.list, stamp: list.stamp)
    }

    /// Makes a peer's key, its connection file, and its line in the allow-list.
    ///
    /// - Parameters:
    ///   - role: what the peer may do.
    ///   - name: what it is called, 1 to 64 characters.
    ///   - endpoint: where the coordinator is reached; nil for what the folder says.
    ///   - path: the connection file to be made; nil for `ROLE-NAME.yaml` in the folder.
    ///   - owns: earlier clients whose jobs the peer has too, by name in the list or by public key.
    /// - Returns: the path of the connection file.
    /// - Throws: `SecurityError` where the name is none or taken, the file is there already, an
    ///   earlier client is unknown, or nobody said where the coordinator is; nothing has changed then.
    public func admit(
        _ role: Role, name: String, endpoint: String? = nil, path: String? = nil,
        owns: [String] = []
    ) throws(SecurityError) -> String {
        guard PeerIdentity.isName(name) else {
            throw SecurityError(
                .usage, place: "--\(role.rawValue)", "`\(name)` is not a name",
                remedy: "use 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with . or -")
        }
        guard let endpoint = endpoint ?? self.endpoint else {
            throw SecurityError(
                .usage, place: "--endpoint", "nobody said where the coordinator is reached",
                remedy: "add --endpoint tcp://HOST:PORT")
        }
        try Endpoint.check(endpoint, place: "--endpoint")
        let pair = try Self.generate()
        let connection = ConnectionFile(
            role: role, name: name, endpoint: endpoint, serverKey: keys.publicKey, keys: pair)
        guard let key = PublicKey(bytes: pair.publicKey.bytes) else {
            preconditionFailure("a CURVE key has 32 bytes")
        }
        let target = path ?? "\(folder)/\(role.rawValue)-\(name).yaml"
        let place = allowListPath
        var made = false
        do throws(SecurityError) {
            try GuardedFile.append(place, limit: AllowList.bytesLimit) {
                (bytes) throws(SecurityError) in
                let list = try AllowList(bytes, place: place)
                if let other = list.peer(named: name) {
                    throw SecurityError(
                        .taken, place: place, "\(other) is there already",
                        remedy: "choose another name, or delete its line to revoke it")
                }
                let line = PeerIdentity(
                    role: role, name: name, key: key,
                    earlier: try Self.earlier(owns, of: list, place: place)
                ).line
                // The line as it will be read: what is wrong with it is wrong before it is written.
                _ = try AllowList(Array(line.utf8), place: place)
                try GuardedFile.create(target, .secret, connection.text)
                made = true
                return line
            }
        } catch {
            if made { try? FileManager.default.removeItem(atPath: target) }
            throw error
        }
        return target
    }

    /// The keys that names of a list, or keys, stand for, with those that came before them.
    private static func earlier(
        _ owns: [String], of list: AllowList, place: String
    ) throws(SecurityError) -> [PublicKey] {
        var keys: [PublicKey] = []
        for each in owns {
            let peer = list.peer(named: each) ?? PublicKey(each).flatMap { list.peers[$0] }
            if let peer, peer.role != .client {
                throw SecurityError(
                    .usage, place: "--owns", "\(peer) has no jobs of its own",
                    remedy: "name a client of \(place)")
            }
            guard let key = peer?.key ?? PublicKey(each) else {
                throw SecurityError(
                    .usage, place: "--owns", "`\(each)` is neither a name in \(place) nor a key",
                    remedy: "give the `public-key` of the earlier connection file")
            }
            for next in [key] + (peer?.earlier ?? []) where !keys.contains(next) {
                keys.append(next)
            }
        }
        return keys
    }

    static func readAllowList(
        _ path: String
    ) throws(SecurityError) -> (list: AllowList, stamp: GuardedFile.Stamp) {
        let file = try GuardedFile.read(path, .trusted, limit: AllowList.bytesLimit)
        return (try AllowList(file.bytes, place: path), file.stamp)
    }

    private static func generate() throws(SecurityError) -> CurveKeyPair {
        do throws(ZeroMQError) {
            return try CurveKeyPair.generate()
        } catch {
            throw SecurityError(.plaintext, place: "", error.reason, remedy: error.remedy)
        }
    }
}
