// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// A libzmq context: the I/O threads that its sockets share. It may be shared between threads;
/// its sockets may not.
///
/// It ends when the context and the last of its sockets have gone, so no order of release blocks.
public struct Context: ~Copyable, Sendable {
    let handle: ContextHandle

    /// A context.
    ///
    /// - Throws: where libzmq has no memory or descriptors left.
    public init(ioThreads: Int32 = 1, maximumSockets: Int32 = 1_023) throws(ZeroMQError) {
        handle = try ContextHandle(ioThreads: ioThreads, maximumSockets: maximumSockets)
    }
}

/// Owns `zmq_ctx_t`, which libzmq promises to be safe between threads.
@safe
final class ContextHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer

    /// A ROUTER counts its peers' routing ids up from the C library's `rand()`, which begins with the same
    /// number in every process, and libzmq ends the process where a peer has chosen the next one for itself.
    private static let seeded: Void = qp_seed(UInt32.random(in: .min ... .max))

    init(ioThreads: Int32, maximumSockets: Int32) throws(ZeroMQError) {
        _ = Self.seeded
        guard let raw = unsafe zmq_ctx_new() else { throw .last("open context") }
        unsafe self.raw = raw
        try set(ZMQ_IO_THREADS, ioThreads)
        try set(ZMQ_MAX_SOCKETS, maximumSockets)
    }

    private func set(_ option: Int32, _ value: Int32) throws(ZeroMQError) {
        if unsafe zmq_ctx_set(raw, option, value) != 0 { throw .last("set context option") }
    }

    deinit {
        while unsafe zmq_ctx_term(raw) != 0 && qp_zmq_errno() == EINTR {}
    }
}
