// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Testing

/// Prints, as a line of JSON for `Benchmarks/cores.py`, what the parts of a lane's work on E take, in
/// microseconds; run with QPOOL_MEASURE=1 and a release build.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["QPOOL_MEASURE"] != nil), .serialized)
struct LaneMeasurement {
    private static let runs = 128
    private static let piecesOfARun = 16

    @Test func partsOfTheWork() throws {
        let text = SpeedTest.workloads(samples: 100_000_000_000)[1]
        let spec = try JobCompiler.compile(try JobText.parse(text), resources: JobResources())
        var machine = JobMachine(job: spec.job)
        let runner = BatchRunner(threads: 2)
        // Past the first round, where nothing is known yet.
        while let round = machine.currentRound, round.number < 2,
            let missing = machine.missing(limit: 1).first,
            let range = DyadicRange(start: missing.start, level: min(missing.level, 27)),
            let partial = runner.run(job: spec.job, jobKey: 1, round: round, range: range)
        { _ = machine.merge(partial) }
        let round = try #require(machine.currentRound)
        let wide = try #require(DyadicRange.cover(round.range).first { $0.level >= 27 })
        let range = try #require(DyadicRange(start: wide.start, level: 27))
        let evaluator = RangeEvaluator(job: spec.job)
        var times = ["piece": 0.0, "own": 0.0, "shared": 0.0, "batch": 0.0]
        func time<T>(_ part: String, _ body: () -> T) -> T {
            let start = ContinuousClock.now
            defer { times[part, default: 0] += (ContinuousClock.now - start) / .microseconds(1) }
            return body()
        }
        var whole = RoundMerger(round: round, job: spec.job)
        for run in 0..<Self.runs {
            var own = RoundMerger(round: round, job: spec.job)
            for piece in 0..<Self.piecesOfARun {
                let number = UInt64(run * Self.piecesOfARun + piece)
                let piece = try #require(
                    DyadicRange(start: range.start + number << 16, level: 16))
                let partial = time("piece") {
                    evaluator.evaluate(round: round, range: piece, hints: machine.hints)
                }
                time("own") { _ = own.merge(partial) }
            }
            time("shared") {
                _ = whole.merge(own)
                _ = whole.hints
            }
        }
        time("batch") {
            if let partial = whole.partial(of: range) { _ = machine.merge(partial) }
        }
        let pieces = Double(Self.runs * Self.piecesOfARun)
        time("batch") { DispatchQueue.concurrentPerform(iterations: 64) { _ in } }
        let parts: [(String, Double)] = [
            ("piece", times["piece", default: 0] / pieces),
            ("own", times["own", default: 0] / pieces),
            ("shared", times["shared", default: 0] / Double(Self.runs)),
            ("batch", times["batch", default: 0]),
        ]
        let words = parts.map { "\"\($0.0)\": \(($0.1 * 100).rounded() / 100)" }
        print("lanes: {" + words.joined(separator: ", ") + "}")
    }
}
