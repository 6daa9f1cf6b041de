// SPDX-License-Identifier: Apache-2.0
import PoolCore
import PoolRuntime

@testable import Quantilizer

/// A small job of each kind of round, with its machine at the start of every round.
struct CodecJob: Sendable {
    let name: String
    let spec: JobSpec
    let stages: [JobMachine]

    var job: CompiledJob { spec.job }

    private init(_ name: String, _ text: String, bracket: Double? = nil) throws {
        self.name = name
        spec = try JobSpec.parse(try JobText.parse(text))
        var machine = JobMachine(job: spec.job)
        if let bracket {
            // So narrow a bracket misses, and digits of the key mend that.
            machine = JobMachine(
                job: spec.job,
                method: ExactMethod(
                    job: spec.job, samples: spec.job.settings.samples, bracketDeviations: bracket))
        }
        var stages: [JobMachine] = []
        let evaluator = RangeEvaluator(job: spec.job)
        while let round = machine.currentRound {
            if stages.count < 4 { stages.append(machine) }
            for range in machine.missing() {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        guard machine.result != nil else { throw FuzzTarget.Finding("\(name) has no result") }
        self.stages = stages
    }

    static let all: [CodecJob] = {
        let base = "seed: 3\nbase: { normal: { dimension: 2 } }\n"
        do {
            return [
                try CodecJob(
                    "exact",
                    base + "utilities: { a: 'x[0]', b: 'x[0] + x[1]' }\nquantiles: [0.1, 0.02]\n"
                        + "samples: 1500\ndraws: 3\ncosts: { c: 'x[1]', d: 'log(x[0])' }\n"),
                try CodecJob(
                    "best",
                    base + "utility: 'x[0] > 0 ? 1 : x[1]'\nsamples: 300\n"
                        + "draws: 4\nmethod: best-of-n\n"),
                try CodecJob(
                    "value",
                    base + "utility: 'x[0]'\ndraws: 5\nsamples: 4000\ncost: 'x[1]'\n"
                        + "method: { threshold: { value: 2 } }\n"),
                try CodecJob(
                    "pilot",
                    base + "utility: 'x[0]'\ndraws: 2\nquantile: 0.05\nsamples: 4000\n"
                        + "method: { threshold: { pilot: 2000 } }\n"),
                try CodecJob(
                    "precision",
                    base + "utility: 'x[0]'\nquantile: 0.2\nprecision: 20%\n"),
                try CodecJob(
                    "splitting",
                    base + "utility: 'x[0] + x[1]'\nquantile: 0.02\ndraws: 3\ncost: 'x[1]'\n"
                        + "method: { splitting: { particles: 256, islands: 2 } }\n"),
                try CodecJob(
                    "screened",
                    base + "utility: 'x[0] + x[1]'\nquantile: 0.02\nsamples: 1500\ncost: 'x[1]'\n"
                        + "method: { screened: { screen: 'x[0]', survivors: 200, audit: 50 } }\n"),
                try CodecJob(
                    "band",
                    base + "utility: 'x[0]'\nquantile: 0.2\nsamples: 1500\ndraws: 4\n"
                        + "method: { band: { cut: 0.05 } }\n"),
                try CodecJob(
                    "tilt",
                    base + "utility: 'x[0]'\nsamples: 1500\ndraws: 4\n"
                        + "method: { tilt: { beta: 1, pilot: 512 } }\n"),
                try CodecJob(
                    "minimax",
                    base + "utility: 'x[0]'\nsamples: 1500\ncost: 'x[1]'\n"
                        + "method: { minimax: { epsilon: 0.2, order: 2, pilot: 512 } }\n"),
                try CodecJob(
                    "impact",
                    base + "utility: 'x[0] + x[1]'\nquantile: 0.2\nsamples: 1500\ncost: 'x[1]'\n"
                        + "method: { impact: { of: 'x[0]', width: 0.5 } }\n"),
                try CodecJob(
                    "digits",
                    base + "utility: 'x[0]'\nquantile: 0.5\nsamples: 50000\nmemory: 1MiB\n",
                    bracket: 0.001),
            ]
        } catch {
            fatalError("the jobs of the fuzz targets are wrong: \(error)")
        }
    }()

    /// The job and stage that two bytes choose.
    static func chosen(_ reader: inout FuzzReader) -> (job: CodecJob, stage: JobMachine) {
        let job = all[Int(reader.byte()) % all.count]
        return (job, job.stages[Int(reader.byte()) % job.stages.count])
    }

    /// Every job and stage, with the bytes that choose it.
    static var choices: [(name: String, head: [UInt8], job: CodecJob, stage: JobMachine)] {
        all.enumerated().flatMap { number, job in
            job.stages.enumerated().map { stage, machine in
                ("\(job.name)-\(stage)", [UInt8(number), UInt8(stage)], job, machine)
            }
        }
    }

    /// Works a machine off, and writes its result; what would take long is left.
    func finish(_ start: JobMachine, samples most: UInt64 = 1 << 16) {
        var machine = start
        var left = most
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 64) {
                // An island's index takes many evaluations.
                let cost =
                    Double(range.length) * round.evaluationsPerIndex(job: job).rounded(.up)
                guard cost <= Double(left) else { return }
                left -= UInt64(cost)
                guard machine.merge(evaluator.evaluate(round: round, range: range)) == .merged
                else { return }
            }
            _ = machine.progress
        }
        if let result = machine.result {
            _ = JobCompiler.document(result, spec, jobDigest: "0123456789abcdef")
        }
    }
}

