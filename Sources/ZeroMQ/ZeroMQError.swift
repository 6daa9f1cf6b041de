// SPDX-License-Identifier: Apache-2.0
internal import CZeroMQ

/// A call of libzmq that failed: which, on what, why, and what to do about it.
public struct ZeroMQError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operation, as `bind`.
    public var operation: String
    /// What it was done to, as `tcp://127.0.0.1:5555`; empty where there is nothing to name.
    public var subject: String
    /// The errno of libzmq, or 0 for a refusal of this library's own.
    public var number: Int32
    /// What went wrong.
    public var reason: String
    /// What to do about it.
    public var remedy: String

    /// An error of libzmq, with its own text and the remedy that fits the number.
    init(_ operation: String, _ subject: String = "", number: Int32) {
        self.operation = operation
        self.subject = subject
        self.number = number
        reason = unsafe String(cString: zmq_strerror(number))
        remedy = Self.remedy(for: number)
    }

    /// A refusal of this library.
    public init(refusing operation: String, _ subject: String, reason: String, remedy: String) {
        self.operation = operation
        self.subject = subject
        number = 0
        self.reason = reason
        self.remedy = remedy
    }

    /// The error of the call that just failed on this thread.
    static func last(_ operation: String, _ subject: String = "") -> ZeroMQError {
        ZeroMQError(operation, subject, number: qp_zmq_errno())
    }

    /// True where nothing was ready: try again after polling.
    public var wouldBlock: Bool { number == EAGAIN }
    /// True where a signal interrupted the call.
    public var interrupted: Bool { number == EINTR }
    /// True where the peer is not connected (any more).
    public var unreachable: Bool { number == Self.hostUnreachable }
    /// True where the address is taken by somebody else.
    public var addressInUse: Bool { number == EADDRINUSE }

    static let hostUnreachable: Int32 = EHOSTUNREACH

    private static func remedy(for number: Int32) -> String {
        switch number {
        case EADDRINUSE: "another process listens there: choose another port, or stop it"
        case EADDRNOTAVAIL: "this machine has no such address: give one of its own, or 0.0.0.0"
        case EACCES: "ports below 1024 need more rights: choose a higher port"
        case EINVAL: "write endpoints as tcp://host:port"
        case EPROTONOSUPPORT: "use tcp://, ipc:// or inproc://"
        case ENODEV: "this machine has no such network interface"
        case EMFILE: "too many open files: raise `ulimit -n`"
        case EHOSTUNREACH: "the peer has gone; it will connect again if it lives"
        case EAGAIN: "the peer does not take messages fast enough, or none came in time"
        default: "see zmq_strerror(\(number))"
        }
    }

    /// `bind tcp://…: Address already in use (remedy)`.
    public var description: String {
        "\(operation)\(subject.isEmpty ? "" : " " + subject): \(reason) (\(remedy))"
    }
}
