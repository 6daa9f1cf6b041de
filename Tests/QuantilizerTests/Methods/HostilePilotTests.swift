// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantilizer

/// Parts of a pilot that fit their round and do not hold what it asked for: the job fails, nothing traps.
@Suite struct HostilePilotTests {
    private let job = unitJob(
        JobSettings(
            seed: 1, samples: 20_000, quantiles: [0.1], draws: 3,
            method: .threshold(.pilot(2_000), maximumSamples: 20_000)))

    private func machine(after change: (inout Partial) -> Void) throws -> JobMachine {
        var machine = JobMachine(job: job)
        let round = try #require(machine.currentRound)
        for range in DyadicRange.cover(round.range, maximumLevel: 10) {
            var partial = RangeEvaluator(job: job).evaluate(round: round, range: range)
            change(&partial)
            #expect(machine.merge(partial) == .merged)
        }
        return machine
    }

    /// As a coordinator takes it: what can be seen to be wrong is refused when it is read.
    private func received(_ change: (inout Partial) -> Void) throws -> Partial {
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange.cover(round.range, maximumLevel: 10).first)
        var partial = RangeEvaluator(job: job).evaluate(round: round, range: range)
        change(&partial)
        return try Partial(decoding: partial.encode(), round: round, job: job)
    }

    @Test func samplesSaidToBeAboveAreRefused() throws {
        _ = try received { _ in }
        #expect(throws: DecodingFailure.self) {
            try received { $0.tally.channels[0].above = $0.range.length / 4 }
        }
    }

    @Test func samplesSaidToBeAboveWhatIsKept() throws {
        let machine = try machine { partial in
            partial.tally.channels[0].above = partial.range.length / 4
        }
        #expect(machine.failure?.code == "damaged-state")
    }

    @Test func candidatesKeptBack() throws {
        let machine = try machine { partial in
            partial.channels[0].candidates = Candidates(width: 0)
            partial.tally.channels[0].dropped = 0
        }
        #expect(machine.failure?.code == "damaged-state")
    }

    @Test func theSamePilotUntouchedEndsWell() throws {
        let machine = run(try machine { _ in })
        #expect(machine.failure == nil && machine.result != nil)
    }
}
