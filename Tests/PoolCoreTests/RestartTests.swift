// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// What a coordinator that was started again may say, how many workers it lets in, and that jobs in
/// their last ranges do not keep the others waiting.
@Suite struct RestartTests {
    static let job = ModelJob(seed: 1, samples: 20_000, quantile: 0.01)

    private func acknowledged(_ messages: [PoolMessage]) -> Int {
        messages.count { if case .acknowledged = $0 { true } else { false } }
    }

    /// A job that an earlier coordinator accepted, and a lease of it that a worker has computed.
    private func interrupted() throws -> (StoredJob, WireLease) {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let lease = try #require(pool.leases(1).first)
        for case .submitted(let stored) in pool.records { return (stored, lease) }
        throw PoolFailure(.fault, "nothing was stored", remedy: "")
    }

    @Test func aPartialOfAJobThatIsStillBeingReadIsAskedForAgain() throws {
        let (stored, lease) = try interrupted()
        let pool = CoordinatorDriver {
            $0.incarnation = 2
            $0.speculates = false
        }
        pool.compiles = false
        pool.step(.restored(stored))
        pool.hello(1)
        pool.compute(lease, Self.job, by: 1)
        #expect(acknowledged(pool.take(CoordinatorDriver.route(1))) == 0)
        pool.read()
        pool.compute(lease, Self.job, by: 1)
        #expect(acknowledged(pool.take(CoordinatorDriver.route(1))) == 1)
        #expect(pool.status("j")?.samplesDone == 1_024)
        #expect(pool.records.contains { if case .merged("j", _) = $0 { true } else { false } })
    }

    @Test func aPartialOfALaterRoundIsAskedForAgain() throws {
        let (stored, lease) = try interrupted()
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.step(.restored(stored))
        pool.hello(1)
        for (round, answers) in [(lease.round + 1, 0), (lease.round, 1)] {
            var header = WirePartial()
            header.lease = lease.lease
            header.job = "j"
            header.round = round
            header.range = lease.range
            let machine = JobMachine(job: Self.job.compiled)
            let evaluator = RangeEvaluator(job: Self.job.compiled)
            let partial = evaluator.evaluate(
                round: try #require(machine.currentRound),
                range: try #require(DyadicRange(lease.range)))
            _ = pool.take(CoordinatorDriver.route(1))
            pool.step(
                .received(CoordinatorDriver.route(1), .partial(header, partial.encode())))
            #expect(acknowledged(pool.take(CoordinatorDriver.route(1))) == answers)
        }
    }

    @Test func workersBeyondTheLimitAreToldWhy() {
        let pool = CoordinatorDriver { $0.workers = 1 }
        pool.hello(1)
        pool.hello(2)
        let said = pool.take(CoordinatorDriver.route(2))
        guard case .refused(let refused)? = said.first, said.count == 1 else {
            Issue.record("\(said)")
            return
        }
        #expect(refused.failure.code == "limit")
        #expect(refused.failure.remedy.contains("ulimit -n"))
        pool.step(.received(CoordinatorDriver.route(1), .goodbye(.init())))
        pool.hello(2)
        guard case .welcome? = pool.take(CoordinatorDriver.route(2)).first else {
            Issue.record("the place of who left is not given")
            return
        }
    }

    /// Thirty jobs of one lease each: all have begun where there are workers for them.
    @Test func jobsInTheirLastRangesDoNotKeepOthersWaiting() {
        let pool = CoordinatorDriver { $0.speculates = false }
        for number in 1...40 { pool.hello(UInt8(number), slots: 1) }
        for number in 0..<30 {
            pool.submit(
                ModelJob(seed: UInt64(number), samples: 200, quantile: 0.1), id: "j\(number)")
        }
        let leased = Set((1...40).flatMap { pool.leases(UInt8($0)).map(\.job) })
        #expect(leased.count == 30)
        #expect(PoolLimits.runningJobs < 30 && PoolLimits.startedJobs >= 30)
    }

    /// SIGTERM while the coordinator takes nothing (its disk is full): the worker waits for a while,
    /// then leaves.
    @Test func aDrainingWorkerDoesNotWaitForEver() throws {
        var session = WorkerSession(
            identity: WorkerIdentity(
                id: "w", host: "h", process: 1, cores: 1, memoryBytes: 1, slots: 2, version: "v",
                fingerprint: Sentinel.fingerprint))
        let (_, lease) = try interrupted()
        var effects = WorkerEffects()
        var now = Instant.zero
        var computes: HeldLease?
        session.step(.connected, at: now, into: &effects)
        var welcome = WireWelcome()
        welcome.heartbeatNanoseconds = 1_000_000_000
        welcome.silenceNanoseconds = 10_000_000_000
        session.step(.received(.welcome(welcome)), at: now, into: &effects)
        let machine = JobMachine(job: Self.job.compiled)
        let round = try #require(machine.currentRound).encode()
        var header = lease
        header.roundBytes = UInt32(round.count)
        session.step(
            .received(.lease(header, round + machine.hints.encode())), at: now, into: &effects)
        var text = WireJobText()
        text.job = "j"
        text.jobDigest = header.jobDigest
        text.text = Self.job.text
        session.step(.received(.jobText(text, [])), at: now, into: &effects)
        session.step(
            .compiled(job: header.jobDigest, ModelJob.compile(Self.job.package).map(\.job)),
            at: now,
            into: &effects)
        for case .compute(let lease) in effects.tasks { computes = lease }
        let computed = try #require(computes)
        session.step(
            .computed(lease: computed.id, partial: [1], busyNanoseconds: 1), at: now,
            into: &effects)
        session.step(.drain(reason: "test"), at: now, into: &effects)
        for second in 1...20 where effects.ending == nil {
            now = Instant(nanoseconds: Int64(second) * 1_000_000_000)
            var beat = WireHeartbeat()
            beat.sequence = 1
            session.step(.received(.heartbeat(beat)), at: now, into: &effects)
            session.step(.tick, at: now, into: &effects)
        }
        #expect(effects.ending == .left)
        #expect(now == Instant(nanoseconds: 10_000_000_000))
    }
}
