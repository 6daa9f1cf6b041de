// SPDX-License-Identifier: Apache-2.0

/// What a peer of the coordinator may do. The kinds are those of `docs/pool.proto`.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Computes ranges. It cannot submit, see results or cancel.
    case worker
    /// Submits jobs, watches them, takes results, extends, cancels, retries. It cannot pretend to be a worker, nor
    /// put jobs before those of others.
    case client
    /// What a client may, and priorities.
    case administrator

    /// Whether a peer of this role may send messages of this kind. Unknown kinds: nobody.
    public func allows(kind: UInt16) -> Bool {
        guard let sender = WireKind(rawValue: kind)?.row.sender else { return false }
        return switch sender {
        case .worker, .both: self == .worker
        case .client: self == .client || self == .administrator
        case .administrator: self == .administrator
        case .coordinator: false
        }
    }

    /// Whether a peer of this role may give a job this priority. Clients may step back, not forward.
    public func allows(priority: Int32) -> Bool {
        switch self {
        case .worker: false
        case .client: priority <= 0
        case .administrator: true
        }
    }
}
