// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// One bad host, or one key, does not fail anybody's job; a hoarder and a hung worker do not hold it.
@Suite struct VoiceTests {
    private let job = ModelJob(seed: 1, samples: 1 << 14, quantile: 0.1)

    private func peer(_ key: UInt8) throws -> PeerIdentity {
        PeerIdentity(
            role: .worker, name: "key\(key)",
            key: try #require(PublicKey(bytes: [UInt8](repeating: key, count: 32))))
    }

    private func join(
        _ pool: CoordinatorDriver, _ number: UInt8, host: String, slots: UInt32 = 1,
        _ peer: PeerIdentity? = nil
    ) {
        var hello = WireHello()
        hello.worker = "worker-\(number)"
        hello.host = host
        hello.cores = 1
        hello.slots = slots
        hello.fingerprint = Sentinel.fingerprint
        pool.step(.received(CoordinatorDriver.route(number), .hello(hello), peer: peer))
    }

    /// Hands back whatever a worker gets, with a failure; returns how often.
    private func fail(_ pool: CoordinatorDriver, _ number: UInt8, times: Int = 4) -> Int {
        var count = 0
        for _ in 0..<times {
            for lease in pool.leases(number) {
                count += 1
                var message = WireHandBack()
                message.lease = lease.lease
                message.failure = PoolFailure(.jobFailed, "cannot", remedy: "").wire
                pool.step(.received(CoordinatorDriver.route(number), .handBack(message)))
            }
        }
        return count
    }

    private func finish(_ pool: CoordinatorDriver, _ numbers: [UInt8]) {
        var left = 200
        while pool.status("j")?.state != .done, left > 0 {
            left -= 1
            for number in numbers {
                for lease in pool.leases(number) { pool.compute(lease, job, by: number) }
            }
        }
    }

    /// Three sessions of one key with nine hand-backs, beside two healthy workers.
    @Test func threeSessionsOfAKeyAreOneVoice() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        join(pool, 1, host: "a", try peer(1))
        join(pool, 2, host: "b", try peer(2))
        var handed = 0
        for number in 10...14 as ClosedRange<UInt8> {
            join(pool, number, host: "liar", try peer(9))
            handed += fail(pool, number)
            pool.step(.disconnected(CoordinatorDriver.route(number)))
        }
        // Three ids of three each, then the host gets no more of the job.
        #expect(handed == 9)
        #expect(pool.status("j")?.state == .running)
        finish(pool, [1, 2])
        #expect(pool.status("j")?.state == .done)
    }

    /// The same without keys: a host that starts its worker again and again.
    @Test func aHostThatRestartsIsOneVoice() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        join(pool, 1, host: "good")
        for number in 10...20 as ClosedRange<UInt8> {
            join(pool, number, host: "bad")
            _ = fail(pool, number)
            pool.step(.received(CoordinatorDriver.route(number), .goodbye(.init())))
        }
        #expect(pool.status("j")?.state == .running)
        finish(pool, [1])
        #expect(pool.status("j")?.state == .done)
    }

    /// All workers of a pool share a key: the others of it go on.
    @Test func aBadHostDoesNotCostItsKeyTheJob() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        let key = try peer(1)
        join(pool, 1, host: "good", key)
        join(pool, 2, host: "bad", key)
        #expect(fail(pool, 2) == 3)
        #expect(pool.status("j")?.state == .running)
        finish(pool, [1])
        #expect(pool.status("j")?.state == .done)
    }

    /// What everybody finds is the job's fault: all that are there, or three that have nothing to do
    /// with one another.
    @Test func whatAllFindFailsTheJob() throws {
        let alone = CoordinatorDriver { $0.leaseLevels = 8...10 }
        alone.submit(job, id: "j")
        join(alone, 1, host: "a")
        #expect(fail(alone, 1) == 3)
        #expect(alone.status("j")?.state == .failed)
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        for number in 1...4 as ClosedRange<UInt8> { join(pool, number, host: "", try peer(number)) }
        for number in 1...3 as ClosedRange<UInt8> {
            #expect(pool.status("j")?.state == .running)
            _ = fail(pool, number)
        }
        #expect(pool.status("j")?.state == .failed)
    }

    /// Whoever delivers nothing holds few leases, whatever it announces.
    @Test func aHoarderHoldsFew() throws {
        let pool = CoordinatorDriver {
            $0.leaseLevels = 8...8
            $0.firstLeases = PoolLimits.firstLeases
        }
        pool.submit(job, id: "j")
        join(pool, 1, host: "hoarder", slots: 256)
        #expect(pool.leases(1).count == PoolLimits.firstLeases)
        join(pool, 2, host: "good", slots: 64)
        var leases = pool.leases(2)
        for _ in 0..<10 {
            pool.compute(leases.removeFirst(), job, by: 2)
            leases += pool.leases(2)
        }
        #expect(leases.count == PoolLimits.firstLeases + 10)
    }

    /// Who says hello by another's name on a connection has lost what it held under its own.
    @Test func aSessionThatIsOverwrittenHoldsNothing() {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        pool.hello(1)
        pool.hello(2)
        pool.hello(1, id: "worker-2")
        #expect(pool.core.workerCount == 1)
        finish(pool, [1])
        #expect(pool.status("j")?.state == .done)
    }

    /// Watches of one client leave room for others'.
    @Test func watchesHaveAShare() {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        pool.submit(job, id: "j")
        func refusals(_ route: Route, _ count: Int) -> Int {
            for number in 0..<count {
                let watch = WireWatch.with {
                    $0.request = UInt64(number + 1)
                    $0.job = "j"
                }
                pool.step(.received(route, .watch(watch)))
            }
            return pool.take(route).count {
                if case .errorReply = $0 { true } else { false }
            }
        }
        let greedy = CoordinatorDriver.route(100)
        #expect(refusals(greedy, PoolLimits.watchesPerClient + 44) == 44)
        #expect(refusals(CoordinatorDriver.route(101), 10) == 0)
    }

    /// A worker reads the jobs that it was given, and no others.
    @Test func aWorkerFetchesItsOwnJobsAlone() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...10 }
        join(pool, 1, host: "a")
        pool.submit(job, id: "given")
        _ = pool.leases(1)
        pool.submit(ModelJob(seed: 2, samples: 5_000, quantile: 0.1), id: "secret", priority: -10)
        func text(_ job: String) -> (text: String, hasFailure: Bool)? {
            _ = pool.take(CoordinatorDriver.route(1))
            pool.step(.received(CoordinatorDriver.route(1), .fetch(.with { $0.job = job })))
            for case .jobText(let reply, _) in pool.take(CoordinatorDriver.route(1)) {
                return (reply.text, reply.hasFailure)
            }
            return nil
        }
        #expect(text("given")?.text == job.text)
        let secret = try #require(text("secret"))
        #expect(secret.text.isEmpty && secret.hasFailure)
    }
}
