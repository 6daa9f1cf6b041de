// SPDX-License-Identifier: Apache-2.0
internal import CProcess
public import PoolCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Whether anybody can be there at all, before a client waits for an answer.
public enum Reachability {
    private static let pauseMilliseconds: Int64 = 100

    /// Looks whether an endpoint's port is refused, or its host is unknown, for the whole of a span: a
    /// coordinator that was started a moment ago may not listen yet. It blocks the thread for so long.
    ///
    /// Nothing is said of endpoints that are not TCP, and of hosts that do not answer.
    ///
    /// - Throws: `PoolFailure` of code `unreachable`, with the remedy.
    public static func check(_ endpoint: String, within span: Duration) throws(PoolFailure) {
        guard let (host, port) = Endpoint.parts(endpoint) else { return }
        let end = ContinuousClock.now + span
        while true {
            let outcome = unsafe qp_try_connection(host, "\(port)", 1_000)
            guard outcome != Int32(QP_REACHED) else { return }
            guard ContinuousClock.now + .milliseconds(pauseMilliseconds) < end else {
                throw failure(outcome, host: host, endpoint: endpoint)
            }
            usleep(UInt32(pauseMilliseconds * 1_000))
        }
    }

    /// Whether an endpoint is reached by IPv6: an address in brackets, or a name that has IPv6 addresses
    /// and no IPv4 address that a way leads to. libzmq takes one of the two, and IPv4 if nobody says.
    ///
    /// It looks the name up, which may block the thread for seconds where name servers are silent.
    static func wantsIPv6(_ endpoint: String) -> Bool {
        if endpoint.contains("[") { return true }
        guard let (host, port) = Endpoint.parts(endpoint) else { return false }
        return unsafe qp_wants_ipv6(host, "\(port)") != 0
    }

    private static func failure(_ outcome: Int32, host: String, endpoint: String) -> PoolFailure {
        switch outcome {
        case Int32(QP_UNKNOWN_HOST):
            PoolFailure(
                .unreachable, "there is no host `\(host)`, where the coordinator should be",
                remedy: "check the name in --connect or QPOOL_CONNECT")
        case Int32(QP_REFUSED):
            PoolFailure(
                .unreachable, "nobody listens at \(endpoint)",
                remedy: "is the coordinator running there? start one with `qpool coordinator`")
        default:
            PoolFailure(
                .unreachable, "no way leads to \(host)",
                remedy: "check the network, and the address in --connect or QPOOL_CONNECT")
        }
    }
}
