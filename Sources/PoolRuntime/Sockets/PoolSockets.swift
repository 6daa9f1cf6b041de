// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import ZeroMQ

/// The sockets of the pool, with the options that the protocol relies on.
enum PoolSockets {
    /// The coordinator's socket, bound; and the endpoint with the port that was chosen.
    static func router(
        _ endpoint: String, _ gate: inout CoordinatorGate, in context: borrowing Context
    ) throws(ZeroMQError) -> Socket {
        let socket = try gate.makeRouter(in: context)
        try common(socket, endpoint)
        if endpoint.contains("[") { try socket.set(.ipv6, 1) }
        // Seldom: libzmq looks through the timers of all connections at each answer, and workers
        // have heartbeats of their own.
        try socket.set(.heartbeatIntervalMilliseconds, 10_000)
        try socket.set(.heartbeatTimeoutMilliseconds, 20_000)
        try socket.set(.receiveHighWaterMark, PoolLimits.unread)
        // A peer that is unknown or does not keep up is an error, not a silent drop.
        try socket.set(.routerMandatory, 1)
        // Nobody takes over another's routing id, and with it the answers meant for it.
        try socket.set(.routerHandover, 0)
        try socket.set(.backlog, 1_024)
        try socket.bind(endpoint)
        return socket
    }

    /// A worker's or a client's socket, to be connected once it is monitored.
    static func dealer(
        _ endpoint: String, _ security: Security, in context: borrowing Context
    ) throws(ZeroMQError) -> Socket {
        let socket = try Socket(.dealer, in: context, security: security)
        try common(socket, endpoint)
        if Reachability.wantsIPv6(endpoint) { try socket.set(.ipv6, 1) }
        try socket.set(.reconnectMilliseconds, 100)
        try socket.set(.reconnectMaximumMilliseconds, 2_000)
        return socket
    }

    private static func common(
        _ socket: borrowing Socket, _ endpoint: String
    ) throws(ZeroMQError) {
        try socket.set(.maximumMessageBytes, PoolLimits.frameBytes)
        try socket.set(.sendHighWaterMark, PoolLimits.peerQueue)
        try socket.set(.receiveHighWaterMark, PoolLimits.peerQueue)
        try socket.set(.lingerMilliseconds, 1_000)
        try socket.set(.heartbeatIntervalMilliseconds, 2_000)
        try socket.set(.heartbeatTimeoutMilliseconds, 10_000)
        try socket.set(.handshakeMilliseconds, 5_000)
    }
}
