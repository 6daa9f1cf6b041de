// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Whatever way a round is cut and merged, the answer is one.
@Suite struct SelectionLawTests {
    /// A utility with many ties, some infinities and some NaN.
    private static let rough: @Sendable (Double) -> Double = { x in
        if x < 0.05 { return .nan }
        if x > 0.999 { return .infinity }
        return (x * 12).rounded(.down) / 4 - 1
    }

    private func job(memory: Int, samples: UInt64 = 50_001) -> CompiledJob {
        unitJob(
            JobSettings(
                seed: 9, samples: samples, quantiles: [0.1, 0.02], draws: 7, memoryBytes: memory),
            utilities: [{ $0 }, Self.rough, { -($0 - 0.3) * ($0 - 0.3) }],
            costs: [{ $0 > 0.5 ? 1 : 0 }, { $0 * 1e10 - 3 }])
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func anyScheduleGivesTheSameBits()
        throws
    {
        let job = job(memory: 64 << 20)
        let expected = try #require(run(job).result)
        for seed in 0..<4 as Range<UInt64> {
            let machine = try runShuffled(job, seed: seed, level: seed % 2 == 0 ? 12 : 9)
            #expect(machine.result == expected)
        }
    }

    @Test func bruteForceAgrees() throws {
        let job = job(memory: 64 << 20, samples: 10_000)
        let result = try #require(run(job).result)
        let samples = RangeEvaluator(job: job).evaluate(indices: 0..<10_000)
        let streams = Streams(seed: 9)
        for (number, selection) in job.selections.enumerated() {
            let u = selection.utility
            let keys = samples.map { sample in
                Key(
                    bits: Key.orderedBits(sample.utilities[u]),
                    label: streams.label(domain: .base, utility: u, index: sample.index),
                    index: sample.index)
            }.sorted(by: >)
            let found = result.selections[number]
            let k = Int(found.kept)
            #expect(k == (number % 2 == 0 ? 1_000 : 200))
            #expect(found.threshold.value.bitPattern == keys[k - 1].utility.bitPattern)
            let tied = keys.count { $0.bits == keys[k - 1].bits }
            #expect(found.tieMass == (tied > 1 ? Double(tied) / 10_000 : 0))
            let top = Set(keys[..<k].map(\.index))
            let picks = top.sorted {
                (streams.priority(selection: number, index: $0), $0)
                    < (streams.priority(selection: number, index: $1), $1)
            }
            #expect(found.draws.map(\.index) == Array(picks[..<7]))
            let costs = top.sorted().map { samples[Int($0)].costs[0] }
            #expect(found.costs[0].top == costs.reduce(0, +) / Double(k))
        }
        #expect(result.selections[2].invalid > 0)
    }
}
