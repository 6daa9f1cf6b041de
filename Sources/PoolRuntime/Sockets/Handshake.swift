// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
public import ZeroMQ

/// Whether a coordinator and a key let each other in, without a message of either.
public enum Handshake {
    /// Connects, waits for the end of the handshake, and hangs up. It blocks the thread.
    ///
    /// - Parameters:
    ///   - endpoint: where the coordinator listens, `tcp://HOST:PORT`.
    ///   - security: the key to come with, and the coordinator's.
    ///   - span: how long a silent network is waited for.
    /// - Throws: `PoolFailure`: `refused` where one does not know the other, `unreachable` after `span`;
    ///   `ZeroMQError` where the endpoint is malformed or descriptors are missing.
    public static func check(
        _ endpoint: String, security: Security, within span: Duration
    ) throws {
        let context = try Context()
        let socket = try PoolSockets.dealer(endpoint, security, in: context)
        let monitor = try HandshakeMonitor(of: socket, in: context)
        // What is still to be sent is nothing.
        try socket.set(.lingerMilliseconds, 0)
        var set = PollSet()
        let member = monitor.join(&set)
        try socket.connect(endpoint)
        var watch = HandshakeWatch(isPatient: false)
        let end = ContinuousClock.now + span
        while ContinuousClock.now < end {
            guard try set.wait(milliseconds: 50) > 0, set.isReady(member) else { continue }
            if let failure = watch.take(try monitor.take(), endpoint: endpoint) { throw failure }
            if watch.hasSucceeded { return }
        }
        throw PoolFailure(
            .unreachable, "the coordinator at \(endpoint) has not let anybody in for \(span)",
            remedy: "is it a coordinator that listens there, and the network up?")
    }
}
