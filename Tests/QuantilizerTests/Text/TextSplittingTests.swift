// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestMarks
import Testing

@testable import Quantilizer

/// Splitting over texts: the move leaves γ as it is, restricted to a level too; the job's promises; and
/// what is lost.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct TextSplittingTests {
    private func job(
        _ chain: Chain, tokens: Int, utility: String, quantile: Double, draws: Int = 200,
        bits: Int = 9, islands: Int = 4, moves: Int = 3, seed: UInt64 = 1
    ) throws -> CompiledJob {
        let base = try chain.base(tokens: tokens)
        return CompiledJob(
            settings: JobSettings(
                seed: seed, samples: 1, quantiles: [quantile], draws: draws,
                method: .splitting(
                    SplittingSettings(
                        particleBits: bits, islands: islands, levelShare: 0.3, moves: moves))),
            base: base, utilities: [try Chain.formula(utility, of: base)],
            costs: [try Chain.formula("as", of: base)])
    }

    private func run(_ job: CompiledJob) throws -> JobResult {
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 1) {
                let part = DyadicRange(start: range.start, level: DyadicRange.blockLevel) ?? range
                _ = machine.merge(evaluator.evaluate(round: round, range: part))
            }
        }
        return try #require(machine.result, "\(String(describing: machine.failure))")
    }

    private static var texts: [String] {
        let letters = ["a", "b", "c"]
        var texts = [""]
        for _ in 0..<3 { texts = texts.flatMap { text in letters.map { text + $0 } } }
        return texts
    }

    /// Moves on 16,384 texts of three letters, by χ² against the law that they began with: all 27 texts
    /// (the upper .999 quantile of 26 degrees of freedom is 54.05), and restricted to texts with an a
    /// or more (19 texts, 18 degrees, 42.31). A text with "ca" at its beginning cannot be continued.
    @Test(arguments: [(0.0, 54.05), (1.0, 42.31)])
    func movesLeaveTheLawAsItIs(least: Double, limit: Double) throws {
        let job = try job(Chain(), tokens: 3, utility: "as", quantile: 0.1, bits: 14)
        guard let settings = job.settings.method.splitting else { return }
        var island = SplittingIsland(job: job, settings: settings, island: 3)
        let level = Level(bits: Key.orderedBits(least), label: 0)
        let inside = island.survivors(of: level)
        let before = inside.map { island.cloud.texts!.records[$0].text! }
        for _ in 0..<4 {
            let accepted = island.move(.rewrite, level: level)
            #expect(accepted > 3_000)
        }
        let texts = Self.texts.filter { least == 0 || $0.contains("a") }
        let mass = texts.reduce(0) { $0 + Chain.probability($1) }
        var counts: [String: Double] = [:]
        var moved = 0
        for (particle, old) in zip(inside, before) {
            let text = try #require(island.cloud.texts?.records[particle].text)
            counts[text, default: 0] += 1
            if text != old { moved += 1 }
        }
        #expect(moved > inside.count / 2)
        var chi = 0.0
        for text in texts {
            let expected = Double(inside.count) * Chain.probability(text) / mass
            let found = counts.removeValue(forKey: text) ?? 0
            chi += (found - expected) * (found - expected) / expected
        }
        #expect(counts.isEmpty && chi < limit, "\(chi)")
    }

    /// Texts that may end before each letter, whether their end is told of by a token that nobody sees, by
    /// one that is seen, or not: 16,384 of them, moved four times, against the law of all 40 (the upper
    /// .999 quantile of 39 degrees of freedom is 72.05).
    @Test(arguments: [nil, "", "</s>"] as [String?])
    func textsThatEndEarlyKeepTheirLaw(end: String?) throws {
        let chain = Chain(ends: 0.3, end: end)
        let job = try job(chain, tokens: 3, utility: "as", quantile: 0.1, bits: 14)
        guard let settings = job.settings.method.splitting else { return }
        var island = SplittingIsland(job: job, settings: settings, island: 3)
        for _ in 0..<4 { _ = island.move(.rewrite, level: .lowest) }
        var counts: [String: Double] = [:]
        for particle in 0..<island.cloud.count {
            let isAlive = island.cloud.isAlive(particle)
            #expect(isAlive)
            let text = try #require(island.cloud.texts?.records[particle].text)
            counts[text, default: 0] += 1
        }
        // What told of an end is never sent.
        #expect(chain.asked.withLock { $0.allSatisfy { !$0.begun.contains("<") } })
        var chi = 0.0
        var texts = [""]
        for length in 0...3 {
            for text in texts {
                let mass =
                    Chain.probability(text) * (0..<length).reduce(1) { product, _ in product * 0.7 }
                    * (length < 3 ? 0.3 : 1)
                let expected = Double(island.cloud.count) * mass
                let found = counts.removeValue(forKey: text) ?? 0
                chi += (found - expected) * (found - expected) / expected
            }
            texts = texts.flatMap { text in ["a", "b", "c"].map { text + $0 } }
        }
        #expect(counts.isEmpty && chi < 72.05, "\(chi)")
    }

    /// The number of a's in twelve letters, exactly.
    private static func tail(_ least: Int) -> Double {
        var masses: [String: Double] = [:]
        for (letter, mass) in Chain.first {
            masses["\(letter)\(letter == "a" ? 1 : 0)", default: 0] += mass
        }
        for _ in 1..<12 {
            var next: [String: Double] = [:]
            for (state, mass) in masses {
                let count = Int(state.dropFirst())!
                for (letter, share) in Chain.next[state.first!]! {
                    next["\(letter)\(count + (letter == "a" ? 1 : 0))", default: 0] += mass * share
                }
            }
            masses = next
        }
        return masses.filter { Int($0.key.dropFirst())! >= least }.reduce(0) { $0 + $1.value }
    }

    @Test func itGoesToTheQuantile() throws {
        let chain = Chain()
        let job = try job(chain, tokens: 12, utility: "as", quantile: 0.005, bits: 10)
        let result = try run(job)
        let selection = result.selections[0]
        #expect(selection.certificate.amplification == 201)
        #expect(selection.certificate.fallback == 0)
        // The level lies within the atom whose masses at or above and above enclose it; four islands
        // know a mass to about a fifth.
        let level = Int(selection.threshold.value)
        #expect(selection.threshold.tailMass > 0.7 * Self.tail(level + 1))
        #expect(selection.threshold.tailMass < 1.4 * Self.tail(level))
        #expect(selection.draws.count == 200)
        for draw in selection.draws {
            let text = try #require(draw.record?.text)
            #expect(Double(text.count { $0 == "a" }) == draw.utility && Int(draw.utility) >= level)
        }
        #expect(DrawCheck.falseDraw(in: result, job: job) == nil)
        #expect(result.usage?.failed == 0)
        // Each text that is asked for has a name of its own, so that none is paid for twice.
        let asked = chain.asked.withLock { $0 }
        #expect(Set(asked.map { "\($0.index) \($0.word)" }).count == asked.count)
        // Plain sampling would take 40,000 for the draws alone, and the islands' spread besides.
        #expect(UInt64(asked.count) <= JobPlan(job: job).samples)
    }

    /// Over the wire, stored and read again after each island; the base draws of a run that is turned
    /// down too.
    @Test(arguments: [0.05, 0.9]) func anyCutGivesTheSameTexts(quantile: Double) throws {
        // Texts with "ca" are lost with their particles: so many that less than .9 is left.
        let chain = Chain(lost: quantile == 0.9 ? "ca" : nil)
        let job = try job(
            chain, tokens: 6, utility: "as", quantile: quantile, draws: 20, bits: 8, islands: 2)
        let expected = try run(job)
        #expect(expected.selections[0].draws.contains(where: \.fallback) == (quantile == 0.9))
        #expect(expected.selections[0].draws.count == 20)
        #expect(((expected.usage?.failed ?? 0) > 0) == (quantile == 0.9))
        let evaluator = RangeEvaluator(job: job)
        var machine = JobMachine(job: job)
        while let round = machine.currentRound {
            for range in DyadicRange.cover(round.range, maximumLevel: 8).reversed() {
                let sent = try Round(decoding: round.encode(), job: job)
                let bytes = evaluator.evaluate(round: sent, range: range).encode()
                let partial = try Partial(decoding: bytes, round: round, job: job)
                #expect(machine.merge(partial) == .merged)
                if !machine.hasEnded {
                    machine = try JobMachine(job: job, snapshot: machine.snapshot())
                }
            }
        }
        #expect(machine.result == expected)
    }

    /// An endpoint that loses everything leaves islands that are dead, and base draws that failed.
    @Test(arguments: ["", "a"]) func allMayBeLost(lost: String) throws {
        let job = try job(
            Chain(lost: lost, losesAll: lost.isEmpty), tokens: 3, utility: "as", quantile: 0.2,
            draws: 5, bits: 8, islands: 2, moves: 12)
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in DyadicRange.cover(round.range, maximumLevel: 8) {
                let bytes = evaluator.evaluate(round: round, range: range).encode()
                _ = machine.merge(try Partial(decoding: bytes, round: round, job: job))
            }
        }
        let result = try #require(machine.result)
        let draws = result.selections[0].draws
        #expect(draws.count == 5 && draws.allSatisfy(\.fallback))
        #expect(draws.allSatisfy { ($0.record?.failure != nil) == lost.isEmpty })
        #expect(DrawCheck.falseDraw(in: result, job: job) == nil)
    }

    /// `samples` is not needed; what cannot be continued is refused, and too many texts are.
    @Test(
        arguments: [
            ("api", "chat"), ("logprobs", "false"), ("stop", "x"), ("max_tokens", "9"),
            ("parameters", ["repeat_penalty": 1.1]),
        ] as [(String, JobNode)])
    func whatCannotBeContinuedIsRefused(key: String, value: JobNode) throws {
        let text: JobNode = [
            "endpoint": "http://127.0.0.1:1/v1", "prompt": "Say", "max_tokens": 4,
        ]
        func job(_ text: JobNode, islands: JobNode) throws -> CompiledJob {
            var resources = JobResources()
            resources.extensions.evaluates = false
            return try JobSpec.parse(
                [
                    "base": ["text": text], "utility": "tokens", "quantile": 0.1, "draws": 3,
                    "method": ["splitting": ["islands": islands]],
                ], resources: resources
            ).job
        }
        if key == "max_tokens" {
            let plan = JobPlan(job: try job(text.with(key, value), islands: 4))
            #expect(plan.problem == nil)
            // 2,048 particles, 2 levels of 4 moves: the pilot and 4 islands to the second, 3 to the first.
            #expect(plan.samples == 2048 * (5 * 9 + 3 * 5) + 3)
            #expect(JobPlan(job: try job(text, islands: 100)).problem?.code == "too-many-texts")
            return
        }
        do {
            _ = try job(text.with(key, value), islands: 4)
            Issue.record("\(key) was taken")
        } catch let error as JobError {
            #expect(error.description.contains("continued"), "\(error)")
        }
    }

    /// Whatever is lost makes nothing likelier: over 400 small islands E[Z · share of a text] is at most
    /// its mass, also where moves to texts with "ca" are lost, and first draws are not. Four standard
    /// errors are allowed; did a particle stay where its answer was lost, the others would be likelier by
    /// far more.
    @Test(.disabled(if: isQuick, "four hundred jobs of splitting"))
    func whatIsLostMakesNothingLikelier() throws {
        let lossy = try job(
            Chain(merges: false, lost: "ca"), tokens: 3, utility: "as", quantile: 0.2, bits: 8,
            moves: 6)
        guard let settings = lossy.settings.method.splitting else { return }
        var plan = SplittingPlan()
        plan.levels = [Level(bits: Key.orderedBits(1), label: 0)]
        plan.steps = [MoveSteps(0.5)]
        let pass = SplittingPass(phase: .production, plan: plan)
        var sums: [String: Double] = [:]
        var squares: [String: Double] = [:]
        let runs = 400
        for number in 0..<UInt64(runs) {
            let record = try #require(
                IslandRecord.run(pass, island: number, job: lossy, isCancelled: { false }))
            let weight = record.weight(levels: 1, particles: settings.particles)
            var counts: [String: Double] = [:]
            for particle in record.particles {
                counts[try #require(particle.record?.text), default: 0] += 1
            }
            for (text, count) in counts {
                let value = weight * count / Double(record.particles.count)
                sums[text, default: 0] += value
                squares[text, default: 0] += value * value
            }
        }
        #expect(sums["aab"] != nil)
        for (text, sum) in sums {
            let mean = sum / Double(runs)
            let variance = squares[text]! / Double(runs) - mean * mean
            let error = (max(variance, 0) / Double(runs)).squareRoot()
            #expect(mean < Chain.probability(text) + 4 * error, "\(text)")
        }
    }
}
