// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// However little memory there is, and whichever way the threshold is found, the answer is one.
@Suite struct ExactMethodTests {
    /// Ties, infinities, NaN; or smooth.
    private static let steps: @Sendable (Double) -> Double = { x in
        if x < 0.01 { return .nan }
        if x > 0.9995 { return .infinity }
        return (x * 40).rounded(.down) / 4 - 5
    }

    private func job(memory: Int, utility: @escaping @Sendable (Double) -> Double) -> CompiledJob {
        unitJob(
            JobSettings(
                seed: 77, samples: 70_001, quantiles: [0.3, 0.001, 0.9], draws: 12,
                memoryBytes: memory),
            utilities: [utility], costs: [{ $0 > 0.5 ? 1e20 : 1 }, { 1 / $0 - 2 }])
    }

    /// Everything but what says how the answer was found.
    private func answer(_ machine: JobMachine) throws -> [SelectionResult] {
        try #require(machine.result, "\(String(describing: machine.failure))").selections
    }

    private func work(_ name: String, _ machine: JobMachine) throws -> UInt64 {
        try #require(machine.result?.work.first { $0.name == name }).value
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [0, 1])
    func littleMemoryGivesTheSameBits(_ kind: Int) throws {
        let utility = kind == 0 ? Self.steps : { @Sendable x in x * (1.7 - x) }
        let large = run(job(memory: 64 << 20, utility: utility))
        let job = job(memory: 160 * 3 * 4000, utility: utility)
        let small = run(job)
        #expect(try answer(small) == answer(large))
        #expect(try work("rounds", small) >= 3)
        #expect(small.result?.evaluations == 70_001)
        #expect(try work("rounds", large) == 1)
        // Cut, reordered, repeated, restarted.
        let shuffled = try runShuffled(job, seed: 3)
        #expect(shuffled.result == small.result)
    }

    /// Many kept samples are streamed though memory would hold them; the answer is that of one round.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func manyKeptSamplesAreStreamed()
        throws
    {
        let job = unitJob(
            JobSettings(
                seed: 5, samples: ExactMethod.manySamples, quantiles: [0.01, 0.05], draws: 50),
            utilities: [{ ($0 * 4096).rounded(.down) }], costs: [{ $0 }])
        let streamed = run(job)
        let whole = run(
            JobMachine(
                job: job,
                method: ExactMethod(job: job, samples: ExactMethod.manySamples, heldWhole: .max)))
        #expect(try answer(streamed) == answer(whole))
        let rounds = [streamed, whole].map {
            $0.result?.work.first { $0.name == "rounds" }?.value ?? 0
        }
        #expect(rounds[0] >= 3)
        #expect(rounds[1] == 1)
        #expect(streamed.result?.evaluations == ExactMethod.manySamples)
        #expect(try runShuffled(job, seed: 8).result == streamed.result)
    }

    /// A bracket on the wrong side always misses, so digits of the keys must find the threshold.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [0, 1])
    func digitsFindWhatTheBracketMissed(_ kind: Int) throws {
        let utility = kind == 0 ? Self.steps : { @Sendable x in x * (1.7 - x) }
        let large = run(job(memory: 64 << 20, utility: utility))
        let job = job(memory: 160 * 3 * 4000, utility: utility)
        for deviations in [-20.0, -3, 0] {
            let method = ExactMethod(job: job, samples: 70_001, bracketDeviations: deviations)
            let found = run(JobMachine(job: job, method: method))
            #expect(try answer(found) == answer(large))
            if deviations < -1 {
                #expect(try work("evaluations", found) >= 3 * 70_001)
                #expect(found.result?.evaluations == 70_001)
            }
        }
    }

    /// Candidates that a round holds never exceed the budget.
    @Test func buffersStayWithinTheBudget() throws {
        let job = job(memory: 160 * 3 * 4000) { $0 }
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            guard case .select(let sieves) = round.task else {
                Issue.record("not a selection")
                return
            }
            #expect(sieves.reduce(0) { $0 + $1.capacity } * 4 * 40 <= 160 * 3 * 4000)
            for range in round.cover {
                let partial = evaluator.evaluate(round: round, range: range, hints: machine.hints)
                #expect(partial.candidateCount <= sieves.reduce(0) { $0 + $1.capacity })
                _ = machine.merge(partial)
            }
        }
        #expect(machine.result != nil)
    }

    @Test func tooLittleMemoryIsSaidBeforehand() {
        let job = unitJob(
            JobSettings(
                samples: 10_000_000_000, quantiles: [0.5], draws: 1, memoryBytes: 1 << 20))
        let machine = JobMachine(job: job)
        #expect(machine.failure?.code == "memory-too-small")
        #expect(JobPlan(job: job).problem?.code == "memory-too-small")
    }

    /// `quantile: 0.1, samples: 1e10` in the default memory: a handful of rounds, one pass.
    @Test func aLargeJobIsPlannedWithinItsMemory() {
        let job = unitJob(
            JobSettings(
                samples: 10_000_000_000, quantiles: [0.1], draws: 100, memoryBytes: 64_000_000))
        let plan = JobPlan(job: job)
        #expect(plan.problem == nil)
        #expect(plan.rounds <= 8)
        #expect(plan.memoryBytes <= 64_000_000)
    }

    @Test func nothingButNaN() throws {
        let job = unitJob(
            JobSettings(seed: 1, samples: 5_000, quantiles: [0.01], draws: 3),
            utilities: [{ _ in .nan }])
        let result = try #require(run(job).result)
        #expect(result.warnings.map(\.code) == ["no-utility"])
        #expect(result.selections[0].invalid == 5_000)
        #expect(result.selections[0].draws.count == 3)
        #expect(result.selections[0].threshold.value.isNaN)
    }

    @Test func nanThatReachesTheTopIsSaid() throws {
        let job = unitJob(
            JobSettings(seed: 1, samples: 5_000, quantiles: [0.6], draws: 3),
            utilities: [{ $0 < 0.5 ? $0 : .nan }])
        let result = try #require(run(job).result)
        #expect(result.warnings.map(\.code) == ["invalid-kept"])
        #expect(result.selections[0].kept == 3_000)
    }

    @Test(arguments: [(0.07, 100, 7), (0.1, 1000, 100), (1e-3, 1_000_000, 1000), (1, 5, 5)])
    func keptCountIsThatOfTheDecimal(_ quantile: Double, _ samples: Int, _ kept: Int) {
        #expect(KeptCount.of(quantile: quantile, samples: UInt64(samples)) == UInt64(kept))
        #expect(KeptCount.of(quantile: quantile / 1e9, samples: UInt64(samples)) == 1)
    }
}
