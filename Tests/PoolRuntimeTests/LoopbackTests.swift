// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PoolCore
import PoolRuntime
import Quantilizer
import Simulation
import TestMarks
import Testing

/// Model jobs instead of job files.
struct ModelCompiler: JobCompiling {
    var fingerprint = Sentinel.fingerprint

    func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        ModelJob.compile(package)
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

/// A coordinator, workers and a client in this process, over TCP.
struct Loopback {
    let coordinator: CoordinatorService
    let client: PoolClient

    static let quiet: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    init(
        endpoint: String = "tcp://127.0.0.1:*", options: CoordinatorOptions = CoordinatorOptions()
    ) throws {
        coordinator = try CoordinatorService(
            .init(
                endpoint: endpoint, options: options, compiler: ModelCompiler(), logger: Self.quiet)
        )
        client = try PoolClient(endpoint: coordinator.endpoint)
    }

    func worker(
        threads: Int = 1, slots: Int = 2, fingerprint: String = Sentinel.fingerprint
    ) throws -> WorkerService {
        try WorkerService(
            .init(
                endpoint: coordinator.endpoint, threads: threads, slots: slots,
                compiler: ModelCompiler(fingerprint: fingerprint), logger: Self.quiet))
    }

    /// The result, once the job is done.
    func result(of job: String) async throws -> ResultDocument {
        for try await status in client.watch(job, interval: .milliseconds(50)) {
            if status.state == .failed, let failure = status.failure { throw failure }
        }
        return try await client.result(job)
    }

    static func local(_ job: ModelJob, threads: Int = 2) throws -> ResultDocument {
        var machine = JobMachine(job: job.compiled)
        #expect(BatchRunner(threads: threads).complete(&machine))
        return try ModelJob.document(of: machine).get()
    }
}

@Suite(.serialized) struct LoopbackTests {
    static let job = ModelJob(seed: 11, samples: 300_000, quantile: 0.01)

    @Test(
        .disabled(if: isQuick, "slow without an optimiser"), .timeLimit(.minutes(3)),
        arguments: [8...10, 14...14, 8...50])
    func aPoolGivesTheLocalResult(levels: ClosedRange<Int>) async throws {
        var options = CoordinatorOptions()
        options.leaseLevels = levels
        let pool = try Loopback(options: options)
        let workers = [try pool.worker(), try pool.worker(threads: 2, slots: 4)]
        let (status, known) = try await pool.client.submit(Self.job.package, id: "first")
        #expect(status.id == "first" && !known)
        #expect(try await pool.result(of: "first") == Loopback.local(Self.job))
        for worker in workers { worker.drain(reason: "test") }
        for worker in workers { try await worker.ended() }
        // Their goodbyes came on other connections than this question.
        while try await pool.client.workers().total > 0 {}
        pool.coordinator.stop()
        try await pool.coordinator.ended()
    }

    @Test func aKilledWorkerCostsNothing() async throws {
        var options = CoordinatorOptions()
        options.leaseLevels = 10...10
        options.heartbeatNanoseconds = 100_000_000
        options.silenceNanoseconds = 1_000_000_000
        let pool = try Loopback(options: options)
        let doomed = try pool.worker(slots: 8)
        _ = try await pool.client.submit(Self.job.package, id: "survives")
        for try await status in pool.client.watch("survives", interval: .milliseconds(50)) {
            if status.samplesDone > 0 { break }
        }
        doomed.kill()
        let late = try pool.worker()
        #expect(try await pool.result(of: "survives") == Loopback.local(Self.job, threads: 1))
        late.drain(reason: "test")
        try await late.ended()
        pool.coordinator.stop()
    }

    @Test func workersComeBackToANewCoordinator() async throws {
        var options = CoordinatorOptions()
        options.heartbeatNanoseconds = 100_000_000
        options.silenceNanoseconds = 1_000_000_000
        let first = try Loopback(options: options)
        let worker = try first.worker()
        while try await first.client.workers().total == 0 {}
        first.coordinator.stop()
        try await first.coordinator.ended()
        let second = try Loopback(endpoint: first.coordinator.endpoint, options: options)
        _ = try await second.client.submit(Self.job.package, id: "again")
        #expect(try await second.result(of: "again") == Loopback.local(Self.job))
        worker.drain(reason: "test")
        try await worker.ended()
        second.coordinator.stop()
    }

    @Test func aWorkerWithOtherBitsIsRefused() async throws {
        let pool = try Loopback()
        let worker = try pool.worker(fingerprint: "other")
        do {
            try await worker.ended()
            Issue.record("it was not refused")
        } catch let failure as PoolFailure {
            #expect(failure.code == .fingerprint)
        }
        pool.coordinator.stop()
    }

    @Test func errorsReachTheClient() async throws {
        let pool = try Loopback()
        let client = pool.client
        func code(_ body: () async throws -> Void) async -> PoolFailure.Code? {
            do { try await body() } catch { return (error as? PoolFailure)?.code }
            return nil
        }
        #expect(await code { _ = try await client.status("nothing") } == .unknownJob)
        #expect(
            await code { _ = try await client.submit(Self.job.package, id: "a b") } == .malformed)
        let wrong = JobPackage(text: "nonsense", resources: JobResources())
        #expect(await code { _ = try await client.submit(wrong, id: "w") } == .invalidJob)
        _ = try await client.submit(Self.job.package, id: "same-1")
        #expect(try await client.submit(Self.job.package, id: "same-1").known)
        let other = ModelJob(seed: 12, samples: 300_000, quantile: 0.01)
        #expect(await code { _ = try await client.submit(other.package, id: "same-1") } == .idTaken)
        _ = try await client.submit(other.package, id: "same-2")
        #expect(await code { _ = try await client.status("same") } == .ambiguousJob)
        #expect(await code { _ = try await client.result("same-1") } == .notDone)
        #expect(try await client.cancel("same-1").state == .cancelled)
        #expect(await code { _ = try await client.result("same-1") } == .jobCancelled)
        #expect(try await client.setPriority("same-2", 5).priority == 5)
        let list = try await client.jobs()
        #expect(list.jobs.map(\.id) == ["same-2", "same-1"] && list.total == 2)
        pool.coordinator.stop()
    }

    @Test func anAbsentCoordinatorIsUnreachable() async throws {
        let client = try PoolClient(endpoint: "tcp://127.0.0.1:9", timeout: .milliseconds(200))
        do {
            _ = try await client.jobs()
            Issue.record("somebody answered")
        } catch {
            #expect(error.code == .unreachable)
            #expect(error.message.contains("tcp://127.0.0.1:9"))
        }
    }
}
