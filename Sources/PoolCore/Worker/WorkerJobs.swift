// SPDX-License-Identifier: Apache-2.0
internal import DequeModule
internal import Quantilizer

/// The jobs that a worker knows, by what they are: an id may name another job once the coordinator
/// has forgotten the first.
struct WorkerJobs {
    enum State {
        /// → compiling (its text came)
        case fetching(id: String, since: Instant)
        /// → ready
        case compiling
        /// Its key names the compiled job in this session.
        case ready(CompiledJob, key: UInt64)
    }

    private var states: [String: State] = [:]
    /// Those that are ready, the oldest first.
    private var order: Deque<String> = []
    private var lastKey: UInt64 = 0

    subscript(digest: String) -> State? { states[digest] }

    /// Jobs whose text has not come, in a fixed order.
    var fetching: [(digest: String, id: String, since: Instant)] {
        states.sorted { $0.key < $1.key }.compactMap { digest, state in
            guard case .fetching(let id, let since) = state else { return nil }
            return (digest, id, since)
        }
    }

    mutating func fetch(_ digest: String, id: String, at now: Instant) {
        states[digest] = .fetching(id: id, since: now)
    }

    mutating func compile(_ digest: String) { states[digest] = .compiling }

    mutating func forget(_ digest: String) { states[digest] = nil }

    /// Takes a compiled job; the oldest one that is not wanted makes room.
    mutating func add(_ digest: String, _ job: CompiledJob, wanted: (String) -> Bool) {
        lastKey += 1
        states[digest] = .ready(job, key: lastKey)
        order.append(digest)
        guard order.count > PoolLimits.workerJobs,
            let oldest = order.firstIndex(where: { !wanted($0) })
        else { return }
        states[order.remove(at: oldest)] = nil
    }
}

extension WireLease {
    /// What the worker knows the lease's job by.
    var digest: String { jobDigest.isEmpty ? job : jobDigest }
}

extension WireJobText {
    /// What the worker knows the job by.
    var digest: String { jobDigest.isEmpty ? job : jobDigest }
}
