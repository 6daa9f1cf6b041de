// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Histograms of jobs: the same however a job is cut, counted right, and safe from hostile bytes.
@Suite struct HistogramJobTests {
    private static func job(
        _ samples: UInt64 = 40_000, _ method: MethodChoice = .exact
    ) -> CompiledJob {
        var settings = JobSettings(
            seed: 9, samples: samples, quantiles: [0.05], draws: 4, method: method)
        settings.histogram = 200
        return unitJob(
            settings, utilities: [{ 1 / $0 }, { ($0 * 9).rounded() }],
            costs: [{ $0 < 0.01 ? .nan : $0 > 0.99 ? .infinity : $0 - 0.5 }])
    }

    /// The columns of the first samples of a job.
    private static func values(_ job: CompiledJob, _ samples: UInt64) -> [[Double]] {
        let all = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
        return job.utilities.indices.map { column in all.map { $0.utilities[column] } }
            + job.costs.indices.map { column in all.map { $0.costs[column] } }
    }

    /// Cuts, order, repetition, hints, crashes and what was encoded on the way change no count.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: 0..<6)
    func theSameOfAnyWay(_ seed: Int) throws {
        for method in [MethodChoice.exact, .band(cut: 0.01), .impact(width: nil)] {
            var job = Self.job(20_000, method)
            if method.name == "impact" {
                var settings = job.settings
                settings.histogram = 200
                job = CompiledJob(
                    settings: settings, base: job.base, utilities: [job.utilities[0]],
                    costs: job.costs, auxiliary: job.utilities[1])
            }
            let expected = Self.values(job, 20_000).map { countedOneByOne($0, most: 200) }
            let plain = try #require(run(job).result)
            #expect(plain.histograms == expected)
            #expect(plain.histograms.allSatisfy { $0.total == plain.issued })
            let shuffled = try runShuffled(job, seed: UInt64(seed))
            // Other numbers of theirs are no numbers, which nothing equals.
            #expect(try #require(shuffled.result).histograms == plain.histograms)
        }
    }

    /// Several rounds, as small buffers make them.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func streamedAsWhole() throws {
        var job = Self.job(1 << 17)
        job.settings.memoryBytes = 1 << 20
        let machine = run(job, level: 12)
        let result = try #require(machine.result)
        #expect(result.work.contains { $0.name == "rounds" && $0.value > 1 })
        #expect(
            result.histograms == Self.values(job, 1 << 17).map { countedOneByOne($0, most: 200) })
        #expect(machine.histograms == result.histograms)
    }

    /// While it runs a job has the counts of what is done.
    @Test func whatIsDoneIsSeen() throws {
        let job = Self.job()
        var machine = JobMachine(job: job)
        #expect(machine.histograms.map(\.total) == [0, 0, 0])
        let round = try #require(machine.currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        _ = machine.merge(RangeEvaluator(job: job).evaluate(round: round, range: range))
        #expect(machine.histograms == Self.values(job, 4096).map { countedOneByOne($0, most: 200) })
        var other = job
        other.settings.histogram = nil
        #expect(JobMachine(job: other).histograms.isEmpty)
        #expect(try #require(run(other).result).histograms.isEmpty)
    }

    /// More samples are the samples of the larger job, where the last block was not whole too.
    @Test func extendedAsWhole() throws {
        for (samples, more) in [(UInt64(10_100), UInt64(30_500)), (4096, 4097)] {
            var machine = run(Self.job(samples))
            machine = try JobMachine(job: Self.job(samples), snapshot: machine.snapshot())
            try machine.extend(
                to: JobExtent(samples: more, draws: 4, looks: [samples]))
            let result = try #require(run(machine).result)
            #expect(
                result.histograms
                    == Self.values(Self.job(more), more).map { countedOneByOne($0, most: 200) })
        }
    }

    /// Every way of asking for as many samples as it takes counts those that were issued.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func otherMethodsCountWhatTheyIssue()
        throws
    {
        for method in [
            MethodChoice.bestOfN, .threshold(.value(10), maximumSamples: 20_000),
            .threshold(.pilot(2_000), maximumSamples: 20_000),
        ] {
            var job = Self.job(50, method)
            job.settings.draws = 20
            let result = try #require(run(job).result)
            #expect(result.issued > 100)
            #expect(
                result.histograms
                    == Self.values(job, result.issued).map { countedOneByOne($0, most: 200) },
                "\(method.name)")
        }
    }

    /// Counts that their columns do not have are refused.
    @Test func forgedCountsAreRefused() throws {
        let job = Self.job()
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        let honest = RangeEvaluator(job: job).evaluate(round: round, range: range)
        let again = try Partial(decoding: honest.encode(), round: round, job: job)
        #expect(again.encode() == honest.encode())
        #expect(again.tally.histograms == honest.tally.histograms)
        let forgeries: [(inout Histogram) -> Void] = [
            { $0.counts[0] += 1 }, { $0.counts[0] = 0 }, { $0.counts[0] = 1 << 63 },
            { $0.nan += 1 }, { $0.positiveInfinite = 3 }, { $0.exponent = 1022 },
            { $0.exponent = -1001 }, { $0.first = 1 << 42 }, { $0.first = .min },
            { $0.counts += [UInt64](repeating: 1, count: 200) }, { $0.counts = [] },
            {
                $0.counts[0] &+= 1 << 63
                $0.counts[1] &+= 1 << 63
            },
        ]
        for (number, forge) in forgeries.enumerated() {
            var partial = honest
            forge(&partial.tally.histograms[0])
            #expect(throws: DecodingFailure.self, "\(number)") {
                try Partial(decoding: partial.encode(), round: round, job: job)
            }
        }
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func hostileBytesDoNotTrap() throws {
        let job = Self.job()
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange(start: 0, level: 12))
        let bytes = RangeEvaluator(job: job).evaluate(round: round, range: range).encode()
        for length in stride(from: 0, to: bytes.count, by: 11) {
            #expect(throws: DecodingFailure.self) {
                try Partial(decoding: bytes[..<length], round: round, job: job)
            }
        }
        var random = SplitMix(state: 4)
        var read = 0
        var begun = JobMachine(job: job)
        _ = begun.merge(try Partial(decoding: bytes, round: round, job: job))
        let snapshot = begun.snapshot()
        for _ in 0..<1_000 {
            var changed = bytes
            changed[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            if let partial = try? Partial(decoding: changed, round: round, job: job) {
                read += 1
                var machine = JobMachine(job: job)
                _ = machine.merge(partial)
                #expect(machine.histograms.count == 3)
            }
            var broken = snapshot
            broken[Int(random.next() % UInt64(snapshot.count))] ^= 1 << UInt8(random.next() % 8)
            if let machine = try? JobMachine(job: job, snapshot: broken) {
                #expect(machine.histograms.count == 3)
            }
        }
        #expect(read > 0)
    }
}
