// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Simulation
import Synchronization
import TestMarks
import Testing
import ZeroMQ

/// Computes other utilities than it was given: all that a worker with it sends is wrong.
private struct LyingCompiler: JobCompiling {
    var fingerprint = Sentinel.fingerprint

    func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        ModelJob.compile(package).flatMap { honest in
            var other = honest
            do throws(PoolFailure) {
                other.job = try ModelJob(text: package.text).falsified(by: 0.37)
            } catch {
                return .failure(error)
            }
            return .success(other)
        }
    }

    func extend(
        _ package: JobPackage, samples: UInt64?, draws: Int?
    ) -> Result<Compilation, PoolFailure> {
        ModelJob.extend(package, samples: samples, draws: draws)
    }

    func document(
        of machine: JobMachine, package: JobPackage, jobDigest: String, assurance: Assurance?
    ) -> Result<ResultDocument, PoolFailure> { ModelJob.document(of: machine) }
}

/// A peer that asks for lists as fast as its socket takes them, from a thread of its own.
private final class Flood: Sendable {
    private let isStopped = Atomic(false)
    private let sent = Atomic(0)
    private let hasEnded = DispatchSemaphore(value: 0)

    init(endpoint: String) {
        Thread.detachNewThread { [self] in
            try? run(endpoint)
            hasEnded.signal()
        }
    }

    private func run(_ endpoint: String) throws {
        let context = try Context()
        let dealer = try Socket(.dealer, in: context, security: .plain())
        try dealer.set(.lingerMilliseconds, 0)
        try dealer.connect(endpoint)
        var list = WireListRequest()
        while !isStopped.load(ordering: .relaxed) {
            list.request += 1
            do throws(ZeroMQError) {
                try dealer.send(Frames.encode(.listRequest(list)))
                sent.wrappingAdd(1, ordering: .relaxed)
            } catch {
                // The queue is full: again, at once.
                guard error.wouldBlock else { throw error }
            }
        }
    }

    func stop() -> Int {
        isStopped.store(true, ordering: .relaxed)
        hasEnded.wait()
        return sent.load(ordering: .relaxed)
    }
}

/// Over TCP, with real keys: who is not let in hears so, whose a job is, who lies, who floods.
@Suite(.serialized) struct TrustTests {
    /// A coordinator with keys and the connection files of its peers.
    private struct Keyed {
        let folder: Folder
        let keys: CoordinatorKeys
        let coordinator: CoordinatorService

        init(store: any JobStore = MemoryStore()) throws {
            folder = try Folder()
            keys = try folder.keys()
            var options = CoordinatorOptions()
            options.leaseLevels = 10...12
            for (role, name) in [
                (Role.worker, "w"), (.client, "ann"), (.client, "bob"), (.administrator, "root"),
            ] { _ = try keys.admit(role, name: name) }
            coordinator = try CoordinatorService(
                .init(
                    endpoint: "tcp://127.0.0.1:*",
                    keys: try CoordinatorKeys.load(folder.path + "/keys"), options: options,
                    store: store, compiler: ModelCompiler(), logger: Loopback.quiet))
        }

        func security(_ name: String) throws -> Security {
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            let file = try #require(files.first { $0.hasSuffix("-\(name).yaml") })
            return try ConnectionFile.resolve(flag: folder.path + "/" + file, environment: [:])
                .security
        }

        func client(_ name: String) throws -> PoolClient {
            try PoolClient(endpoint: coordinator.endpoint, security: try security(name))
        }

        func worker(_ security: Security) throws -> WorkerService {
            try WorkerService(
                .init(
                    endpoint: coordinator.endpoint, security: security, threads: 1,
                    compiler: ModelCompiler(), logger: Loopback.quiet))
        }
    }

