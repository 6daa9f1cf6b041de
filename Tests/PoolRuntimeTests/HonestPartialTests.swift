// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Quantilizer
import TestMarks
import Testing

@testable import PoolRuntime

/// What an honest worker sends is taken, of every method, however ranges are cut and whatever hints it
/// has, and the answer is the one that nobody cut.
@Suite struct HonestPartialTests {
    /// A run whose partials go over the wire, each with the hints of the moment.
    private func overTheWire(_ job: CompiledJob, level: Int) throws -> JobResult {
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 4_096).flatMap({ Self.cut($0, to: level, round) }) {
                let own = machine.roundVaries ? try #require(machine.round(for: range)) : round
                let partial = evaluator.evaluate(
                    round: own, range: range, hints: machine.hints)
                let read = try Partial(
                    decoding: partial.encode(), round: round, job: job, known: machine.hints)
                #expect(machine.merge(read) == .merged)
            }
        }
        return try #require(machine.result, "\(machine.failure?.description ?? "")")
    }

    private static func cut(
        _ range: DyadicRange, to level: Int, _ round: Round
    ) -> [DyadicRange] {
        guard range.level > level else { return [range] }
        let end = min(range.end, round.range.upperBound)
        let parts = DyadicRange.cover(range.start..<end, maximumLevel: level)
        return parts.allSatisfy(round.admits) ? parts : [range]
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: ResultJob.all)
    func everyMethodsPartialsAreTaken(_ job: ResultJob) throws {
        let whole = try ResultFile(text: job.text, path: "-").document
        for level in [8, 10] {
            let result = try overTheWire(job.spec.job, level: level)
            let text = JobCompiler.document(
                result, job.spec, jobDigest: JobCompiler.digest(job.spec, JobResources())
            ).digest
            #expect(whole["digest"]?.text() == "\"\(text)\"")
        }
    }
}
