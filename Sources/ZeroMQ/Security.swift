// SPDX-License-Identifier: Apache-2.0

/// How a socket knows its peers.
///
/// A case says everything that must be set before `bind` or `connect`; the socket applies it, so no
/// caller can forget half of it. A CURVE *server* is not here: only a ``ZAPHandler`` makes one.
public enum Security: Sendable, Hashable {
    /// Nobody is authenticated and nothing is encrypted. Binding it beyond loopback is refused
    /// unless `exposed` says that this is wanted.
    case plain(exposed: Bool = false)
    /// The peer must prove to be the one server that is meant, is told who we are, and all bytes
    /// are encrypted.
    case curveClient(CurveClient)

    /// Throws where this policy may not be bound at `endpoint`.
    func checkBinding(_ endpoint: String) throws(ZeroMQError) {
        switch self {
        case .plain(let exposed):
            guard !exposed, !Self.isLocal(endpoint) else { return }
            throw ZeroMQError(
                refusing: "bind", endpoint,
                reason: "plain TCP beyond loopback lets anybody in",
                remedy: "bind tcp://127.0.0.1:PORT, or say explicitly that plain TCP is wanted")
        case .curveClient:
            throw ZeroMQError(
                refusing: "bind", endpoint, reason: "a CURVE client connects, it does not listen",
                remedy: "make a server with a ZAPHandler")
        }
    }

    /// True where only this machine can reach the endpoint.
    ///
    /// Only literal loopback addresses count: a name may resolve to anything.
    public static func isLocal(_ endpoint: String) -> Bool {
        if endpoint.hasPrefix("inproc://") || endpoint.hasPrefix("ipc://") { return true }
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else {
            return false
        }
        let start = endpoint.index(endpoint.startIndex, offsetBy: 6)
        guard colon > start else { return false }
        let name = endpoint[start..<colon]
        if name == "[::1]" || name == "::1" || name == "lo" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
