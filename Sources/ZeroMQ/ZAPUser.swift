// SPDX-License-Identifier: Apache-2.0

/// A message with the name under which its sender was let in.
public struct AuthenticatedMessage: Sendable, Hashable {
    /// The frames; from a ROUTER the first is the routing id.
    public var frames: [[UInt8]]
    /// The user id of the ``ZAPReply`` that let the sender's connection in. Nil where the socket
    /// lets anybody in: what a peer says about itself in its handshake does not count.
    public var userID: String?
    /// The connection it came by, as a file descriptor; nil where libzmq does not say.
    public var descriptor: Int32?
    /// What it took on that connection.
    public var wireBytes: UInt64 = 0
}

extension Socket {
    /// A frame's bytes on a connection: with flags and length, and where it is encrypted with the name
    /// of the command, a nonce, a seal and flags of its own.
    private static func onWire(_ count: Int, _ encrypted: Bool) -> Int {
        let body = count + (encrypted ? 8 + 8 + 16 + 1 : 0)
        return body + (body < 256 ? 2 : 9)
    }

    /// Takes a whole message like ``receive(limit:)``, with the sender's user id.
    public func receiveAuthenticated(
        limit: Int = 8
    ) throws(ZeroMQError) -> AuthenticatedMessage? {
        var frames: [[UInt8]] = []
        var user: String?
        var descriptor: Int32?
        var wireBytes: UInt64 = 0
        var isRoute = true
        var message = Message()
        repeat {
            guard try unsafe message.receive(from: handle.raw) else { return nil }
            // One connection sends all frames of a message, so any frame's property will do; the
            // routing id's frame is made by the ROUTER and may have none.
            if isCurveServer, user == nil { user = message.property("User-Id") }
            if frames.count <= limit { frames.append(message.bytes) }
            if descriptor == nil { descriptor = message.descriptor }
            if !isRoute { wireBytes += UInt64(Self.onWire(message.count, isCurveServer)) }
            isRoute = false
        } while message.hasMore
        return AuthenticatedMessage(
            frames: frames, userID: user, descriptor: descriptor, wireBytes: wireBytes)
    }
}
