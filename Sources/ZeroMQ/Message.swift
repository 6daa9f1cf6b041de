// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// One received frame, owned: a `zmq_msg_t` in a heap slot, so that spans of it stay valid while it
/// is borrowed (libzmq keeps frames of up to 33 bytes inside the struct itself).
@safe
public struct Message: ~Copyable {
    private let slot: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame, to be received into.
    public init() {
        unsafe slot = .allocate(capacity: 1)
        unsafe zmq_msg_init(slot)
    }

    /// A frame with a copy of `bytes`.
    ///
    /// - Throws: where there is no memory for it.
    public init(_ bytes: [UInt8]) throws(ZeroMQError) {
        unsafe slot = .allocate(capacity: 1)
        // Only an empty one can be made where there is no memory; the deinitialiser releases it.
        unsafe zmq_msg_init(slot)
        if unsafe !bytes.isEmpty && zmq_msg_init_size(slot, bytes.count) != 0 {
            throw .last("allocate message")
        }
        if let data = unsafe zmq_msg_data(slot), !bytes.isEmpty {
            unsafe bytes.withUnsafeBytes { source in
                unsafe data.copyMemory(from: source.baseAddress!, byteCount: source.count)
            }
        }
    }

    deinit {
        unsafe zmq_msg_close(slot)
        unsafe slot.deallocate()
    }

    /// The number of bytes.
    public var count: Int { unsafe zmq_msg_size(slot) }
    /// True where another frame of the same message follows.
    public var hasMore: Bool { unsafe zmq_msg_more(slot) != 0 }

    /// A copy of the frame's bytes.
    public var bytes: [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(slot), count: count))
    }

    /// What libzmq knows of the connection that the frame came by, as `User-Id`; nil where nothing.
    func property(_ name: String) -> String? {
        guard let text = unsafe zmq_msg_gets(slot, name) else { return nil }
        return unsafe String(cString: text)
    }

    /// The connection that the frame came by; nil where libzmq does not say.
    var descriptor: Int32? {
        let number = unsafe zmq_msg_get(slot, ZMQ_SRCFD)
        return number >= 0 ? number : nil
    }

    /// Receives into this frame, releasing what it held. False where none was ready.
    mutating func receive(from socket: UnsafeMutableRawPointer) throws(ZeroMQError) -> Bool {
        while unsafe zmq_msg_recv(slot, socket, ZMQ_DONTWAIT) < 0 {
            let error = ZeroMQError.last("receive")
            if error.wouldBlock { return false }
            if !error.interrupted { throw error }
        }
        return true
    }

    /// Sends this frame; libzmq takes its content on success.
    mutating func send(to socket: UnsafeMutableRawPointer, more: Bool) throws(ZeroMQError) {
        let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
        while unsafe zmq_msg_send(slot, socket, flags) < 0 {
            let error = ZeroMQError.last("send")
            if !error.interrupted { throw error }
        }
    }
}
