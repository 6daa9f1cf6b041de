// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// One connection of the server: what came, what is still to be sent, and until when.
final class HTTPConnection {
    enum State {
        /// → waiting, streaming, closing, or itself again
        case reading
        /// For a view of the coordinator. → reading, closing
        case waiting(DashboardRoute, id: String, request: HTTPRequest)
        /// → ended
        case streaming(DashboardAnswers.Topic)
        /// Sends what is left, then reads to the end: who is cut while sending never sees the answer.
        case closing
    }

    let descriptor: Int32
    var state = State.reading
    var input: [UInt8] = []
    /// When it ends unless something happens.
    var deadline: Int64
    /// The fingerprint of the view that a stream sent last.
    var seen: Int?
    /// When a stream sent something last.
    var sentAt: Int64 = 0
    private var output: [[UInt8]] = []
    private var offset = 0
    /// Whether it has said that nothing more comes.
    private var isFinished = false

    init(_ descriptor: Int32, now: Int64) {
        self.descriptor = descriptor
        deadline = now + PoolLimits.httpRequestNanoseconds
    }

    /// Whether all has been sent.
    var isFlushed: Bool { output.isEmpty }

    var isStreaming: Bool {
        if case .streaming = state { true } else { false }
    }

    var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    /// Whether it wants what comes. While it waits or sends, the next request stays with the system.
    var reads: Bool {
        switch state {
        case .reading: isFlushed
        case .waiting: false
        case .streaming, .closing: true
        }
    }

    func queue(_ bytes: [UInt8]) { if !bytes.isEmpty { output.append(bytes) } }

    /// Sends what the system takes; false where the other side has gone.
    func flush(now: Int64) -> Bool {
        while let first = output.first {
            guard let count = HTTPSocket.send(descriptor, first, from: offset) else { return false }
            if count == 0 { return true }
            offset += count
            deadline = now + PoolLimits.httpIdleNanoseconds
            if offset == first.count {
                output.removeFirst()
                offset = 0
            }
        }
        switch state {
        case .closing where !isFinished:
            isFinished = true
            HTTPSocket.finishSending(descriptor)
            deadline = now + 1_000_000_000
        case .streaming: deadline = .max
        default: break
        }
        return true
    }
}
