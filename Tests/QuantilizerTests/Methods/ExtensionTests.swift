// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// A job that was extended is the job that was large from the start, to the bit.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct ExtensionTests {
    /// Ties, infinities, NaN; smooth; one value alone; a few values.
    private static let utilities: [@Sendable (Double) -> Double] = [
        { x in x < 0.01 ? .nan : x > 0.9995 ? .infinity : (x * 40).rounded(.down) / 4 - 5 },
        { x in x * (1.7 - x) },
        { _ in 1 },
        { x in (x * 3).rounded(.down) },
    ]

    private func job(
        _ samples: UInt64, kind: Int, memory: Int = 64 << 20, draws: Int = 7,
        quantiles: [Double] = [0.3, 0.001, 0.9], method: MethodChoice = .exact
    ) -> CompiledJob {
        unitJob(
            JobSettings(
                seed: 77, samples: samples, quantiles: quantiles, draws: draws, method: method,
                memoryBytes: memory),
            utilities: [Self.utilities[kind], Self.utilities[(kind + 1) % 4]],
            costs: [{ $0 > 0.5 ? 1e20 : 1 }, { 1 / $0 - 2 }])
    }

    private func extent(_ samples: UInt64, _ draws: Int = 7) -> JobExtent {
        JobExtent(samples: samples, draws: draws)
    }

    /// Equal in every number, NaN too, but in what it took to get there.
    private func same(_ a: JobResult?, _ b: JobResult) -> Bool {
        guard var a else { return false }
        a.work = b.work
        return "\(a)" == "\(b)"
    }

    private func work(_ machine: JobMachine) throws -> UInt64 {
        try #require(machine.result?.work.first { $0.name == "evaluations" }).value
    }

    /// Goes through the sizes one by one, from a snapshot each time.
    private func extended(
        _ job: CompiledJob, through sizes: [JobExtent], seed: UInt64
    ) throws -> JobMachine {
        var machine = try runShuffled(job, seed: seed)
        for size in sizes {
            machine = try JobMachine(job: job, snapshot: machine.snapshot())
            #expect(machine.result != nil)
            #expect(try machine.extend(to: size))
            machine = try runShuffled(machine, seed: seed &+ 1)
        }
        return machine
    }

    @Test(arguments: [0, 1, 2, 3], [64 << 20, 160 * 6 * 4000])
    func anExtendedJobIsTheWholeJob(_ kind: Int, _ memory: Int) throws {
        let whole = run(job(70_001, kind: kind, memory: memory))
        let expected = try #require(whole.result, "\(String(describing: whole.failure))")
        for (seed, sizes) in [
            [20_000, 70_001], [9_001, 30_000, 70_001], [300, 8_192, 8_193, 70_001],
        ]
        .enumerated() {
            let found = try extended(
                job(UInt64(sizes[0]), kind: kind, memory: memory),
                through: sizes.dropFirst().map { extent(UInt64($0)) }, seed: UInt64(seed))
            #expect(same(found.result, expected))
            // No sample comes twice but those of a block that was not whole.
            if memory == 64 << 20 {
                #expect(try work(found) < 70_001 + 256 * UInt64(sizes.count - 1))
            }
        }
    }

    /// Without a margin the threshold falls outside what was kept, and is still found.
    @Test(arguments: [0, 1]) func aMissedThresholdIsFoundAgain(_ kind: Int) throws {
        let expected = try #require(run(job(60_000, kind: kind)).result)
        let small = job(10_000, kind: kind)
        for deviations in [-20.0, -3, 0] {
            let method = ExactMethod(job: small, samples: 10_000, bracketDeviations: deviations)
            var machine = run(JobMachine(job: small, method: method))
            #expect(machine.result == run(small).result)
            try machine.extend(to: extent(60_000))
            machine = run(machine)
            #expect(same(machine.result, expected))
            if deviations == 0 { #expect(try work(machine) >= 2 * 60_000) }
        }
    }

    /// Asked for while it runs: it goes on as soon as it would have ended.
    @Test func aRunningJobGoesOn() throws {
        let expected = try #require(run(job(50_000, kind: 0)).result)
        var machine = JobMachine(job: job(10_000, kind: 0))
        let evaluator = RangeEvaluator(job: machine.job)
        let round = try #require(machine.currentRound)
        let first = try #require(machine.missing(limit: 1).first?.halves?.0)
        _ = machine.merge(evaluator.evaluate(round: round, range: first))
        #expect(try machine.extend(to: extent(20_000)))
        #expect(try !machine.extend(to: extent(20_000)))
        #expect(try machine.extend(to: extent(50_000)))
        #expect(machine.extent == extent(50_000))
        #expect(machine.progress.expected == 50_000)
        machine = try JobMachine(job: machine.job, snapshot: machine.snapshot())
        #expect(machine.extent == extent(50_000))
        #expect(run(machine).result == expected)
    }

    @Test(arguments: [16, 100, 256, 300]) func moreGroupsOfBestOfN(_ size: UInt64) throws {
        func groups(_ draws: Int) -> CompiledJob {
            job(size, kind: 0, draws: draws, method: .bestOfN)
        }
        let expected = try #require(run(groups(97)).result)
        let found = try extended(
            groups(10), through: [extent(size, 11), extent(size, 97)], seed: size)
        #expect(same(found.result, expected))
        #expect(try work(found) < 97 * size + 2 * 256)
    }

    @Test(arguments: [ThresholdSource.value(0.69), .value(3.9), .pilot(5_000)])
    func aLargerMaximum(_ source: ThresholdSource) throws {
        func upTo(_ most: UInt64) -> CompiledJob {
            job(
                most, kind: 1, draws: 60, quantiles: [0.001],
                method: .threshold(source, maximumSamples: most))
        }
        for most in [200_100, 1_500_000] as [UInt64] {
            let expected = try #require(run(upTo(most)).result)
            for sizes in [[300, 30_001], [131_072, 150_000], [199_999]] as [[UInt64]] {
                let found = try extended(
                    upTo(sizes[0]),
                    through: (sizes.dropFirst() + [most]).map { extent($0, 60) }, seed: most)
                #expect(same(found.result, expected))
            }
        }
    }

    @Test func whatCannotBeExtendedIsSaid() throws {
        func refusal(_ job: CompiledJob, _ extent: JobExtent) -> String {
            var machine = run(job)
            do throws(JobFailure) {
                try machine.extend(to: extent)
                return "extended"
            } catch {
                #expect(machine.result == run(job).result)
                return error.code + " " + error.message
            }
        }
        let exact = job(10_000, kind: 0)
        #expect(refusal(exact, extent(9_999)).contains("has 10000 samples already"))
        #expect(refusal(exact, extent(20_000, 8)).contains("another choice"))
        #expect(refusal(exact, extent(1 << 60)).contains("more than"))
        let groups = job(100, kind: 0, draws: 5, method: .bestOfN)
        #expect(refusal(groups, extent(200, 5)).contains("--draws"))
        var settings = exact.settings
        settings.precision = .threshold(width: 0.5)
        let precise = unitJob(settings, utilities: [{ $0 }])
        #expect(refusal(precise, extent(10_000_000)).contains("finds the number of samples"))
    }

    /// Whatever stands in a snapshot, reading it and going on ends without a trap.
    @Test(arguments: [0, 1, 2, 3]) func hostileSnapshots(_ kind: Int) throws {
        var random = SplitMix(state: UInt64(kind))
        let jobs = [
            job(3_000, kind: kind), job(3_000, kind: kind, memory: 160 * 6 * 4000),
            job(64, kind: kind, draws: 40, method: .bestOfN),
            job(
                3_000, kind: kind, draws: 5,
                method: .threshold(.pilot(1_000), maximumSamples: 3_000)),
        ]
        var taken = 0
        for job in jobs {
            var machine = JobMachine(job: job)
            let evaluator = RangeEvaluator(job: job)
            let round = try #require(machine.currentRound)
            let half = try #require(machine.missing(limit: 1).first?.halves?.0)
            _ = machine.merge(evaluator.evaluate(round: round, range: half))
            for bytes in [machine.snapshot(), run(machine).snapshot()] {
                for _ in 0..<120 {
                    var hostile = bytes
                    for _ in 0...random.next() % 3 {
                        let place = Int(random.next() % UInt64(hostile.count))
                        switch random.next() % 4 {
                        case 0: hostile[place] = UInt8(truncatingIfNeeded: random.next())
                        case 1: hostile[place] ^= 1 << UInt8(random.next() % 8)
                        case 2: hostile[place] = 255
                        default: hostile.removeLast(Int(random.next() % 8))
                        }
                        if hostile.isEmpty { break }
                    }
                    guard var read = try? JobMachine(job: job, snapshot: hostile) else { continue }
                    taken += 1
                    if let round = read.currentRound, round.count < 10_000 { read = run(read) }
                    let next = JobExtent(
                        samples: read.extent.samples &+ 500, draws: read.extent.draws)
                    _ = try? read.extend(to: next)
                    if let round = read.currentRound, round.count < 10_000 { read = run(read) }
                    _ = read.snapshot()
                }
            }
        }
        #expect(taken > 20)
    }
}
