// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

@Suite struct CoordinatorTests {
    static let job = ModelJob(seed: 1, samples: 20_000, quantile: 0.01)

    func codes(_ messages: [PoolMessage]) -> [String] {
        messages.compactMap {
            switch $0 {
            case .refused(let refused): refused.failure.code
            case .errorReply(let reply): reply.failure.code
            default: nil
            }
        }
    }

    @Test func leasesNeverExceedTheCreditAndTheJobEnds() {
        let pool = CoordinatorDriver()
        pool.hello(1, slots: 3)
        pool.submit(Self.job, id: "j")
        var open = pool.leases(1)
        #expect(open.count == 3)
        var computed = 0
        while let lease = open.first {
            open.removeFirst()
            pool.compute(lease, Self.job, by: 1)
            computed += 1
            open += pool.leases(1)
            #expect(open.count <= 3)
        }
        #expect(pool.status("j")?.state == .done)
        #expect(pool.status("j")?.samplesDone == 20_000)
        #expect(computed >= 3)
    }

    @Test func nothingIsAcknowledgedBeforeItIsStored() {
        let pool = CoordinatorDriver()
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let lease = pool.leases(1)[0]
        pool.keepsHeld = true
        pool.records = []
        pool.compute(lease, Self.job, by: 1)
        let messages = pool.take(CoordinatorDriver.route(1))
        #expect(
            !messages.contains { if case .acknowledged = $0 { true } else { false } })
        #expect(
            pool.held.contains {
                if case .acknowledged(let message) = $0.1 {
                    message.leases == [lease.lease]
                } else {
                    false
                }
            })
        #expect(
            pool.records.contains {
                if case .merged(let job, _) = $0 { job == "j" } else { false }
            })
    }

    @Test func leasesTakeAboutASecond() {
        let pool = CoordinatorDriver()
        let large = ModelJob(seed: 2, samples: 1 << 30, quantile: 0.001)
        pool.hello(1, slots: 1)
        pool.submit(large, id: "j")
        let first = pool.leases(1)[0]
        #expect(first.range.level == 10)
        // 1,024 samples in 8 ms: 128,000 a second, of which 2^16 is the largest power below.
        pool.compute(first, large, by: 1, busyNanoseconds: 8_000_000)
        let levels = (0..<8).map { _ in
            let lease = pool.leases(1)[0]
            let busy = UInt64(8_000_000) << UInt64(lease.range.level - 10)
            pool.compute(lease, large, by: 1, busyNanoseconds: busy)
            return Int(lease.range.level)
        }
        // Alignment lets sizes double from where the first lease ended, up to a second's work.
        #expect(levels.allSatisfy { $0 <= 16 })
        #expect(levels.last == 16)
    }

    @Test func aSilentWorkersLeasesGoToAnother() {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let lost = Set(pool.leases(1).map(\.range))
        pool.hello(2, slots: 64)
        var others = pool.leases(2).map(\.range)
        #expect(lost.isDisjoint(with: others))
        for _ in 0..<11 {
            pool.advance(seconds: 1)
            pool.step(.received(CoordinatorDriver.route(2), .heartbeat(.init())))
        }
        others += pool.leases(2).map(\.range)
        #expect(lost.isSubset(of: others))
    }

    @Test func aLateWorkerIsAdmittedAgainAndItsPartialCounts() {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let lease = pool.leases(1)[0]
        pool.advance(seconds: 11)
        pool.compute(lease, Self.job, by: 1)
        #expect(codes(pool.take(CoordinatorDriver.route(1))) == ["unknown-session"])
        #expect(pool.status("j")?.samplesDone == 0)
        pool.hello(1)
        pool.compute(lease, Self.job, by: 1)
        #expect(pool.status("j")?.samplesDone == 1_024)
        // And again: acknowledged, not counted.
        pool.compute(lease, Self.job, by: 1)
        #expect(pool.status("j")?.samplesDone == 1_024)
        let acknowledged = pool.take(CoordinatorDriver.route(1)).filter {
            if case .acknowledged = $0 { true } else { false }
        }
        #expect(acknowledged.count == 2)
    }

    @Test func aReconnectedWorkerKeepsWhatItHolds() {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1, id: "w")
        pool.submit(Self.job, id: "j")
        let leases = pool.leases(1)
        pool.hello(2, id: "w", leases: [leases[1].lease])
        // The one it dropped is handed out again, the one it holds is not.
        let again = pool.leases(2).map(\.range)
        #expect(again == [leases[0].range])
    }

    @Test func theSameJobUnderTheSameIDIsTheSameJob() {
        let pool = CoordinatorDriver()
        pool.submit(Self.job, id: "j", request: 1)
        pool.submit(Self.job, id: "j", request: 2)
        pool.submit(ModelJob(seed: 2, samples: 1, quantile: 1), id: "j", request: 3)
        var known: [UInt64: Bool] = [:]
        var failures: [UInt64: String] = [:]
        for message in pool.take(CoordinatorDriver.client) {
            if case .submitted(let reply) = message { known[reply.request] = reply.known }
            if case .errorReply(let reply) = message {
                failures[reply.request] = reply.failure.code
            }
        }
        #expect(known == [1: false, 2: true])
        #expect(failures == [3: "id-taken"])
    }

    @Test func higherPrioritiesAreServedFirstAndEqualsShare() {
        let pool = CoordinatorDriver()
        let large = ModelJob(seed: 3, samples: 1 << 20, quantile: 0.01)
        pool.submit(large, id: "a")
        pool.submit(large, id: "b")
        pool.submit(large, id: "low", priority: -1)
        pool.hello(1, slots: 40)
        var counts: [String: Int] = [:]
        for lease in pool.leases(1) { counts[lease.job, default: 0] += 1 }
        #expect(counts == ["a": 20, "b": 20])
        pool.submit(large, id: "urgent", priority: 1)
        pool.hello(2, slots: 10)
        #expect(pool.leases(2).allSatisfy { $0.job == "urgent" })
    }

    @Test func cancellingTellsTheWorkers() {
        let pool = CoordinatorDriver()
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let leases = pool.leases(1)
        var cancel = WireCancel()
        cancel.job = "j"
        pool.step(.received(CoordinatorDriver.client, .cancel(cancel)))
        var cancelled: [UInt64] = []
        for case .cancelLease(let message) in pool.take(CoordinatorDriver.route(1)) {
            cancelled += message.leases
        }
        #expect(Set(cancelled) == Set(leases.map(\.lease)))
        #expect(pool.status("j")?.state == .cancelled)
    }

    @Test func aDrainingWorkerGetsNothingMore() {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1)
        pool.submit(Self.job, id: "j")
        let leases = pool.leases(1)
        pool.step(.received(CoordinatorDriver.route(1), .drain(.init())))
        pool.compute(leases[0], Self.job, by: 1)
        #expect(pool.leases(1).isEmpty)
    }

    @Test func oneBrokenWorkerDoesNotFailAJobButAllOfThemDo() {
        let pool = CoordinatorDriver { $0.speculates = false }
        pool.hello(1, slots: 1)
        pool.hello(2, slots: 1)
        pool.submit(Self.job, id: "j")
        func handBack(_ number: UInt8) {
            for lease in pool.leases(number) {
                var message = WireHandBack()
                message.lease = lease.lease
                message.failure = PoolFailure(.fault, "no memory", remedy: "add some").wire
                pool.step(.received(CoordinatorDriver.route(number), .handBack(message)))
            }
        }
        for _ in 0..<5 { handBack(1) }
        #expect(pool.status("j")?.state == .running)
        for _ in 0..<5 { handBack(2) }
        #expect(pool.status("j")?.state == .failed)
        #expect(pool.status("j")?.failure.message == "no memory")
    }

    @Test func otherBitsAndUnknownVersionsAreRefused() {
        let pool = CoordinatorDriver()
        pool.hello(1, fingerprint: "other")
        #expect(codes(pool.take(CoordinatorDriver.route(1))) == ["fingerprint"])
        pool.step(.malformed(CoordinatorDriver.route(2), .version(7)))
        guard case .refused(let refused)? = pool.take(CoordinatorDriver.route(2)).first else {
            Issue.record("not refused")
            return
        }
        #expect(refused.failure.message.contains("version 7"))
        #expect(refused.newestVersion == 1)
    }

    @Test func idleWorkersDoubleWhatAStragglerHolds() {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...12 }
        let small = ModelJob(seed: 4, samples: 4_096, quantile: 0.1)
        pool.hello(1, slots: 1)
        pool.submit(small, id: "j")
        var first = pool.leases(1)
        pool.hello(2, slots: 1)
        while let lease = pool.leases(2).first { pool.compute(lease, small, by: 2) }
        // Worker 1 holds the last range; worker 2 gets halves of it, the later half first.
        var halves: [WireLease] = []
        for _ in 0..<20 where pool.status("j")?.state == .running {
            pool.advance(seconds: 1)
            pool.step(.received(CoordinatorDriver.route(1), .heartbeat(.with(first.map(\.lease)))))
            for lease in pool.leases(2) {
                halves.append(lease)
                pool.compute(lease, small, by: 2)
            }
        }
        #expect(pool.status("j")?.state == .done)
        #expect(halves.count == 2)
        #expect(halves[0].range.start > halves[1].range.start)
        var cancelled: [UInt64] = []
        for case .cancelLease(let message) in pool.take(CoordinatorDriver.route(1)) {
            cancelled += message.leases
        }
        #expect(cancelled == [first.removeFirst().lease])
    }

    @Test func watchesTellEveryIntervalAndAtTheEnd() {
        let pool = CoordinatorDriver()
        pool.submit(Self.job, id: "j")
        _ = pool.take(CoordinatorDriver.client)
        var watch = WireWatch()
        watch.request = 5
        watch.job = "j"
        watch.intervalNanoseconds = 1_000_000_000
        watch.keepNanoseconds = 60_000_000_000
        pool.step(.received(CoordinatorDriver.client, .watch(watch)))
        func updates() -> [WireUpdate] {
            pool.take(CoordinatorDriver.client).compactMap {
                if case .update(let update) = $0 { update } else { nil }
            }
        }
        #expect(updates().count == 1)
        pool.advance(seconds: 0.5)
        #expect(updates().isEmpty)
        pool.advance(seconds: 0.6)
        #expect(updates().count == 1)
        var cancel = WireCancel()
        cancel.job = "j"
        pool.step(.received(CoordinatorDriver.client, .cancel(cancel)))
        #expect(updates().map(\.last) == [true])
        pool.advance(seconds: 5)
        #expect(updates().isEmpty)
    }
}

extension WireHeartbeat {
    static func with(_ leases: [UInt64]) -> WireHeartbeat {
        var beat = WireHeartbeat()
        beat.sequence = 1
        beat.leases = leases
        return beat
    }
}
