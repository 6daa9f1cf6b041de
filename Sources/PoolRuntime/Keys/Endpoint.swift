// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import ZeroMQ

/// Where a coordinator is reached, as text: `tcp://host:port` or `ipc://path`.
public enum Endpoint {
    /// Where a coordinator is looked for when nobody says anything.
    public static let usual = "tcp://127.0.0.1:7411"

    /// The longest endpoint, in bytes.
    static let bytesLimit = 255

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
        guard port.allSatisfy(\.isNumber), let number = UInt16(port), number > 0 else {
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
