// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// An option of a socket, with the type of its value.
public struct SocketOption<Value>: Sendable {
    let number: Int32
    let name: String
}

extension SocketOption where Value == Int32 {
    /// Messages queued a peer before sending fails.
    public static var sendHighWaterMark: Self { .init(number: ZMQ_SNDHWM, name: "SNDHWM") }
    /// Messages queued a peer before receiving stops.
    public static var receiveHighWaterMark: Self { .init(number: ZMQ_RCVHWM, name: "RCVHWM") }
    /// Milliseconds that unsent messages live on after closing.
    public static var lingerMilliseconds: Self { .init(number: ZMQ_LINGER, name: "LINGER") }
    /// Milliseconds between ZMTP pings.
    public static var heartbeatIntervalMilliseconds: Self {
        .init(number: ZMQ_HEARTBEAT_IVL, name: "HEARTBEAT_IVL")
    }
    /// Milliseconds of silence after a ping before the connection is dropped.
    public static var heartbeatTimeoutMilliseconds: Self {
        .init(number: ZMQ_HEARTBEAT_TIMEOUT, name: "HEARTBEAT_TIMEOUT")
    }
    /// Milliseconds before the first reconnection.
    public static var reconnectMilliseconds: Self {
        .init(number: ZMQ_RECONNECT_IVL, name: "RECONNECT_IVL")
    }
    /// The longest reconnection interval, reached by doubling.
    public static var reconnectMaximumMilliseconds: Self {
        .init(number: ZMQ_RECONNECT_IVL_MAX, name: "RECONNECT_IVL_MAX")
    }
    /// Milliseconds a handshake may take.
    public static var handshakeMilliseconds: Self {
        .init(number: ZMQ_HANDSHAKE_IVL, name: "HANDSHAKE_IVL")
    }
    /// Pending connections the kernel keeps.
    public static var backlog: Self { .init(number: ZMQ_BACKLOG, name: "BACKLOG") }
    /// 1: a ROUTER reports unknown and full peers as errors.
    public static var routerMandatory: Self {
        .init(number: ZMQ_ROUTER_MANDATORY, name: "ROUTER_MANDATORY")
    }
    /// 1: a peer that returns under its old routing id takes it over.
    public static var routerHandover: Self {
        .init(number: ZMQ_ROUTER_HANDOVER, name: "ROUTER_HANDOVER")
    }
    /// 1: messages wait for a finished connection.
    public static var immediate: Self { .init(number: ZMQ_IMMEDIATE, name: "IMMEDIATE") }
    /// 1: IPv6 addresses are accepted.
    public static var ipv6: Self { .init(number: ZMQ_IPV6, name: "IPV6") }
}

extension SocketOption where Value == Int64 {
    /// The largest frame taken from a peer, in bytes; a peer that sends a larger one is cut off.
    public static var maximumMessageBytes: Self {
        .init(number: ZMQ_MAXMSGSIZE, name: "MAXMSGSIZE")
    }
}

extension SocketOption where Value == String {
    /// The endpoint last bound or connected, with the port that was chosen.
    public static var lastEndpoint: Self { .init(number: ZMQ_LAST_ENDPOINT, name: "LAST_ENDPOINT") }
}
