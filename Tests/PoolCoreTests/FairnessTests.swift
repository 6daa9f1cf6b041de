// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import TestMarks
import Testing

@testable import PoolCore

/// Owners, budgets and limits, on a clock of the test's own.
@Suite struct FairnessTests {
    private let job = ModelJob(seed: 1, samples: 2_000, quantile: 0.1)

    private func peer(_ name: String, _ key: UInt8, _ role: Role = .client) throws -> PeerIdentity {
        PeerIdentity(
            role: role, name: name,
            key: try #require(PublicKey(bytes: [UInt8](repeating: key, count: 32))))
    }

    private func codes(_ pool: CoordinatorDriver, _ route: Route) -> [PoolFailure.Code] {
        pool.take(route).compactMap {
            if case .errorReply(let reply) = $0 { PoolFailure(reply.failure).code } else { nil }
        }
    }

    private func submit(
        _ pool: CoordinatorDriver, _ id: String, _ route: Route, _ peer: PeerIdentity?,
        job: ModelJob? = nil
    ) {
        var submit = WireSubmit()
        submit.job = id
        submit.text = (job ?? self.job).text
        pool.step(.received(route, .submit(submit, []), peer: peer))
    }

    @Test func nobodyTouchesAnothersJob() throws {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        let root = try peer("root", 3, .administrator)
        let route = Route([7])
        submit(pool, "anns", route, ann)
        _ = pool.take(route)
        var cancel = WireCancel()
        cancel.job = "anns"
        var watch = WireWatch()
        watch.job = "an"
        var priority = WirePriority()
        priority.job = "anns"
        priority.priority = -5
        var extend = WireExtend()
        extend.job = "anns"
        extend.samples = 100_000
        var retry = WireRetry()
        retry.job = "anns"
        for message in [
            PoolMessage.cancel(cancel), .watch(watch), .priority(priority), .extend(extend),
            .retry(retry),
        ] {
            pool.step(.received(route, message, peer: bob))
            #expect(codes(pool, route) == [.unknownJob], "\(message.kind)")
        }
        // An id that is taken is taken, even by the same job.
        submit(pool, "anns", route, bob)
        #expect(codes(pool, route) == [.idTaken])
        submit(pool, "anns", route, ann)
        #expect(codes(pool, route) == [])
        pool.step(.received(route, .cancel(cancel), peer: root))
        #expect(codes(pool, route) == [])
        #expect(pool.status("anns")?.state == .cancelled)
        #expect(pool.status("anns")?.owner == "ann")
        pool.step(.received(route, .retry(retry), peer: bob))
        #expect(codes(pool, route) == [.unknownJob])
        #expect(pool.status("anns")?.state == .cancelled)
    }

    /// A client with a new key goes on with the old one's jobs, and only where its line says so.
    @Test func aNewKeyHasTheJobsOfTheOneBefore() throws {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        var next = try peer("ann-2", 3)
        let route = Route([7])
        submit(pool, "anns", route, ann)
        submit(pool, "bobs", route, bob)
        _ = pool.take(route)
        var status = WireStatusRequest()
        status.job = "anns"
        pool.step(.received(route, .statusRequest(status), peer: next))
        #expect(codes(pool, route) == [.unknownJob])
        submit(pool, "anns", route, next)
        #expect(codes(pool, route) == [.idTaken])

        next.earlier = [ann.key]
        pool.step(.received(route, .statusRequest(status), peer: next))
        #expect(codes(pool, route) == [])
        // Handed in again it is the same job, and still the old key's.
        submit(pool, "anns", route, next)
        #expect(codes(pool, route) == [])
        #expect(pool.status("anns")?.owner == "ann")
        status.job = "bobs"
        pool.step(.received(route, .statusRequest(status), peer: next))
        #expect(codes(pool, route) == [.unknownJob])
        pool.step(.received(route, .listRequest(WireListRequest()), peer: next))
        let lists = pool.take(route).compactMap {
            if case .jobList(let list) = $0 { list.jobs.map(\.job) } else { nil }
        }
        #expect(lists == [["anns"]])
        var cancel = WireCancel()
        cancel.job = "anns"
        pool.step(.received(route, .cancel(cancel), peer: next))
        #expect(codes(pool, route) == [] && pool.status("anns")?.state == .cancelled)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func aFloodIsToldToAskLess() throws {
        let pool = CoordinatorDriver()
        pool.submit(job, id: "j")
        let flood = Route([6])
        var request = WireStatusRequest()
        request.job = "j"
        let burst = Int(PoolLimits.clientBurst)
        for _ in 0..<burst { pool.step(.received(flood, .statusRequest(request))) }
        #expect(codes(pool, flood) == [])
        for _ in 0..<10 { pool.step(.received(flood, .statusRequest(request))) }
        #expect(codes(pool, flood) == Array(repeating: .limit, count: 10))
        // Others have budgets of their own, and this one fills again.
        #expect(pool.status("j") != nil)
        pool.now = pool.now + 1_000_000_000
        for _ in 0..<Int(PoolLimits.clientRate) {
            pool.step(.received(flood, .statusRequest(request)))
        }
        #expect(codes(pool, flood) == [])
        pool.step(.received(flood, .statusRequest(request)))
        #expect(codes(pool, flood) == [.limit])
        // A long list costs more than a status.
        pool.now = pool.now + 10_000_000
        var list = WireListRequest()
        list.limit = 1
        for _ in 0..<3 { pool.step(.received(flood, .listRequest(list))) }
        #expect(codes(pool, flood) == [.limit])
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func anOwnerHasAShareOfTheJobs()
        throws
    {
        let pool = CoordinatorDriver()
        let (ann, bob) = (try peer("ann", 1), try peer("bob", 2))
        for number in 0..<PoolLimits.jobsPerClient {
            // Each from a connection of its own: budgets do not count here.
            submit(pool, "j\(number)", Route([1, UInt8(number & 255), UInt8(number >> 8)]), ann)
        }
        let route = Route([2])
        submit(pool, "more", route, ann)
        #expect(codes(pool, route) == [.limit])
        submit(pool, "bobs", route, bob)
        #expect(codes(pool, route) == [])
    }

    @Test func noWorkerTakesAnothersPlace() throws {
        let pool = CoordinatorDriver()
        var hello = WireHello()
        hello.worker = "w"
        hello.slots = 1
        hello.fingerprint = Sentinel.fingerprint
        pool.step(.received(Route([1]), .hello(hello), peer: try peer("a", 1, .worker)))
        pool.step(.received(Route([2]), .hello(hello), peer: try peer("b", 2, .worker)))
        let refusals = pool.take(Route([2])).compactMap {
            if case .refused(let refused) = $0 { PoolFailure(refused.failure).code } else { nil }
        }
        #expect(refusals == [.refused])
        #expect(pool.core.workersByID["w"]?.route == Route([1]))
        // Its own key may: it has connected again.
        pool.step(.received(Route([3]), .hello(hello), peer: try peer("a", 1, .worker)))
        #expect(pool.core.workersByID["w"]?.route == Route([3]))
    }

    @Test func absurdJobsAreRefused() throws {
        let pool = CoordinatorDriver { $0.maximumEvaluations = 1e6 }
        let route = Route([2])
        var large = job
        large.samples = 1_000_001
        submit(pool, "large", route, nil, job: large)
        #expect(codes(pool, route) == [.limit])
        large.samples = 1_000_000
        submit(pool, "fits", route, nil, job: large)
        #expect(codes(pool, route) == [])
    }

    /// What is too much to submit is too much to extend to.
    @Test func noJobGrowsBeyondTheLimit() throws {
        let pool = CoordinatorDriver { $0.maximumEvaluations = 1e6 }
        pool.submit(job, id: "j")
        let before = (records: pool.records.count, digest: pool.status("j")?.jobDigest)
        let refused = #expect(throws: PoolFailure.self) {
            try pool.extend("j", to: 1_000_001).get()
        }
        #expect(refused?.code == .limit)
        #expect(pool.records.count == before.records)
        #expect(pool.status("j")?.jobDigest == before.digest)
        // Of a job that is done, too, and its answer stays.
        pool.hello(1)
        pool.work(1, job)
        #expect(pool.status("j")?.state == .done)
        #expect(throws: PoolFailure.self) { try pool.extend("j", to: 1_000_001).get() }
        #expect(pool.status("j")?.state == .done)
        #expect(try pool.extend("j", to: 1_000_000).get().state != .done)
    }

    @Test func extensionsAndRetriesAreCharged() {
        let pool = CoordinatorDriver()
        pool.submit(job, id: "j")
        let flood = Route([6])
        var extend = WireExtend()
        extend.job = "j"
        extend.samples = job.samples
        var retry = WireRetry()
        retry.job = "j"
        let burst = Int(PoolLimits.clientBurst)
        for _ in 0..<burst / 8 {
            pool.step(.received(flood, .extend(extend)))
            pool.step(.received(flood, .retry(retry)))
        }
        #expect(codes(pool, flood) == [])
        pool.step(.received(flood, .extend(extend)))
        pool.step(.received(flood, .retry(retry)))
        #expect(codes(pool, flood) == [.limit, .limit])
    }

    /// A client that asks without waiting must not keep others out.
    @Test func aFloodOfOneConnectionLeavesRoomForOthers() {
        let pool = CoordinatorDriver()
        pool.submit(job, id: "j")
        pool.submit(job, id: "cancelled")
        var cancel = WireCancel()
        cancel.job = "cancelled"
        _ = pool.ask(.cancel(cancel))
        // None of them is compiled yet.
        pool.compiles = false
        let (flood, other) = (Route([6]), Route([7]))
        var extend = WireExtend()
        extend.job = "j"
        extend.samples = 4_000
        for number in 0..<PoolLimits.submissionsPerClient {
            if number % 2 == 0 {
                submit(pool, "flood-\(number)", flood, nil)
            } else {
                pool.step(.received(flood, .extend(extend)))
            }
        }
        #expect(codes(pool, flood) == [])
        var retry = WireRetry()
        retry.job = "cancelled"
        submit(pool, "one-too-many", flood, nil)
        pool.step(.received(flood, .extend(extend)))
        pool.step(.received(flood, .retry(retry)))
        #expect(codes(pool, flood) == [.limit, .limit, .limit])
        #expect(pool.status("cancelled")?.state == .cancelled)
        submit(pool, "honest", other, nil)
        pool.step(.received(other, .retry(retry)))
        #expect(codes(pool, other) == [])
        pool.read()
        #expect(pool.status("j")?.samplesTotal == 4_000)
        #expect(pool.status("honest") != nil)
    }

    /// A job that has ended and is extended or retried counts again.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func noShareIsStretchedByRetries()
        throws
    {
        let pool = CoordinatorDriver()
        let ann = try peer("ann", 1)
        let route = Route([1])
        submit(pool, "ended", route, ann)
        var cancel = WireCancel()
        cancel.job = "ended"
        pool.step(.received(route, .cancel(cancel), peer: ann))
        for number in 0..<PoolLimits.jobsPerClient {
            submit(pool, "j\(number)", Route([1, UInt8(number & 255), UInt8(number >> 8)]), ann)
        }
        _ = pool.take(route)
        var retry = WireRetry()
        retry.job = "ended"
        pool.step(.received(route, .retry(retry), peer: ann))
        #expect(codes(pool, route) == [.limit])
        // One that has not ended may grow: it is no other job.
        var extend = WireExtend()
        extend.job = "j0"
        extend.samples = 3_000
        pool.step(.received(route, .extend(extend), peer: ann))
        #expect(codes(pool, route) == [])
    }
}
