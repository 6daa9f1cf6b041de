// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// What one step of a coordinator does is bounded, however many workers there are.
@Suite struct BoundedStepTests {
    private let job = ModelJob(seed: 1, samples: 1_000_000, quantile: 1e-3)

    /// A job that begins gives its leases out in several steps, each of which asks for the next.
    @Test func leasesAreHandedOutByTheStep() throws {
        let pool = CoordinatorDriver { $0.leaseLevels = 8...8 }
        for number in 1...6 { pool.hello(UInt8(number), slots: 256) }
        pool.submit(job, id: "j")
        func leases() -> Int {
            pool.sent.count { if case .lease = $0.1 { true } else { false } }
        }
        #expect(leases() == PoolLimits.leasesPerStep)
        var deadline = pool.core.deadline
        #expect(deadline == pool.now)
        pool.step(.tick)
        #expect(leases() == 6 * 256)
        deadline = pool.core.deadline
        #expect(try #require(deadline) > pool.now)
    }

    /// Workers that fell silent together are given up in several steps.
    @Test func workersAreLookedAtByTheStep() throws {
        var core = Coordinator(options: CoordinatorOptions())
        var effects = CoordinatorEffects()
        for number in 0..<1_500 {
            var hello = WireHello()
            hello.worker = "worker-\(number)"
            hello.cores = 1
            hello.slots = 2
            hello.fingerprint = Sentinel.fingerprint
            let route = Route([UInt8(number / 256), UInt8(number % 256)])
            core.step(.received(route, .hello(hello)), at: .zero, into: &effects)
        }
        let later = Instant.zero + 60_000_000_000
        var seen = [(workers: core.workerCount, isDue: false)]
        for _ in 0..<2 {
            core.step(.tick, at: later, into: &effects)
            seen.append((core.workerCount, core.deadline == later))
        }
        #expect(seen.map(\.workers) == [1_500, 1_500 - PoolLimits.looksPerStep, 0])
        #expect(seen.map(\.isDue) == [false, true, false])
    }

    /// A snapshot has the bytes of its time, though the machine goes on before it is written.
    @Test func aSnapshotIsOfItsTime() throws {
        var machine = JobMachine(job: job.compiled)
        let evaluator = RangeEvaluator(job: job.compiled)
        let round = try #require(machine.currentRound)
        let ranges = DyadicRange.cover(round.range, maximumLevel: 8).prefix(64)
        func merge(_ range: DyadicRange) {
            _ = machine.merge(evaluator.evaluate(round: round, range: range))
        }
        for range in ranges where !range.isLeft { merge(range) }
        let snapshot = JobSnapshot(of: &machine, number: 7)
        let then = machine.snapshot()
        for range in ranges where range.isLeft { merge(range) }
        #expect(machine.snapshot() != then)
        #expect(snapshot.bytes == then && snapshot.number == 7)
        #expect(snapshot.size <= then.count && snapshot.size > then.count / 2)
        #expect(JobSnapshot(then).size == then.count)
    }

    /// A budget is remembered until it is full again, and nobody's is for much longer.
    @Test func budgetsAreKeptWhileTheySaySomething() {
        func second(_ number: Int64) -> Instant { .zero + number * 1_000_000_000 }
        func payer(_ number: UInt8) -> Payer { .route(Route([number])) }
        var budgets = Budgets()
        func takes(_ cost: Double, of number: UInt8, at seconds: Int64) -> Bool {
            budgets.take(cost, of: payer(number), at: second(seconds))
        }
        #expect(takes(PoolLimits.clientBurst, of: 1, at: 0))
        #expect(!takes(1, of: 1, at: 0))
        for number in 2...19 { #expect(takes(1, of: UInt8(number), at: Int64(number))) }
        #expect(budgets.count == 19)
        // 1,000 a second have come back.
        #expect(!takes(19_500, of: 1, at: 19))
        #expect(takes(19_000, of: 1, at: 19))
        #expect(takes(1, of: 20, at: 20))
        #expect(!takes(2_500, of: 1, at: 21))
        #expect(takes(2_000, of: 1, at: 21))
        #expect(budgets.count == 20)
        #expect(takes(1, of: 1, at: 41))
        #expect(takes(1, of: 1, at: 61))
        #expect(budgets.count == 1)
    }

    @Test func shelvesHoldWhatADictionaryHolds() {
        var random = SystemRandomNumberGenerator()
        var table = ShelvedTable<UInt64, [Int]>()
        var plain: [UInt64: [Int]] = [:]
        for step in 0..<5_000 {
            let key = random.next(upperBound: 300 as UInt64)
            switch random.next(upperBound: 4 as UInt64) {
            case 0: #expect(table.removeValue(forKey: key) == plain.removeValue(forKey: key))
            case 1:
                table[key]?.append(step)
                plain[key]?.append(step)
            case 2:
                table[key] = nil
                plain[key] = nil
            default:
                table[key] = [step]
                plain[key] = [step]
            }
            #expect(table[key] == plain[key] && table.count == plain.count)
        }
        #expect(Dictionary(uniqueKeysWithValues: table.map { ($0.key, $0.value) }) == plain)
        #expect(table.values.count == plain.count && table.isEmpty == plain.isEmpty)
    }
}
