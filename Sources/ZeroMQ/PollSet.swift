// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// The sockets and mailboxes that one thread waits for.
///
/// It keeps them open: a socket that is polled cannot be closed under it.
@safe
public struct PollSet: ~Copyable {
    /// Names one member of the set.
    public struct Member: Sendable, Hashable { let position: Int }

    private var items: [zmq_pollitem_t] = unsafe []
    private var owners: [AnyObject] = []

    /// An empty set.
    public init() {}

    /// Adds a socket, to be told when a message can be received.
    public mutating func add(_ socket: borrowing Socket) -> Member {
        unsafe append(
            zmq_pollitem_t(
                socket: socket.handle.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            owner: socket.handle)
    }

    /// Adds a mailbox, to be told when a letter lies in it.
    public mutating func add<Letter>(_ mailbox: Mailbox<Letter>) -> Member {
        unsafe append(
            zmq_pollitem_t(
                socket: nil, fd: mailbox.wake.readEnd, events: Int16(ZMQ_POLLIN), revents: 0),
            owner: mailbox.wake)
    }

    /// Puts another socket in a member's place.
    public mutating func replace(_ member: Member, with socket: borrowing Socket) {
        unsafe items[member.position] = unsafe zmq_pollitem_t(
            socket: socket.handle.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        owners[member.position] = socket.handle
    }

    private mutating func append(_ item: zmq_pollitem_t, owner: AnyObject) -> Member {
        unsafe items.append(item)
        owners.append(owner)
        return Member(position: owners.count - 1)
    }

    /// Waits until a member is ready or `milliseconds` have passed (for ever where negative).
    /// Returns the number of ready members; a signal counts as none.
    public mutating func wait(milliseconds: Int) throws(ZeroMQError) -> Int {
        let ready = unsafe zmq_poll(&items, Int32(owners.count), milliseconds)
        if ready < 0 {
            let error = ZeroMQError.last("poll")
            if error.interrupted {
                for position in owners.indices { unsafe items[position].revents = 0 }
                return 0
            }
            throw error
        }
        return Int(ready)
    }

    /// True where the last wait found this member ready.
    public func isReady(_ member: Member) -> Bool {
        unsafe items[member.position].revents & Int16(ZMQ_POLLIN) != 0
    }
}
