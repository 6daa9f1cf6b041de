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
        switch self {
        case .worker: Self.workerKinds.contains(kind)
        case .client: Self.clientKinds.contains(kind)
        case .administrator: Self.clientKinds.contains(kind) || Self.priorityKind == kind
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

    /// hello, partial, heartbeat, drain, hand back, fetch, goodbye.
    private static let workerKinds: Set<UInt16> = [1, 4, 6, 7, 9, 10, 12]
    /// submit, status, watch, result, cancel, list, workers, extend, retry.
    private static let clientKinds: Set<UInt16> = [32, 34, 36, 38, 40, 42, 44, 48, 49]
    private static let priorityKind: UInt16 = 46
}
