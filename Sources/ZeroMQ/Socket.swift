// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// A libzmq socket, owned by the thread that made it: it cannot be copied or sent elsewhere.
///
/// Nothing here blocks: wait with a ``PollSet``.
public struct Socket: ~Copyable {
    /// What the socket speaks.
    public enum Kind: Sendable {
        /// Many peers, each addressed by a routing id that comes as the first frame.
        case router
        /// One or several peers, fair-queued, without envelopes.
        case dealer
        /// One peer.
        case pair

        var number: Int32 {
            switch self {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .pair: ZMQ_PAIR
            }
        }
    }

    let handle: SocketHandle
    private let security: Security
    /// True where peers are let in by a ``ZAPHandler``.
    let isCurveServer: Bool

    /// A socket of a context.
    ///
    /// - Throws: where libzmq has no descriptors left.
    public init(
        _ kind: Kind, in context: borrowing Context, security: Security
    ) throws(ZeroMQError) {
        let handle = try SocketHandle(kind, context.handle)
        if case .curveClient(let client) = security { try handle.secure(as: client) }
        self.handle = handle
        self.security = security
        isCurveServer = false
    }

    /// A CURVE server, which keeps the socket of the handler that it asks open.
    init(
        _ kind: Kind, in context: borrowing Context, keys: CurveKeyPair, domain: String,
        asking handler: borrowing Socket
    ) throws(ZeroMQError) {
        let handle = try SocketHandle(kind, context.handle)
        handle.companion = handler.handle
        try handle.secure(asServerWith: keys, domain: domain)
        self.handle = handle
        security = .plain(exposed: true)
        isCurveServer = true
    }

    /// Sets an option.
    public func set(_ option: SocketOption<Int32>, _ value: Int32) throws(ZeroMQError) {
        var value = value
        let size = MemoryLayout<Int32>.size
        if unsafe zmq_setsockopt(handle.raw, option.number, &value, size) != 0 {
            throw .last("set", option.name)
        }
    }

    /// Sets an option.
    public func set(_ option: SocketOption<Int64>, _ value: Int64) throws(ZeroMQError) {
        var value = value
        let size = MemoryLayout<Int64>.size
        if unsafe zmq_setsockopt(handle.raw, option.number, &value, size) != 0 {
            throw .last("set", option.name)
        }
    }

    /// Reads an option.
    public func get(_ option: SocketOption<Int32>) throws(ZeroMQError) -> Int32 {
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        if unsafe zmq_getsockopt(handle.raw, option.number, &value, &size) != 0 {
            throw .last("get", option.name)
        }
        return value
    }

    /// Reads an option.
    public func get(_ option: SocketOption<String>) throws(ZeroMQError) -> String {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        var size = buffer.count
        if unsafe zmq_getsockopt(handle.raw, option.number, &buffer, &size) != 0 {
            throw .last("get", option.name)
        }
        return String(decoding: buffer.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Binds, and returns the endpoint with the port that was chosen.
    ///
    /// - Throws: where the address is taken or malformed, or the security policy forbids it.
    @discardableResult
    public func bind(_ endpoint: String) throws(ZeroMQError) -> String {
        try security.checkBinding(endpoint)
        if unsafe zmq_bind(handle.raw, endpoint) != 0 { throw .last("bind", endpoint) }
        return try get(.lastEndpoint)
    }

    /// Connects in the background; it succeeds though nobody listens yet.
    public func connect(_ endpoint: String) throws(ZeroMQError) {
        if unsafe zmq_connect(handle.raw, endpoint) != 0 { throw .last("connect", endpoint) }
    }

    /// Sends all frames or none.
    ///
    /// - Throws: ``ZeroMQError/wouldBlock`` at the high-water mark, ``ZeroMQError/unreachable``
    ///   where a ROUTER does not know the peer.
    public func send(_ frames: [[UInt8]]) throws(ZeroMQError) {
        for (position, bytes) in frames.enumerated() {
            var message = try Message(bytes)
            try unsafe message.send(to: handle.raw, more: position < frames.count - 1)
        }
    }

    /// Takes a whole message, or nil where none is ready. Of a message of more than `limit` frames
    /// only `limit + 1` are kept, so that the caller sees that it is too long.
    public func receive(limit: Int = 8) throws(ZeroMQError) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        var message = Message()
        repeat {
            guard try unsafe message.receive(from: handle.raw) else { return nil }
            if frames.count <= limit { frames.append(message.bytes) }
        } while message.hasMore
        return frames
    }
}

/// Owns `void *socket`; keeps the context alive.
@safe
final class SocketHandle {
    let raw: UnsafeMutableRawPointer
    private let context: ContextHandle
    /// A socket that must stay open as long as this one.
    var companion: SocketHandle?

    init(_ kind: Socket.Kind, _ context: ContextHandle) throws(ZeroMQError) {
        guard let raw = unsafe zmq_socket(context.raw, kind.number) else {
            throw .last("open socket")
        }
        unsafe self.raw = raw
        self.context = context
    }

    deinit { unsafe zmq_close(raw) }
}
