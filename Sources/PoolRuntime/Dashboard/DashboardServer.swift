// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import PoolCore
internal import Synchronization

/// The coordinator's HTTP server: the dashboard, metrics, health, and a JSON interface, all of it
/// read only.
///
/// One thread serves all connections and never holds up the coordinator's: that leaves a view when it
/// is asked for one. Each limit is in `PoolLimits`.
public final class DashboardServer: Sendable {
    /// How it is set up.
    public struct Settings: Sendable, Hashable {
        /// The numeric address to listen at.
        public var host: String
        /// The port; 0 takes any that is free.
        public var port: UInt16
        /// What readers must show; needed beyond loopback.
        public var token: String?
        /// Whether another port is taken where this one is.
        public var yields: Bool

        /// The usual port.
        public static let usualPort: UInt16 = 7412
        /// Where it listens when nobody says anything.
        public static let usual = "127.0.0.1:7412"

        /// Settings.
        ///
        /// - Parameters:
        ///   - address: `ADDRESS:PORT`, numeric, IPv6 in brackets; or `PORT` on loopback.
        ///   - token: what whoever looks has to know; nil lets everybody on this machine look.
        ///   - yields: whether a port that is taken gives way to any that is free.
        /// - Throws: `SecurityError` where it is none, is beyond loopback without a token, or the
        ///   token is too weak.
        public init(
            _ address: String = Settings.usual, token: String? = nil, yields: Bool = false
        ) throws(SecurityError) {
            func wrong(_ message: String, _ remedy: String) -> SecurityError {
                SecurityError(.usage, place: "--http", message, remedy: remedy)
            }
            let text = address.allSatisfy(\.isNumber) ? "127.0.0.1:" + address : address
            guard let colon = text.lastIndex(of: ":"),
                let port = UInt16(text[text.index(after: colon)...])
            else {
                throw wrong(
                    "`\(address)` is not an address", "write ADDRESS:PORT, as \(Settings.usual)")
            }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            }
            if host.lowercased() == "localhost" { host = "127.0.0.1" }
            if let token, let fault = HTTPAccess.fault(of: token) {
                throw SecurityError(
                    .content, place: "--http-token", "the token is none: \(fault)",
                    remedy: "make one: openssl rand -hex 32")
            }
            guard token != nil || HTTPAccess.isLoopbackAddress(host) else {
                throw wrong(
                    "`\(address)` can be reached from other machines, and nobody is asked who reads",
                    "give a token: --http-token FILE; or listen at \(Settings.usual)")
            }
            self.host = host
            self.port = port
            self.token = token
            self.yields = yields
        }
    }

    /// Where it is reached: `http://127.0.0.1:7412/`.
    public let address: String
    /// Whether it listens at another port than was asked for.
    public let hasYielded: Bool
    let feed: DashboardFeed
    private let pipe: WakePipe
    private let isStopped = Mutex(false)
    private let listener: Int32
    private let token: String?

    /// Listens; nobody is served before ``start(store:endpoint:ask:)``.
    ///
    /// - Throws: `SecurityError` where nobody can listen there.
    init(
        _ settings: Settings
    ) throws(SecurityError) {
        let port: UInt16
        var hasYielded = false
        do throws(HTTPSocket.Failure) {
            do throws(HTTPSocket.Failure) {
                (listener, port) = try HTTPSocket.listen(host: settings.host, port: settings.port)
            } catch {
                guard error.isTaken, settings.yields else { throw error }
                hasYielded = true
                (listener, port) = try HTTPSocket.listen(host: settings.host, port: 0)
            }
        } catch {
            throw SecurityError(
                .usage, place: "--http",
                "the dashboard cannot listen at \(settings.host):\(settings.port): \(error.words)",
                remedy: error.isTaken
                    ? "choose another port with --http \(settings.host):PORT, port 0 for any that is "
                        + "free, or leave it out with --no-http"
                    : "choose an address of this machine with --http ADDRESS:PORT, or --no-http")
        }
        guard let pipe = WakePipe() else {
            throw SecurityError(
                .usage, place: "--http", "no file descriptor is left for the dashboard",
                remedy: "raise `ulimit -n` where the coordinator starts")
        }
        self.pipe = pipe
        self.hasYielded = hasYielded
        token = settings.token
        feed = DashboardFeed(pipe: pipe)
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        address = "http://\(host):\(port)/"
    }

    deinit { HTTPSocket.close(listener) }

    /// Serves until ``stop()``.
    ///
    /// - Parameters:
    ///   - endpoint: where clients reach the coordinator, for lines to copy; nil where they need keys.
    ///   - ask: has a view made; called from the server's thread.
    func start(store: any JobStore, endpoint: String?, ask: @escaping @Sendable () -> Void) {
        _ = ProcessFigures.startSeconds
        let thread = Thread { [self] in
            var loop = DashboardLoop(
                listener: listener, pipe: pipe, feed: feed, access: HTTPAccess(token: token),
                store: store, endpoint: endpoint, ask: ask)
            while !isStopped.withLock({ $0 }) { loop.turn() }
            loop.close()
        }
        thread.name = "qpool.http"
        thread.start()
    }

    /// Ends it and every connection.
    func stop() {
        isStopped.withLock { $0 = true }
        pipe.signal()
    }
}
