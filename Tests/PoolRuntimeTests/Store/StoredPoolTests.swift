// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import Simulation
import Synchronization
import TestMarks
import Testing

/// Passes records on, and tells of checkpoints.
private final class WatchedStore: JobStore {
    let store: SQLiteStore
    /// Called on the coordinator's thread when it has given a checkpoint.
    let atCheckpoint = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ store: SQLiteStore) { self.store = store }

    func load() throws(PoolFailure) -> [StoredJob] { try store.load() }

    func quarantined() throws(PoolFailure) -> [Quarantine] { try store.quarantined() }

    func atWork(_ jobs: [String]) { store.atWork(jobs) }

    var sizes: [String: UInt64] { store.sizes }

    func commit(
        _ records: [StoreRecord],
        completion: @escaping @Sendable (Result<Void, PoolFailure>) -> Void
    ) {
        store.commit(records, completion: completion)
        let hasCheckpoint = records.contains { if case .checkpoint = $0 { true } else { false } }
        if hasCheckpoint { atCheckpoint.withLock { $0?() } }
    }
}

/// A pool on a store that is closed and opened again.
@Suite(.serialized) struct StoredPoolTests {
    static func coordinator(
        _ store: any JobStore, endpoint: String = "tcp://127.0.0.1:*"
    ) throws -> CoordinatorService {
        var options = CoordinatorOptions()
        options.leaseLevels = 8...8
        return try CoordinatorService(
            .init(
                endpoint: endpoint, options: options, store: store, compiler: ModelCompiler(),
                logger: Loopback.quiet))
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), .timeLimit(.minutes(3)))
    func aJobGoesOnFromItsCheckpoint() async throws {
        let job = ModelJob(seed: 3, samples: 8_000_000, quantile: 0.02)
        let folder = try StoreFolder()
        let first = WatchedStore(try SQLiteStore(path: folder.file))
        var coordinator = try Self.coordinator(first)
        let worker = try WorkerService(
            .init(
                endpoint: coordinator.endpoint, threads: 1, slots: 8, compiler: ModelCompiler(),
                logger: Loopback.quiet))
        var client = try PoolClient(endpoint: coordinator.endpoint)
        // Stopped by its own thread: this one may be late, and the job done.
        first.atCheckpoint.withLock { [coordinator] in $0 = { coordinator.stop() } }
        let (seen, _) = try await client.submit(job.package, id: "long")
        try await coordinator.ended()
        first.atCheckpoint.withLock { $0 = nil }
        try first.store.close()

        let second = WatchedStore(try SQLiteStore(path: folder.file))
        let stored = try second.load()
        #expect(stored.count == 1 && stored[0].checkpoint != nil && stored[0].ending == nil)
        // Bounded: partials of twice the checkpoint at most, whatever was merged.
        let bytes = stored[0].partials.reduce(0) { $0 + $1.count }
        #expect(bytes <= max(PoolLimits.journalBytes, stored[0].checkpoint?.count ?? 0))
        coordinator = try Self.coordinator(second, endpoint: coordinator.endpoint)
        client = try PoolClient(endpoint: coordinator.endpoint)
        var again = try await client.status("long")
        while again.state == .queued { again = try await client.status("long") }
        #expect(again.samplesDone > seen.samplesDone)
        for try await _ in client.watch("long", interval: .milliseconds(50)) {}
        #expect(try await client.result("long") == Loopback.local(job))
        worker.drain(reason: "test")
        try await worker.ended()
        coordinator.stop()
        try await coordinator.ended()
        try second.store.close()

        // The result is left, and the little that more samples would need: 17·√k candidates.
        let third = try SQLiteStore(path: folder.file)
        let ended = try third.load()
        #expect((ended[0].checkpoint?.count ?? .max) < 400_000 && ended[0].partials.isEmpty)
        guard case .done(let document) = ended[0].ending else {
            Issue.record("the result is not stored")
            return
        }
        #expect(try document == Loopback.local(job))
    }
}
