// SPDX-License-Identifier: Apache-2.0

/// Decides who is let in and what they may say; counts and reports whom it refused.
///
/// Pure: no clock, no socket, no file. Time comes as nanoseconds that never matter absolutely.
public struct Admission: Sendable {
    /// A peer that wants to come in, as the handshake proved it.
    public struct Applicant: Sendable, Hashable {
        /// The socket's domain.
        public var domain: String
        /// Its network address, for the log.
        public var address: String
        /// The mechanism, `CURVE` where it proved a key.
        public var mechanism: String
        /// What it proved.
        public var credentials: [[UInt8]]

        /// An applicant.
        public init(domain: String, address: String, mechanism: String, credentials: [[UInt8]]) {
            self.domain = domain
            self.address = address
            self.mechanism = mechanism
            self.credentials = credentials
        }
    }

    /// Why somebody was not served.
    public enum Refusal: String, Sendable, Hashable, CaseIterable, Error {
        /// A key that is not in the allow-list.
        case unknownKey = "unknown-key"
        /// A key that was in the allow-list and is no more.
        case revokedKey = "revoked-key"
        /// No encryption, or another mechanism than CURVE.
        case plaintext = "plaintext"
        /// A peer that has another server's key, or bytes that were changed on their way.
        case wrongServerKey = "wrong-server-key"
        /// A handshake that is not the protocol's.
        case malformed = "malformed"
        /// A message that the peer's role does not allow.
        case role = "role"

        /// In words, for the log and for the peer.
        public var words: String {
            switch self {
            case .unknownKey: "its key is not in the allow-list"
            case .revokedKey: "its key was revoked"
            case .plaintext: "it does not encrypt"
            case .wrongServerKey: "it has another server's key, or its bytes were changed"
            case .malformed: "its handshake is not the protocol's"
            case .role: "its role does not allow this"
            }
        }

        /// What the peer's operator can do.
        public var remedy: String {
            switch self {
            case .unknownKey, .revokedKey: "have a key made with `qpool keygen` at the coordinator"
            case .plaintext, .wrongServerKey: "use a connection file of this coordinator"
            case .malformed: "see docs/security.md"
            case .role: "use the connection file of a worker, client or administrator as needed"
            }
        }
    }

    /// The domain that applicants must want to reach.
    public let domain: String
    /// Peers let in so far.
    public private(set) var accepted: UInt64 = 0
    /// Peers and messages not served so far, by reason.
    public private(set) var refused: [Refusal: UInt64] = [:]

    private var allowed: [PublicKey: PeerIdentity] = [:]
    private var byUserID: [String: PeerIdentity] = [:]
    private var revoked: Set<PublicKey> = []
    private var log = RefusalLog()

    /// Revoked keys that are remembered, to tell them from unknown ones.
    static let revokedLimit = 10_000

    /// Lets in the peers of a list.
    public init(_ list: AllowList, domain: String = "qpool") {
        self.domain = domain
        replace(list)
    }

    /// Takes another list, as of now. Who is no longer in it is refused at its next handshake, and
    /// with its next message where it is connected.
    ///
    /// - Returns: how many peers came and went.
    @discardableResult
    public mutating func replace(_ list: AllowList) -> (added: Int, removed: Int) {
        let gone = allowed.filter { list.peers[$0.key] != $0.value }
        let come = list.peers.count - (allowed.count - gone.count)
        for key in gone.keys where list.peers[key] == nil && revoked.count < Self.revokedLimit {
            revoked.insert(key)
        }
        revoked.subtract(list.peers.keys)
        allowed = list.peers
        byUserID = Dictionary(
            allowed.values.map { ($0.userID, $0) }, uniquingKeysWith: { first, _ in first })
        return (come, gone.count)
    }

    /// Whether an applicant comes in; its identity's ``PeerIdentity/userID`` shall go with its
    /// messages.
    public mutating func decide(
        _ applicant: Applicant, at nanoseconds: Int64
    ) -> Result<PeerIdentity, Refusal> {
        guard applicant.mechanism == "CURVE" else {
            return .failure(refuse(.plaintext, applicant.address, at: nanoseconds))
        }
        guard applicant.domain == domain, applicant.credentials.count == 1,
            let key = PublicKey(bytes: applicant.credentials[0])
        else { return .failure(refuse(.malformed, applicant.address, at: nanoseconds)) }
        guard let peer = allowed[key] else {
            let reason: Refusal = revoked.contains(key) ? .revokedKey : .unknownKey
            return .failure(refuse(reason, "\(applicant.address) with \(key)", at: nanoseconds))
        }
        accepted &+= 1
        return .success(peer)
    }

    /// Whether a message is served: its sender is still in the list, and its role allows the kind.
    ///
    /// - Parameter userID: what came with the message; nil where nothing did.
    ///
    /// **Complexity**: O(1), a look-up.
    public mutating func permit(
        userID: String?, kind: UInt16, at nanoseconds: Int64
    ) -> Result<PeerIdentity, Refusal> {
        guard let userID, let peer = byUserID[userID] else {
            let reason: Refusal = userID == nil ? .malformed : .revokedKey
            let who = userID.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
            return .failure(refuse(reason, who ?? "a connected peer", at: nanoseconds))
        }
        guard peer.role.allows(kind: kind) else {
            return .failure(refuse(.role, "\(peer), kind \(kind)", at: nanoseconds))
        }
        return .success(peer)
    }

    /// Counts a handshake that failed before anybody could be asked.
    public mutating func failed(_ reason: Refusal, at nanoseconds: Int64) {
        _ = refuse(reason, "a peer", at: nanoseconds)
    }

    /// The lines for the log that are due; at most ``RefusalLog/linesPerWindow`` a reason and
    /// window, then one with the number left out.
    public mutating func takeLines(at nanoseconds: Int64) -> [String] {
        log.take(at: nanoseconds).map(\.text)
    }

    /// When a line becomes due though nothing happens; nil where none will.
    public var deadlineNanoseconds: Int64? { log.deadline }

    private mutating func refuse(
        _ reason: Refusal, _ who: String, at nanoseconds: Int64
    ) -> Refusal {
        refused[reason, default: 0] &+= 1
        let summary = "\(reason.words) (\(reason.remedy))"
        log.add(
            reason.rawValue, "refused \(RefusalLog.clean(who)): \(summary)",
            summary: "refused, \(summary)",
            at: nanoseconds)
        return reason
    }
}
