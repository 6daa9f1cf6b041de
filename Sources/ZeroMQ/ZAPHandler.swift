// SPDX-License-Identifier: Apache-2.0

/// Decides who may connect to the CURVE servers of a context. It owns no loop: put it into a
/// ``PollSet`` and serve it.
///
/// A CURVE server can only be made by a handler, and keeps the handler's socket open: there is no
/// way to be a server that lets anybody in. While nobody serves the handler, nobody gets in.
public struct ZAPHandler: ~Copyable {
    private let socket: Socket
    /// The domain that its servers carry.
    public let domain: String

    /// The address that libzmq asks.
    static let endpoint = "inproc://zeromq.zap.01"

    /// The handler of a context; there can be one.
    ///
    /// - Throws: where the context has one already.
    public init(in context: borrowing Context, domain: String = "qpool") throws(ZeroMQError) {
        precondition(!domain.isEmpty, "libzmq asks nobody about an empty domain")
        let socket = try Socket(.router, in: context, security: .plain())
        try socket.set(.lingerMilliseconds, 0)
        try socket.bind(Self.endpoint)
        self.socket = socket
        self.domain = domain
    }

    /// A CURVE server: every peer that wants to reach it is asked about here.
    public borrowing func server(
        _ kind: Socket.Kind, in context: borrowing Context, keys: CurveKeyPair
    ) throws(ZeroMQError) -> Socket {
        try Socket(kind, in: context, keys: keys, domain: domain, asking: socket)
    }

    /// Adds the handler to what a thread waits for.
    public borrowing func join(_ set: inout PollSet) -> PollSet.Member { set.add(socket) }

    /// Answers the questions that wait, at most `limit`; returns how many there were.
    ///
    /// A question that cannot be read is given to `misread` and answered with 500, so that a
    /// handshake never hangs for it.
    @discardableResult
    public borrowing func serve(
        limit: Int = 256, misread: (ZAPRequest.Fault) -> Void,
        decide: (ZAPRequest) -> ZAPReply
    ) throws(ZeroMQError) -> Int {
        var served = 0
        while served < limit,
            let frames = try socket.receive(limit: ZAPRequest.frames.upperBound + 2)
        {
            served += 1
            let reply: [[UInt8]]
            // libzmq sends `routing id, delimiter, request`.
            guard frames.count >= 2, frames[1].isEmpty else {
                misread(.frames(frames.count))
                continue
            }
            do throws(ZAPRequest.Fault) {
                let request = try ZAPRequest(frames[2...])
                reply = decide(request).frames(requestID: request.requestID)
            } catch {
                misread(error)
                guard let id = error.requestID else { continue }
                reply = ZAPReply.failed("malformed request").frames(requestID: id)
            }
            do throws(ZeroMQError) {
                try socket.send([frames[0], []] + reply)
            } catch {
                // The peer left while it was asked about.
                guard error.unreachable || error.wouldBlock else { throw error }
            }
        }
        return served
    }
}