    private func code(_ body: () async throws -> Void) async -> PoolFailure.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? PoolFailure)?.code }
    }

    /// Whoever waited in vain would hear `unreachable`, not `refused`.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), .timeLimit(.minutes(5)))
    func whoIsNotLetInHearsSo() async throws {
        let pool = try Keyed()
        let stranger = try Keyed()
        let mine = try ConnectionFile(
            path: pool.folder.path + "/" + (try fileOf(pool, "ann")))
        let other = try ConnectionFile(
            path: stranger.folder.path + "/" + (try fileOf(stranger, "ann")))
        let unlisted = Security.curveClient(
            CurveClient(serverKey: mine.serverKey, keys: other.keys))
        // An unlisted key; another coordinator's file; no keys at all.
        for security in [unlisted, try stranger.security("ann"), .plain()] {
            let client = try PoolClient(
                endpoint: pool.coordinator.endpoint, security: security)
            #expect(await code { _ = try await client.jobs() } == .refused)
            // Nor does asking again.
            #expect(await code { _ = try await client.jobs() } == .refused)
        }
        let worker = try pool.worker(unlisted)
        #expect(await code { try await worker.ended() } == .refused)
        // The wrong role: a client's file for a worker, a worker's for a client.
        let posing = try pool.worker(try pool.security("ann"))
        #expect(await code { try await posing.ended() } == .refused)
        let asking = try pool.client("w")
        #expect(await code { _ = try await asking.jobs() } == .refused)
    }

    private func fileOf(_ pool: Keyed, _ name: String) throws -> String {
        let files = try FileManager.default.subpathsOfDirectory(atPath: pool.folder.path)
        return try #require(files.first { $0.hasSuffix("-\(name).yaml") })
    }

    @Test(.timeLimit(.minutes(5))) func aClientHasItsOwnJobsOnly() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteStore(path: folder.file)
        let pool = try Keyed(store: store)
        let job = ModelJob(seed: 3, samples: 3_000, quantile: 0.1)
        let (ann, bob, root) = (
            try pool.client("ann"), try pool.client("bob"), try pool.client("root")
        )
        _ = try await ann.submit(job.package, id: "anns")
        #expect(await code { _ = try await bob.status("anns") } == .unknownJob)
        #expect(await code { _ = try await bob.cancel("an") } == .unknownJob)
        #expect(await code { _ = try await bob.result("anns") } == .unknownJob)
        #expect(await code { _ = try await bob.submit(job.package, id: "anns") } == .idTaken)
        #expect(try await bob.jobs().total == 0)
        #expect(try await ann.jobs().total == 1)
        #expect(try await root.jobs().jobs.map(\.owner) == ["ann"])
        pool.coordinator.stop()
        try await pool.coordinator.ended()
        // Whose it is survives the coordinator.
        let stored = try store.load()
        #expect(stored.map { $0.owner?.name } == ["ann"])
        let again = try CoordinatorService(
            .init(
                endpoint: "tcp://127.0.0.1:*",
                keys: try CoordinatorKeys.load(pool.folder.path + "/keys"), store: store,
                compiler: ModelCompiler(), logger: Loopback.quiet))
        func client(_ name: String) throws -> PoolClient {
            try PoolClient(endpoint: again.endpoint, security: try pool.security(name))
        }
        let later = try client("bob")
        #expect(await code { _ = try await later.cancel("anns") } == .unknownJob)
        #expect(try await client("ann").status("anns").id == "anns")
        #expect(try await client("root").cancel("anns").state == .cancelled)
        again.stop()
        try await again.ended()
    }

    /// A client's key is changed while the coordinator runs: the new one has the old one's jobs.
    @Test(.timeLimit(.minutes(5))) func aNewKeyTakesOverTheJobs() async throws {
        let pool = try Keyed()
        let job = ModelJob(seed: 3, samples: 3_000, quantile: 0.1)
        _ = try await pool.client("ann").submit(job.package, id: "anns")
        _ = try await pool.client("bob").submit(job.package, id: "bobs")
        _ = try pool.keys.admit(.client, name: "ann-2", owns: ["ann"])
        let list = try pool.folder.read("keys/allow-list")
        try pool.folder.write(
            list.split(separator: "\n").filter { !$0.hasPrefix("client ann ") }
                .joined(separator: "\n"), "keys/allow-list", mode: 0o644)
        // The list is read again within a second or two.
        var found: [String]?
        let end = ContinuousClock.now + .seconds(60)
        while found == nil, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
            found = try? await pool.client("ann-2").jobs().jobs.map(\.id)
        }
        #expect(found == ["anns"])
        let old = try pool.client("ann")
        #expect(await code { _ = try await old.jobs() } == .refused)
        let renewed = try pool.client("ann-2")
        #expect(try await renewed.submit(job.package, id: "anns").known)
        #expect(try await renewed.cancel("anns").state == .cancelled)
        #expect(await code { _ = try await renewed.cancel("bobs") } == .unknownJob)
        pool.coordinator.stop()
        try await pool.coordinator.ended()
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), .timeLimit(.minutes(5)))
    func aLyingWorkerIsShutOut() async throws {
        var options = CoordinatorOptions()
        options.leaseLevels = 10...12
        let pool = try Loopback(options: options)
        let liar = try WorkerService(
            .init(
                endpoint: pool.coordinator.endpoint, threads: 1, id: "liar",
                compiler: LyingCompiler(), logger: Loopback.quiet))
        let workers = [try pool.worker(), try pool.worker()]
        for verify in [1, 0.2] {
            let job = ModelJob(seed: 5, samples: 300_000, quantile: 0.01, verify: verify)
            let id = "verified-\(Int(verify * 100))"
            _ = try await pool.client.submit(job.package, id: id)
            #expect(try await pool.result(of: id) == Loopback.local(job))
        }
        #expect(await code { try await liar.ended() } == .refused)
        let shown = try await pool.client.workers().workers.first { $0.id == "liar" }
        #expect(shown?.quarantine?.contains("was wrong") == true)
        for worker in workers { worker.drain(reason: "test") }
        for worker in workers { try await worker.ended() }
        pool.coordinator.stop()
        try await pool.coordinator.ended()
    }

    /// One client asks as fast as it can; another's questions are answered all the same.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), .timeLimit(.minutes(5)))
    func aFloodStarvesNobody() async throws {
        let pool = try Loopback()
        for number in 0..<200 {
            _ = try await pool.client.submit(
                ModelJob(seed: UInt64(number), samples: 1_000, quantile: 0.1).package,
                id: "job-\(number)")
        }
        // It reads no answer and stops for nothing.
        let flood = Flood(endpoint: pool.coordinator.endpoint)
        try await Task.sleep(for: .milliseconds(300))
        var latencies: [Duration] = []
        for number in 0..<40 {
            let start = ContinuousClock.now
            _ = try await pool.client.status("job-\(number)")
            latencies.append(ContinuousClock.now - start)
            try await Task.sleep(for: .milliseconds(20))
        }
        let sent = flood.stop()
        latencies.sort()
        print("status while flooded: median \(latencies[20]), worst \(latencies[39]); \(sent) sent")
        #expect(sent > 5_000)
        // Two cores run everything at once here; who starves hears nothing at all.
        #expect(latencies[39] < .seconds(60))
        pool.coordinator.stop()
        try await pool.coordinator.ended()
    }
}
