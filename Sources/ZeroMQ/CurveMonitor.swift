// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ
internal import Synchronization

/// How a handshake ended, as libzmq reports it. It tells what a ZAP handler never hears of.
public enum HandshakeEvent: Sendable, Hashable {
    /// The peers know each other.
    case succeeded
    /// A ZAP handler said no: 400, or 500 where it could not decide.
    case refused(status: Int)
    /// One side wants encryption and the other does not.
    case mechanismMismatch
    /// A box did not open: the client has another server's key, or the bytes were tampered with.
    case wrongKey
    /// Anything else that is not the protocol.
    case malformed
    /// The connection was closed or lost in mid-handshake.
    case abandoned

    init?(event: UInt16, value: Int32) {
        switch Int32(event) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: self = .succeeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .refused(status: Int(value))
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: self = .abandoned
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
            switch value {
            case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: self = .mechanismMismatch
            case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC: self = .wrongKey
            default: self = .malformed
            }
        default: return nil
        }
    }
}

/// Hears how the handshakes of one socket end. Belongs to the socket's thread.
public struct HandshakeMonitor: ~Copyable {
    private let socket: Socket
    private let watched: SocketHandle
    private static let numbers = Atomic<UInt64>(0)

    /// A monitor of a socket; a socket can have one.
    public init(of watched: borrowing Socket, in context: borrowing Context) throws(ZeroMQError) {
        let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
        let endpoint = "inproc://qpool.handshakes.\(number)"
        let socket = try Socket(.pair, in: context, security: .plain())
        // No limit: libzmq's own thread sends the events, and would wait for room.
        try socket.set(.receiveHighWaterMark, 0)
        try socket.set(.lingerMilliseconds, 0)
        let events =
            ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
            | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
        guard unsafe zmq_socket_monitor(watched.handle.raw, endpoint, events) == 0 else {
            throw .last("monitor", endpoint)
        }
        do throws(ZeroMQError) { try socket.connect(endpoint) } catch {
            _ = unsafe zmq_socket_monitor(watched.handle.raw, nil, 0)
            throw error
        }
        self.watched = watched.handle
        self.socket = socket
    }

    // The events stop before the socket that hears them goes.
    deinit { _ = unsafe zmq_socket_monitor(watched.raw, nil, 0) }

    /// Adds the monitor to what a thread waits for.
    public borrowing func join(_ set: inout PollSet) -> PollSet.Member { set.add(socket) }

    /// Puts the monitor in a member's place.
    public borrowing func join(_ set: inout PollSet, replacing member: PollSet.Member) {
        set.replace(member, with: socket)
    }

    /// Takes the events that wait, oldest first, at most `limit`.
    public borrowing func take(limit: Int = 1_024) throws(ZeroMQError) -> [HandshakeEvent] {
        var events: [HandshakeEvent] = []
        while events.count < limit, let frames = try socket.receive() {
            guard let first = frames.first, first.count == 6 else { continue }
            let value = first[2...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let event = HandshakeEvent(
                event: UInt16(first[0]) | UInt16(first[1]) << 8, value: Int32(bitPattern: value))
            if let event { events.append(event) }
        }
        return events
    }
}
