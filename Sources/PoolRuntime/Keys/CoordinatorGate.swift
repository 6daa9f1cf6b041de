// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import ZeroMQ

/// The coordinator's door, on the coordinator's socket thread: it makes the ROUTER, answers
/// handshakes, says of every message whether it is served, and follows the allow-list's file.
///
/// Without keys it is a door that stands open: the ROUTER is plain, every message is served, and
/// binding beyond loopback is refused unless `exposed`.
public struct CoordinatorGate: ~Copyable {
    private let handler: ZAPHandler?
    private let router: Router
    private let keys: CoordinatorKeys?
    private var admission: Admission
    private var members: (handler: PollSet.Member, monitor: PollSet.Member)?
    private var monitor: HandshakeMonitor?
    private var stamp: GuardedFile.Stamp?
    private var nextLook: Int64 = .min
    private var lines: [String] = []

    /// How often the allow-list's file is looked at.
    public static let lookNanoseconds: Int64 = 1_000_000_000

    private enum Router { case plain(exposed: Bool), curve(CurveKeyPair) }

    /// A door.
    ///
    /// - Parameters:
    ///   - context: libzmq's, in which sockets are made.
    ///   - keys: nil for plain TCP.
    ///   - exposed: whether plain TCP may be bound beyond loopback.
    /// - Throws: `ZeroMQError` where the handler of handshakes cannot be bound.
    public init(
        in context: borrowing Context, keys: CoordinatorKeys?, exposed: Bool = false
    ) throws(ZeroMQError) {
        admission = Admission(keys?.allowList ?? AllowList())
        stamp = keys?.stamp
        self.keys = keys
        if let keys {
            handler = try ZAPHandler(in: context, domain: admission.domain)
            router = .curve(keys.keys)
        } else {
            handler = nil
            router = .plain(exposed: exposed)
        }
    }

    /// The coordinator's socket, not bound yet. Call it once.
    ///
    /// - Throws: `ZeroMQError` where libzmq has no socket left, or refuses the keys.
    public mutating func makeRouter(in context: borrowing Context) throws(ZeroMQError) -> Socket {
        switch router {
        case .plain(let exposed):
            return try Socket(.router, in: context, security: .plain(exposed: exposed))
        case .curve(let keys):
            guard let router = try handler?.server(.router, in: context, keys: keys) else {
                preconditionFailure("a gate with keys has a handler")
            }
            // A stranger holds a connection no longer than this.
            try router.set(.handshakeMilliseconds, 5_000)
            monitor = try HandshakeMonitor(of: router, in: context)
            return router
        }
    }

    /// Adds what it listens to. Call it once, after ``makeRouter(in:)``.
    public mutating func join(_ set: inout PollSet) {
        guard let handler = handler?.join(&set), let monitor = monitor?.join(&set) else { return }
        members = (handler, monitor)
    }

    /// One turn: handshakes, the file, lines for the log (at a bounded rate).
    ///
    /// - Throws: `ZeroMQError` where a socket of its own broke.
    public mutating func turn(
        _ set: borrowing PollSet, at nanoseconds: Int64
    ) throws(ZeroMQError) -> [String] {
        guard let keys, let members else { return [] }
        if nanoseconds >= nextLook {
            nextLook = nanoseconds + Self.lookNanoseconds
            look(keys.allowListPath)
        }
        if set.isReady(members.handler) { try serve(at: nanoseconds) }
        if set.isReady(members.monitor), let events = try monitor?.take() {
            for event in events {
                switch event {
                case .mechanismMismatch: admission.failed(.plaintext, at: nanoseconds)
                case .wrongKey: admission.failed(.wrongServerKey, at: nanoseconds)
                case .malformed: admission.failed(.malformed, at: nanoseconds)
                // Whom the handler refused is counted; who hung up is nobody.
                case .succeeded, .refused, .abandoned: break
                }
            }
        }
        defer { lines = [] }
        return lines + admission.takeLines(at: nanoseconds)
    }

    /// When it wants a turn though nothing happens.
    public var deadlineNanoseconds: Int64? {
        members == nil ? nil : min(nextLook, admission.deadlineNanoseconds ?? .max)
    }

    /// Whether a message is served. On a plain door every message is, from nobody in particular.
    ///
    /// - Parameters:
    ///   - userID: from `ZeroMQ/Socket/receiveAuthenticated(limit:)`.
    ///   - kind: the message's kind; see `Role/allows(kind:)`.
    ///   - nanoseconds: the time now.
    public mutating func permit(
        userID: String?, kind: UInt16, at nanoseconds: Int64
    ) -> Result<PeerIdentity?, Admission.Refusal> {
        guard keys != nil else { return .success(nil) }
        return admission.permit(userID: userID, kind: kind, at: nanoseconds).map { $0 }
    }

    /// Peers let in so far.
    public var accepted: UInt64 { admission.accepted }
    /// Peers and messages not served so far, by reason.
    public var refused: [Admission.Refusal: UInt64] { admission.refused }

    private mutating func serve(at nanoseconds: Int64) throws(ZeroMQError) {
        var admission = admission
        try handler?.serve(
            misread: { _ in admission.failed(.malformed, at: nanoseconds) },
            decide: { request in
                let applicant = Admission.Applicant(
                    domain: request.domain, address: request.address,
                    mechanism: request.mechanism, credentials: request.credentials)
                switch admission.decide(applicant, at: nanoseconds) {
                case .success(let peer): return .welcome(userID: peer.userID)
                case .failure(let refusal): return .refused(refusal.rawValue)
                }
            })
        self.admission = admission
    }

    /// Takes the file's list where it has changed; where it is wrong, the old list stands.
    private mutating func look(_ path: String) {
        let now = GuardedFile.stamp(path)
        guard now != stamp else { return }
        stamp = now
        do throws(SecurityError) {
            let read = try CoordinatorKeys.readAllowList(path)
            stamp = read.stamp
            let change = admission.replace(read.list)
            lines.append(
                "allow-list read again: \(read.list.peers.count) peers, \(change.added) new, "
                    + "\(change.removed) revoked or changed")
        } catch {
            lines.append("the allow-list stays as it was: \(error)")
        }
    }
}
