// SPDX-License-Identifier: Apache-2.0
import Simulation
import TestMarks
import Testing

@testable import PoolCore
@testable import Quantilizer

/// Partials whose numbers no worker could have found, and jobs that do not come to an end.
@Suite struct ForgeryTests {
    private let job = ModelJob(seed: 1, samples: 1 << 12, quantile: 0.1)

    private var honest: (partial: Partial, round: Round, job: CompiledJob) {
        let compiled = job.compiled
        let round = JobMachine(job: compiled).currentRound!
        let range = DyadicRange(start: 0, level: 10)!
        return (
            RangeEvaluator(job: compiled).evaluate(round: round, range: range), round, compiled
        )
    }

    /// Whether a partial is read after `change`, and what is said of it.
    private func reason(_ change: (inout Partial) -> Void) -> String? {
        var (partial, round, compiled) = honest
        change(&partial)
        do throws(DecodingFailure) {
            _ = try Partial(
                decoding: partial.encode(), round: round, job: compiled,
                known: JobMachine(job: compiled).hints)
            return nil
        } catch {
            return error.reason
        }
    }

    private func with(_ change: (inout ChannelTally) -> Void) -> String? {
        reason { change(&$0.tally.channels[0]) }
    }

    @Test func theHonestOneIsRead() { #expect(reason { _ in } == nil) }

    @Test func talliesFitTheirRange() {
        // The one that made a job run for ever.
        #expect(with { ($0.level, $0.dropped) = (.max, 1) } != nil)
        #expect(with { ($0.level, $0.dropped) = (.max, 0) } != nil)
        // A level that a utility has, above all that is known.
        #expect(with { ($0.level, $0.dropped) = (Key.orderedBits(0.999), 1) } != nil)
        #expect(with { $0.level = Key.orderedBits(0.5) } != nil)
        #expect(with { $0.above = 1_024 } != nil)
        #expect(with { $0.dropped = 1_000 } != nil)
        #expect(with { $0.aboveAtCeiling = 1 } != nil)
        #expect(with { $0.top = [TopMoments()] } != nil)
        #expect(with { $0.digits = [UInt64](repeating: 0, count: 1_024) } != nil)
    }

    @Test func keysCarryTheirOwnLabels() {
        func candidates(_ change: (inout Key) -> Void) -> String? {
            reason { partial in
                var keys = partial.channels[0].candidates.keys
                change(&keys[0])
                partial.channels[0].candidates = Candidates(
                    unchecked: keys, extras: [], width: 0)
            }
        }
        #expect(candidates { _ in } == nil)
        #expect(candidates { $0.label ^= 1 } != nil)
        #expect(candidates { $0.index ^= 1 } != nil)
        #expect(candidates { $0.bits = .max } != nil)
        #expect(
            reason { partial in
                var keys = partial.channels[0].candidates.keys
                keys[1] = keys[0]
                partial.channels[0].candidates = Candidates(
                    unchecked: keys, extras: [], width: 0)
            } == "a sample is brought twice")
    }

    @Test func sumsAreThoseOfSamples() {
        func moments(_ change: (inout Moments) -> Void) -> String? {
            reason { change(&$0.tally.moments[0]) }
        }
        #expect(moments { _ in } == nil)
        #expect(moments { $0.squares = -1 } != nil)
        #expect(moments { $0.sum *= 1e6 } != nil)
        #expect(moments { $0.failed = 1 << 40 } != nil)
        #expect(moments { ($0.finite, $0.nan) = (0, 1_024) } != nil)
    }

    /// Whatever one word of a partial says, the job has its answer or does without the partial.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func noWordOfAPartialMakesAJobEndless() throws {
        let bytes = honest.partial.encode()
        let words: [UInt64] = [0, 1, 1 << 31, 1 << 62, 1 << 63, .max - 1, .max]
        var accepted = 0
        for place in stride(from: 0, to: bytes.count - 8, by: 4)
        where place < 400 || place % 64 == 0 {
            for word in words {
                var forged = bytes
                for byte in 0..<8 {
                    forged[place + byte] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
                }
                if try isFinished(forged) { accepted += 1 }
            }
        }
        #expect(accepted > 0)
    }

    /// Sends a partial first, then works honestly; true where it was merged.
    private func isFinished(_ forged: [UInt8]) throws -> Bool {
        var machine = JobMachine(job: job.compiled)
        let round = machine.currentRound!
        var isTaken = false
        do throws(DecodingFailure) {
            let partial = try Partial(
                decoding: forged, round: round, job: machine.job, known: machine.hints)
            isTaken = machine.merge(partial) == .merged
        } catch {
            // Refused, as most are.
        }
        let evaluator = RangeEvaluator(job: machine.job)
        var rounds = 0
        while let round = machine.currentRound, rounds < 200 {
            rounds += 1
            for range in machine.missing() {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        #expect(machine.hasEnded)
        return isTaken
    }

    /// What pilots or lies make of a job is bounded while it runs; then it can begin from nothing.
    @Test func aJobBeyondItsCeilingEndsAndCanBeginAnew() throws {
        let pool = CoordinatorDriver { $0.maximumEvaluations = 5_000 }
        pool.submit(job, id: "j")
        pool.hello(1)
        let record = try #require(pool.core.jobs["j"])
        #expect(record.state == .running)
        // As if its rounds had asked for far more than it was accepted for.
        record.compiled?.settings.samples = 1 << 12
        pool.core.jobs["j"]?.extensions = 0
        var effects = CoordinatorEffects()
        let demand = JobDemand(job.compiled)
        #expect(demand.ceiling(of: 1e15) == 64 * 4_096 + 1e6)
        #expect(demand.ceiling(of: 5_000) == 5_000)
        #expect(!pool.core.isEndless(record, &effects))
        let large = ModelJob(seed: 1, samples: 1 << 20, quantile: 0.1)
        record.machine = JobMachine(job: large.compiled)
        #expect(pool.core.isEndless(record, &effects))
        #expect(record.state == .failed && record.rest == nil)
        #expect(record.failure?.code == .limit)
        #expect(record.failure?.remedy.contains("--anew") == true)
        let isForgotten = effects.records.contains {
            if case .restarted(job: "j", _) = $0 { true } else { false }
        }
        #expect(isForgotten)
        // From nothing it comes to its answer.
        var retry = WireRetry()
        retry.job = "j"
        retry.anew = true
        pool.step(.received(CoordinatorDriver.client, .retry(retry)))
        var left = 100
        while pool.status("j")?.state != .done, left > 0 {
            left -= 1
            for lease in pool.leases(1) { pool.compute(lease, job, by: 1) }
        }
        #expect(pool.status("j")?.state == .done)
    }
}