extension FuzzTarget {
    /// A round and its hints, as a worker takes them from its coordinator, and computes them.
    static let round = FuzzTarget(
        name: "round", maximumBytes: 8_192,
        seeds: {
            CodecJob.choices.map { choice in
                Seed(
                    name: choice.name,
                    bytes: choice.head
                        + FuzzWriter.bytes {
                            $0.block(choice.stage.currentRound!.encode())
                            $0.rest(choice.stage.hints.encode())
                        })
            }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let job = CodecJob.chosen(&reader).job
            guard let round = try? Round(decoding: reader.block(), job: job.job) else {
                return false
            }
            let again = round.encode()
            guard (try? Round(decoding: again, job: job.job))?.encode() == again else {
                throw Finding("a round does not come back")
            }
            let hints = (try? Hints(decoding: reader.rest())) ?? .none
            guard let range = DyadicRange(start: round.range.lowerBound & ~255, level: 8),
                round.admits(range), round.evaluationsPerIndex(job: job.job) <= 256
            else { return true }
            let partial = RangeEvaluator(job: job.job).evaluate(
                round: round, range: range, hints: hints)
            _ = try Partial(decoding: partial.encode(), round: round, job: job.job)
            return true
        })

    /// A partial, as a coordinator takes it from a worker; whatever is merged, the job ends.
    static let partial = FuzzTarget(
        name: "partial", maximumBytes: 65_536,
        seeds: {
            CodecJob.choices.map { choice in
                let round = choice.stage.currentRound!
                let range = DyadicRange(start: round.range.lowerBound, level: 8)!
                let partial = RangeEvaluator(job: choice.job.job).evaluate(
                    round: round, range: range, hints: choice.stage.hints)
                return Seed(name: choice.name, bytes: choice.head + partial.encode())
            }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let (job, stage) = CodecJob.chosen(&reader)
            let round = stage.currentRound!
            guard let partial = try? Partial(decoding: reader.rest(), round: round, job: job.job)
            else { return false }
            let again = partial.encode()
            guard
                (try? Partial(decoding: again, round: round, job: job.job))?.encode() == again
            else { throw Finding("a partial does not come back") }
            var machine = stage
            guard machine.merge(partial) == .merged else { return true }
            let snapshot = machine.hasEnded ? nil : machine.snapshot()
            if let snapshot, (try? JobMachine(job: job.job, snapshot: snapshot)) == nil {
                throw Finding("a machine's own snapshot is refused")
            }
            job.finish(machine)
            return true
        })

    /// A stored machine; whatever is taken, the job ends.
    static let snapshot = FuzzTarget(
        name: "snapshot", maximumBytes: 65_536,
        seeds: {
            CodecJob.choices.compactMap { choice in
                var machine = choice.stage
                let round = machine.currentRound!
                let range = DyadicRange(start: round.range.lowerBound, level: 8)!
                _ = machine.merge(
                    RangeEvaluator(job: choice.job.job).evaluate(round: round, range: range))
                let snapshot = (machine.hasEnded ? choice.stage : machine).snapshot()
                return snapshot.count > 16_000
                    ? nil : Seed(name: choice.name, bytes: choice.head + snapshot)
            }
        },
        run: { bytes in
            var reader = FuzzReader(bytes)
            let job = CodecJob.chosen(&reader).job
            guard let machine = try? JobMachine(job: job.job, snapshot: reader.rest()) else {
                return false
            }
            let again = machine.snapshot()
            guard (try? JobMachine(job: job.job, snapshot: again))?.snapshot() == again else {
                throw Finding("a snapshot does not come back")
            }
            _ = machine.progress
            job.finish(machine)
            return true
        })
}
