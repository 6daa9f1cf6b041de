// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import ZeroMQ

/// The one file that a worker, client or administrator needs: where the coordinator is, its key,
/// and a key pair of one's own. Mode 0600.
public struct ConnectionFile: Sendable, Hashable {
    /// What the key may do; the coordinator's allow-list decides, this is for people.
    public var role: Role
    /// The name in the allow-list.
    public var name: String
    /// Where the coordinator is reached.
    public var endpoint: String
    /// The coordinator's key.
    public var serverKey: CurvePublicKey
    /// The pair of whoever uses the file.
    public var keys: CurveKeyPair

    private static let fields = [
        "role", "name", "endpoint", "server-key", "public-key", "secret-key",
    ]

    /// A connection.
    public init(
        role: Role, name: String, endpoint: String, serverKey: CurvePublicKey, keys: CurveKeyPair
    ) {
        self.role = role
        self.name = name
        self.endpoint = endpoint
        self.serverKey = serverKey
        self.keys = keys
    }

    /// Reads a connection file.
    ///
    /// - Throws: `SecurityError` where it cannot be read, others may read it, or its content is
    ///   wrong; the message never shows the secret.
    public init(path: String) throws(SecurityError) {
        let file = try GuardedFile.read(path, .secret, limit: KeyDocument.bytesLimit)
        try self.init(file.bytes, path: path)
    }

    /// Reads a connection file's content: any bytes.
    init(_ bytes: [UInt8], path: String) throws(SecurityError) {
        let document = try KeyDocument(
            bytes, path: path, keys: Self.fields, required: Self.fields)
        guard let role = document["role"].flatMap(Role.init(rawValue:)) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw document.wrong("role", "expected one of \(roles)")
        }
        self.role = role
        name = document["name"] ?? ""
        guard PeerIdentity.isName(name) else { throw document.wrong("name", "not a name") }
        endpoint = document["endpoint"] ?? ""
        try Endpoint.check(endpoint, place: path, shows: false)
        serverKey = try document.publicKey("server-key")
        keys = try document.keyPair()
    }

    /// Writes the file, for its owner alone.
    ///
    /// - Throws: `SecurityError` where there is such a file already, it cannot be made, or the
    ///   endpoint is none.
    public func write(to path: String) throws(SecurityError) {
        try Endpoint.check(endpoint, place: "--endpoint")
        try GuardedFile.create(path, .secret, text)
    }

    /// The file's content.
    var text: String {
        KeyDocument.text(
            comment: [
                "How the \(role.rawValue) \(name) reaches its coordinator. Keep it secret:",
                "whoever has this file is \(name). QPOOL_CONNECT or --connect names it.",
            ],
            [
                ("role", role.rawValue), ("name", name), ("endpoint", endpoint),
                ("server-key", serverKey.z85), ("public-key", keys.publicKey.z85),
                ("secret-key", keys.revealSecretZ85()),
            ])
    }

    /// The way to the coordinator that a flag, else `QPOOL_CONNECT`, else the usual address names.
    ///
    /// - Parameters:
    ///   - flag: what `--connect` was given: a connection file, or an endpoint for plain TCP.
    ///   - origin: where `flag` stands, if that is another place.
    ///   - environment: the process's environment; `QPOOL_ALLOW_PLAINTEXT=1` is the flag below.
    ///   - allowPlaintext: whether an endpoint beyond this machine is taken without encryption.
    /// - Throws: `SecurityError` where the file cannot be read or is open to others, the endpoint
    ///   is malformed, or it is beyond this machine and nobody allowed plain TCP.
    public static func resolve(
        flag: String?, environment: [String: String], allowPlaintext: Bool = false,
        origin: String? = nil
    ) throws(SecurityError) -> Connection {
        let variable = environment["QPOOL_CONNECT"].flatMap { $0.isEmpty ? nil : $0 }
        let place = origin ?? (flag != nil ? "--connect" : "QPOOL_CONNECT")
        var target = flag ?? variable ?? Endpoint.usual
        // A file may have such a name too.
        if target.contains("://") || GuardedFile.stamp(target) == nil {
            target = Endpoint.completed(target)
        }
        guard target.contains("://") else {
            let file = try ConnectionFile(path: target)
            return Connection(
                endpoint: file.endpoint,
                security: .curveClient(CurveClient(serverKey: file.serverKey, keys: file.keys)),
                role: file.role, identity: "\(file.role.rawValue) \(file.name)", warning: nil)
        }
        try Endpoint.check(target, place: place)
        var warning: String?
        if !Endpoint.isLocal(target) {
            guard allowPlaintext || environment["QPOOL_ALLOW_PLAINTEXT"] == "1" else {
                throw SecurityError(
                    .plaintext, place: place,
                    "\(target) is beyond this machine, and an endpoint alone has no encryption",
                    remedy: "give a connection file (`qpool keygen` makes it), or add "
                        + "--allow-plaintext where the network itself is trusted")
            }
            warning =
                "plain TCP to \(target): anybody on the way can read, change and forge messages"
        }
        return Connection(
            endpoint: target, security: .plain(), role: nil, identity: nil, warning: warning)
    }
}

/// A way to a coordinator.
public struct Connection: Sendable, Hashable {
    /// Where it is.
    public var endpoint: String
    /// How it and we know one another.
    public var security: Security
    /// What our key may do, as its file says; nil where nobody asks who we are.
    public var role: Role?
    /// `worker rack1`; nil where nobody asks who we are.
    public var identity: String?
    /// What to tell the user before connecting.
    public var warning: String?
}

extension KeyDocument {
    func publicKey(_ field: String) throws(SecurityError) -> CurvePublicKey {
        do throws(ZeroMQError) {
            return try CurvePublicKey(z85: self[field] ?? "")
        } catch {
            throw wrong(field, error.reason, remedy: error.remedy)
        }
    }

    /// The pair of `public-key` and `secret-key`, which must belong together.
    func keyPair() throws(SecurityError) -> CurveKeyPair {
        let pair: CurveKeyPair
        do throws(ZeroMQError) {
            pair = try CurveKeyPair(secretZ85: self["secret-key"] ?? "")
        } catch {
            throw wrong("secret-key", error.reason, remedy: error.remedy)
        }
        guard try publicKey("public-key") == pair.publicKey else {
            throw wrong("public-key", "it does not belong to the secret key")
        }
        return pair
    }
}
