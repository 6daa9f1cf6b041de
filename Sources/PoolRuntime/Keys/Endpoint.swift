// SPDX-License-Identifier: Apache-2.0
public import PoolCore
internal import ZeroMQ

/// Where a coordinator is reached, as text: `tcp://host:port` or `ipc://path`.
public enum Endpoint {
    /// Where a coordinator is looked for when nobody says anything.
    public static let usual = "tcp://127.0.0.1:7411"

    /// The longest endpoint, in bytes.
    static let bytesLimit = 255

    /// An endpoint as people may write it, in full: `host:port` is TCP, and `localhost` is this
    /// machine, whatever a name server says.
    public static func completed(_ text: String) -> String {
        var text = text
        if !text.contains("://"), hasPort(text) { text = "tcp://" + text }
        let local = "tcp://localhost:"
        if text.lowercased().hasPrefix(local) {
            text = "tcp://127.0.0.1:" + text.dropFirst(local.count)
        }
        return text
    }

    /// Whether a text without a scheme is `host:port` rather than a file.
    static func hasPort(_ text: String) -> Bool {
        guard !text.contains("/"), let colon = text.lastIndex(of: ":"), colon > text.startIndex
        else { return false }
        let port = text[text.index(after: colon)...]
        return !port.isEmpty && port.allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// The endpoint to listen at that a text stands for, in full; port 0 is any that is free.
    ///
    /// - Parameters:
    ///   - text: an endpoint, or `host:port`.
    ///   - place: the flag that it comes from, for the error.
    /// - Throws: `SecurityError` where it is none, or its port is not from 0 to 65535.
    public static func listening(_ text: String, place: String) throws(SecurityError) -> String {
        let full = completed(text)
        if full.hasPrefix("ipc://") {
            try check(full, place: place)
            return full
        }
        guard let colon = full.lastIndex(of: ":"), full.hasPrefix("tcp://"),
            full.distance(from: full.startIndex, to: colon) > 6,
            full.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }),
            full.utf8.count <= bytesLimit
        else {
            throw SecurityError(
                .usage, place: place, "`\(text)` is not an endpoint",
                remedy: "write tcp://ADDRESS:PORT, as \(usual), or tcp://0.0.0.0:PORT for all "
                    + "addresses")
        }
        let port = full[full.index(after: colon)...]
        if port == "*" { return full }
        guard let number = portNumber(port) else {
            throw SecurityError(
                .usage, place: place, "`\(text)` has no port from 0 to 65535",
                remedy: "write tcp://ADDRESS:PORT, as \(usual); port 0 takes any that is free")
        }
        return full[...colon] + (number == 0 ? "*" : "\(number)")
    }

    /// A port of digits alone.
    private static func portNumber(_ text: Substring) -> UInt16? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? UInt16(text) : nil
    }

    /// The host and the port of a TCP endpoint.
    static func parts(_ text: String) -> (host: String, port: UInt16)? {
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":"),
            let port = portNumber(text[text.index(after: colon)...])
        else { return nil }
        let host = text[text.index(text.startIndex, offsetBy: 6)..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return (String(isBracketed ? host.dropFirst().dropLast() : host), port)
    }

    /// Throws unless one can connect to it.
    ///
    /// - Parameters:
    ///   - place: the file or flag that it comes from, for the error.
    ///   - shows: whether an error may repeat the text; of a file with secrets it may not.
    static func check(_ text: String, place: String, shows: Bool = true) throws(SecurityError) {
        func wrong(_ message: String, _ remedy: String) -> SecurityError {
            SecurityError(.usage, place: place, message, remedy: remedy)
        }
        let shown = shows ? "`\(text)`" : "the endpoint"
        let usual = "write tcp://HOST:PORT, as \(Self.usual)"
        guard text.utf8.count <= bytesLimit,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C })
        else { throw wrong("not an endpoint", usual) }
        if text.hasPrefix("ipc://"), text.utf8.count > 6 { return }
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":"),
            let host = text.index(text.startIndex, offsetBy: 6, limitedBy: colon), host < colon
        else { throw wrong("\(shown) is not an endpoint", usual) }
        let port = text[text.index(after: colon)...]
        guard let number = portNumber(port), number > 0 else {
            throw wrong("\(shown) has no port from 1 to 65535", usual)
        }
        guard !["*", "0.0.0.0", "[::]", "::"].contains(String(text[host..<colon])) else {
            throw wrong(
                "\(shown) is where one listens, not where one connects",
                "write the coordinator's host name or address")
        }
    }

    /// True where only this machine can reach it.
    public static func isLocal(_ text: String) -> Bool { Security.isLocal(text) }
}
