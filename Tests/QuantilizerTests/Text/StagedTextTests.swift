// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestMarks
import Testing

@testable import Quantilizer

/// Texts that are written in stages: who goes on, what it costs, and the law.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct StagedTextTests {
    private func job(
        _ chain: Chain, tokens: Int, samples: UInt64, quantile: Double, draws: Int,
        stages: [(TextStage, String)], utility: String, seed: UInt64 = 1
    ) throws -> CompiledJob {
        let base = try chain.base(tokens: tokens)
        var screening = ScreenedSettings(survivors: .count(1), audit: 0)
        screening.stages = stages.map(\.0)
        return CompiledJob(
            settings: JobSettings(
                seed: seed, samples: samples, quantiles: [quantile], draws: draws,
                method: .screened(screening)),
            base: base, utilities: [try Chain.formula(utility, of: base)],
            costs: [try Chain.formula("tokens", of: base)],
            screens: try stages.map { try Chain.formula($0.1, of: base) })
    }

    private func run(_ job: CompiledJob) throws -> JobResult {
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while !machine.hasEnded {
            let range = try #require(machine.missing(limit: 1).first)
            let round = try #require(machine.round(for: range))
            _ = machine.merge(evaluator.evaluate(round: round, range: range))
        }
        return try #require(machine.result, "\(String(describing: machine.failure))")
    }

    @Test func onlyTheBestGoOn() throws {
        let chain = Chain(redrawn: [7: 2], merges: false)
        let job = try job(
            chain, tokens: 6, samples: 1_000, quantile: 0.04, draws: 20,
            stages: [
                (TextStage(tokens: 2, keep: 0.25), "as"), (TextStage(tokens: 4, keep: 0.4), "as"),
            ],
            utility: "as + 0.01*logprob")
        let result = try run(job)
        let asked = chain.asked.withLock { $0 }
        let lengths: [Int] = asked.map { $0.begun.count }
        #expect(lengths.count { $0 == 0 } == 1_000)
        #expect(lengths.count { $0 == 2 } == 250)
        #expect(lengths.count { $0 == 4 } == 100)
        let written: UInt64 = 2_700
        #expect(result.usage?.completionTokens == written)
        // The one that was asked for again may have gone on and been so each time.
        let redrawn = try #require(result.usage?.redrawn)
        let times = UInt64(asked.count { $0.index == 7 })
        #expect(times > 0 && redrawn == 2 * times)
        #expect(result.issued == 1_000 + redrawn)
        let selection = result.selections[0]
        #expect(selection.certificate.amplification == 125 * 1_000.0 / 40)
        #expect(selection.costs[0].bound == nil && selection.costs[0].base.isNaN)
        // 250 of the 760 or so beginnings with "a" go on, and so no other; each continuation has
        // randomness of its own.
        let begun = asked.filter { $0.begun.count == 2 }.map(\.begun)
        #expect(begun.allSatisfy { $0.contains("a") })
        #expect(Set(asked.map(\.word)).count == asked.count)
        for draw in selection.draws {
            let text = try #require(draw.record?.text)
            #expect(text.count == 6)
            let begun = String(text.prefix(4))
            #expect(asked.contains { $0.index == draw.index && $0.begun == begun })
        }
        #expect(DrawCheck.falseDraw(in: result, job: job) == nil)
        let diagnostics = Dictionary(
            uniqueKeysWithValues: result.diagnostics.map { ($0.name, $0.value) })
        #expect(diagnostics["tokens_written"] == 2_700 && diagnostics["tokens_whole"] == 6_000)
        #expect(diagnostics["stage_1"] == 250 && diagnostics["stage_2"] == 100)
    }

    /// Where nothing is preferred the draws are base draws but for texts that cannot be continued: the
    /// law of all texts whose beginning has no "ca", 1,500 of 12,000, by χ² over the texts of four
    /// letters; the upper .999 quantile of 80 degrees of freedom is 124.84.
    @Test func theLawIsThatOfTheModel() throws {
        let result = try run(
            try job(
                Chain(), tokens: 4, samples: 12_000, quantile: 0.125, draws: 1_500,
                stages: [(TextStage(tokens: 2, keep: 0.5), "0*words")], utility: "0*words"))
        let letters = ["a", "b", "c"]
        var texts = [""]
        for _ in 0..<4 { texts = texts.flatMap { text in letters.map { text + $0 } } }
        texts.removeAll { $0.hasPrefix("ca") }
        let whole = texts.reduce(0) { $0 + Chain.probability($1) }
        #expect(abs(whole - 0.86) < 1e-12)
        let failed = try #require(result.usage?.failed)
        // Of 6,000 that go on a share of .14; five standard deviations are 134.
        #expect(abs(Double(failed) - 840) < 134)
        var counts: [String: Double] = [:]
        for draw in result.selections[0].draws {
            counts[try #require(draw.record?.text), default: 0] += 1
        }
        var chi = 0.0
        for text in texts {
            let expected = 1_500 * Chain.probability(text) / whole
            let found = counts.removeValue(forKey: text) ?? 0
            chi += (found - expected) * (found - expected) / expected
        }
        #expect(counts.isEmpty && chi < 124.84, "\(chi)")
    }

    /// Blocks backwards, over the wire, the machine stored and read again after each.
    @Test func anyCutGivesTheSameTexts() throws {
        let job = try job(
            Chain(), tokens: 5, samples: 700, quantile: 0.05, draws: 10,
            stages: [(TextStage(tokens: 3, keep: 0.3), "as")], utility: "as + 0.01*logprob")
        let expected = try run(job)
        let evaluator = RangeEvaluator(job: job)
        var machine = JobMachine(job: job)
        while let whole = machine.currentRound {
            for range in DyadicRange.cover(whole.range, maximumLevel: 8).reversed() {
                let sent = try #require(machine.round(for: range))
                let round = try Round(decoding: sent.encode(), job: job)
                let bytes = evaluator.evaluate(round: round, range: range).encode()
                let partial = try Partial(decoding: bytes, round: whole, job: job)
                #expect(machine.merge(partial) == .merged)
                if !machine.hasEnded {
                    machine = try JobMachine(job: job, snapshot: machine.snapshot())
                }
            }
        }
        // As text, for what is not a number is not equal to itself.
        let found = try #require(machine.result)
        #expect(String(describing: found) == String(describing: expected))
    }

    /// What comes over the wire may hold anything.
    @Test func damagedRoundsAreRefusedOrRead() throws {
        let job = try job(
            Chain(), tokens: 5, samples: 700, quantile: 0.05, draws: 10,
            stages: [(TextStage(tokens: 3, keep: 0.3), "as")], utility: "as")
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        for range in machine.missing() {
            let round = try #require(machine.round(for: range))
            _ = machine.merge(evaluator.evaluate(round: round, range: range))
        }
        let range = try #require(machine.missing(limit: 1).first)
        let bytes = try #require(machine.round(for: range)).encode()
        for cut in stride(from: 0, to: bytes.count, by: 41) {
            #expect(throws: DecodingFailure.self) {
                try Round(decoding: bytes.prefix(cut), job: job)
            }
        }
        var refused = 0
        for place in stride(from: 40, to: bytes.count, by: 13) {
            var damaged = bytes
            damaged[place] ^= 0x91
            guard let round = try? Round(decoding: damaged, job: job) else {
                refused += 1
                continue
            }
            // Whatever it says can be computed.
            if round.admits(range) { _ = evaluator.evaluate(round: round, range: range) }
        }
        #expect(refused > 0)
    }
}
