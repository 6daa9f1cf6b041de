// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// Workers whose partials do not fit: each costs itself, not the job.
@Suite struct MisfitTests {
    private let job = ModelJob(seed: 1, samples: 1 << 16, quantile: 0.1)

    /// Sends bytes that are no partial for each lease a worker has; returns what they were for, and
    /// how often the worker was turned out.
    private func answerWrongly(
        _ pool: CoordinatorDriver, _ number: UInt8
    ) -> (leases: [WireLease], refusals: Int) {
        var leases: [WireLease] = []
        var refusals = 0
        for message in pool.take(CoordinatorDriver.route(number)) {
            switch message {
            case .lease(let lease, _):
                leases.append(lease)
                var header = WirePartial()
                header.lease = lease.lease
                header.job = lease.job
                header.round = lease.round
                header.range = lease.range
                pool.step(
                    .received(CoordinatorDriver.route(number), .partial(header, [1, 2, 3])))
            case .refused(let refused):
                if PoolFailure(refused.failure).code == .refused { refusals += 1 }
            default: break
            }
        }
        return (leases, refusals)
    }

    @Test func oneWorkerCostsItselfTheJobAndThenItsPlace() throws {
        let pool = CoordinatorDriver()
        for number in 0..<8 { pool.submit(job, id: "j\(number)") }
        pool.hello(1, slots: 1)
        var wrong: [String: Int] = [:]
        var refusals = 0
        for _ in 0..<40 {
            let answered = answerWrongly(pool, 1)
            for lease in answered.leases { wrong[lease.job, default: 0] += 1 }
            refusals += answered.refusals
        }
        // Three of each job, until sixteen in a row.
        #expect(wrong.values.reduce(0, +) == PoolLimits.misfits)
        #expect(wrong.values.allSatisfy { $0 <= PoolLimits.strikes })
        #expect(refusals == 1)
        #expect(pool.core.workersByID["worker-1"] == nil)
        // No job has failed, and each says what happened.
        for (id, count) in wrong where count == PoolLimits.strikes {
            let status = try #require(pool.status(id))
            #expect(status.state == .running)
            #expect(status.warnings.contains { $0.contains("worker-1") })
        }
        pool.hello(2)
        var guardian = 0
        while pool.status("j0")?.state != .done, guardian < 1_000 {
            guardian += 1
            for lease in pool.leases(2) { pool.compute(lease, job, by: 2) }
        }
        #expect(pool.status("j0")?.state == .done)
    }

    /// A partial that fits in between: a bit turned on the way costs nobody its place.
    @Test func onlyMisfitsInARowCount() {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...8 }
        pool.submit(job, id: "j")
        pool.hello(1, slots: 1)
        for round in 0..<40 {
            if round % 3 == 2 {
                for lease in pool.leases(1) { pool.compute(lease, job, by: 1) }
            } else {
                #expect(answerWrongly(pool, 1).leases.count == 1)
            }
        }
        #expect(pool.core.workersByID["worker-1"] != nil)
        #expect(pool.status("j")?.state == .running)
    }

    /// Three that have nothing to do with one another fail at the same samples: it is the job.
    @Test func theJobFailsWhereDifferentWorkersFail() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 16...16 }
        pool.submit(job, id: "j")
        for number in 1...5 as ClosedRange<UInt8> { pool.hello(number, slots: 1) }
        var failing: Set<UInt8> = []
        for _ in 0..<8 {
            for number in 1...5 as ClosedRange<UInt8> {
                if !answerWrongly(pool, number).leases.isEmpty { failing.insert(number) }
            }
        }
        #expect(failing.count == 3)
        let status = try #require(pool.status("j"))
        #expect(status.state == .failed)
        #expect(PoolFailure(status.failure).code == .fault)
    }

    /// One worker under three ids is one party where there are keys.
    @Test func aKeyDoesNotFailAJobAlone() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 16...16 }
        pool.submit(job, id: "j")
        let peer = PeerIdentity(
            role: .worker, name: "rack",
            key: try #require(PublicKey(bytes: [UInt8](repeating: 7, count: 32))))
        for number in 1...5 as ClosedRange<UInt8> {
            var hello = WireHello()
            hello.worker = "w\(number)"
            hello.slots = 1
            hello.fingerprint = Sentinel.fingerprint
            pool.step(.received(CoordinatorDriver.route(number), .hello(hello), peer: peer))
            for _ in 0..<4 { _ = answerWrongly(pool, number) }
        }
        #expect(pool.status("j")?.state == .running)
        #expect(pool.status("j")?.warnings.count == 5)
    }
}
