// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Sodium

/// Who may read: with a token whoever shows it, without one whoever is on this machine.
struct HTTPAccess: Sendable {
    /// Who asks.
    enum Verdict: Hashable {
        case granted
        /// The token came in the address: it goes into a cookie, and out of the address.
        case login
        case refused(HTTPStatus)
    }

    private static let cookie = "qpool_token"
    /// The token's hash; nil where none is asked for.
    private let hash: [UInt8]?
    private let token: String?

    /// - Parameter token: what readers must show; nil on loopback alone.
    init(token: String?) {
        self.token = token
        hash = token.map { SHA256.hash(Array($0.utf8)) }
    }

    /// Whether a request may be answered.
    ///
    /// Without a token the host must be this machine by a name that no name server gives: a page of
    /// another site whose name was made to lead here says its own name, and reads nothing.
    func verdict(_ request: HTTPRequest) -> Verdict {
        guard hash != nil else {
            let host = request.headers["host"] ?? ""
            return Self.isLoopback(host) ? .granted : .refused(.misdirected)
        }
        if let given = request.headers["authorization"], given.lowercased().hasPrefix("bearer ") {
            return isToken(String(given.dropFirst(7))) ? .granted : .refused(.unauthorized)
        }
        if let given = request.parameters["token"], request.path == "/" {
            return isToken(given) ? .login : .refused(.unauthorized)
        }
        for pair in (request.headers["cookie"] ?? "").split(separator: ";") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, sides[0].drop(while: { $0 == " " }) == Self.cookie else {
                continue
            }
            if isToken(String(sides[1])) { return .granted }
        }
        return .refused(.unauthorized)
    }

    /// Where a login goes to, with the cookie.
    var login: HTTPResponse {
        var response = HTTPResponse(.seeOther, "")
        response.headers = [
            ("Location", "/"),
            ("Set-Cookie", "\(Self.cookie)=\(token ?? ""); Path=/; HttpOnly; SameSite=Strict"),
        ]
        return response
    }

    /// Compares hashes, each byte of them: the time tells nothing of the token.
    private func isToken(_ given: String) -> Bool {
        guard let hash else { return false }
        let other = SHA256.hash(Array(given.utf8))
        var difference: UInt8 = 0
        for (left, right) in zip(hash, other) { difference |= left ^ right }
        return difference == 0
    }

    /// Whether a `Host` header, with or without a port, names this machine for itself.
    static func isLoopback(_ host: String) -> Bool {
        var name = host[...]
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            let rest = name[name.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return false }
            return name[name.index(after: name.startIndex)..<end] == "::1"
        }
        if let colon = name.firstIndex(of: ":") {
            guard isPort(name[colon...]) else { return false }
            name = name[..<colon]
        }
        return name.lowercased() == "localhost" || isLoopbackAddress(String(name))
    }

    /// Whether an address is one of 127.0.0.0/8, or ::1.
    static func isLoopbackAddress(_ address: String) -> Bool {
        if address == "::1" { return true }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { UInt8($0).map { "\($0)" } == String($0) }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.count > 1 && UInt16(text.dropFirst()) != nil
    }

    /// Why a text cannot be a token; nil where it can.
    static func fault(of token: String) -> String? {
        guard token.utf8.count >= 16 else { return "it has fewer than 16 characters" }
        guard token.utf8.count <= 256 else { return "it has more than 256 characters" }
        let isPlain = token.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._~+/=".utf8.contains(byte)
            }
        }
        return isPlain ? nil : "it has other characters than A-Z a-z 0-9 - . _ ~ + / ="
    }
}
