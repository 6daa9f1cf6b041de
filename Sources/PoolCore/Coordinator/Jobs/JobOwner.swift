// SPDX-License-Identifier: Apache-2.0

/// Whose a job is: the key that submitted it.
public struct JobOwner: Sendable, Hashable {
    /// The public key, in Z85.
    public var key: String
    /// The key's name in the allow-list, when the job was submitted.
    public var name: String

    /// An owner.
    public init(key: String, name: String) {
        self.key = key
        self.name = name
    }

    init(_ peer: PeerIdentity) { self.init(key: "\(peer.key)", name: peer.name) }
}

extension PeerIdentity {
    /// Whether a job of this owner is the peer's: of its key, or of one before it.
    func has(_ owner: JobOwner?) -> Bool {
        guard let owner else { return false }
        return owner.key == "\(key)" || earlier.contains { owner.key == "\($0)" }
    }
}

/// What one client may do to another's jobs: nothing, not even know of them.
extension Coordinator {
    /// Whether the sender of this step's message may see, change and end a job. Without keys everybody
    /// is one; an administrator may do everything.
    func isVisible(_ job: JobRecord) -> Bool {
        guard let asker, asker.role != .administrator else { return true }
        return asker.has(job.owner)
    }
}
