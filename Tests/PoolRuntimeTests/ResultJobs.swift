// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Quantilizer
import Testing

@testable import PoolRuntime

/// A small job of every method and analysis, with its result document.
struct ResultJob: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: JobSpec
    let text: String

    var testDescription: String { name }

    private init(_ name: String, _ rest: String) throws {
        self.name = name
        let head = "name: \"a \\\"b\\\" é\"\nseed: 3\nbase: { normal: { dimension: 2 } }\n"
        spec = try JobSpec.parse(try JobText.parse(head + rest))
        text = try Self.document(spec).text
    }

    /// The result of a job.
    static func document(_ spec: JobSpec) throws -> ResultDocument {
        var machine = JobMachine(job: spec.job)
        let evaluator = RangeEvaluator(job: spec.job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 64) {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
        let result = try #require(machine.result, "\(machine.failure?.description ?? "")")
        return JobCompiler.document(
            result, spec, jobDigest: JobCompiler.digest(spec, JobResources()),
            timings: [("seconds", .number(0.25))])
    }

    static let all: [ResultJob] = {
        let sums = "utility: 'x[0] + x[1]'\nquantile: 0.02\n"
        let cost = "costs: { c: 'x[1] > 1', d: 'x[0]' }\n"
        let event = "event: 'x[0] > 2'\nutility: 'x[0]'\n"
        let jobs = [
            (
                "exact",
                "utilities: { a: 'x[0]', b: 'x[0] + x[1]' }\nquantiles: [0.1, 0.02]\n"
                    + "samples: 1500\ndraws: 3\nverify: 0.1\n" + cost
            ),
            (
                "histograms",
                "utilities: { a: 'x[0]', b: '1 / x[1]' }\nquantile: 0.1\nsamples: 1500\n"
                    + "histogram: 100\n" + cost
            ),
            (
                "histogram of a tilt",
                "utility: 'x[0]'\nsamples: 1500\ndraws: 4\nhistogram: 32\n"
                    + "method: { tilt: { beta: 1, pilot: 512 } }\n" + cost
            ),
            ("best-of-n", "utility: 'x[0]'\nsamples: 300\ndraws: 4\nmethod: best-of-n\n" + cost),
            (
                "value",
                "utility: 'x[0]'\ndraws: 5\nsamples: 4000\nmethod: { threshold: { value: 2 } }\n"
                    + cost
            ),
            (
                "pilot",
                "utility: 'x[0]'\ndraws: 2\nquantile: 0.05\nsamples: 4000\n"
                    + "method: { threshold: { pilot: 2000 } }\n"
            ),
            ("share", "utility: 'x[0]'\nquantile: 0.2\nprecision: 20%\n"),
            ("width", "utility: 'x[0]'\nquantile: 0.2\nprecision: { threshold: 0.1 }\n"),
            (
                "splitting",
                sums + "draws: 3\nmethod: { splitting: { particles: 256, islands: 4 } }\n" + cost
            ),
            (
                "screened",
                sums + "samples: 1500\nmethod: { screened: { screen: 'x[0]', survivors: 200, "
                    + "audit: 50 } }\n" + cost
            ),
            (
                "band",
                "utility: 'x[0]'\nquantile: 0.2\nsamples: 1500\ndraws: 4\n"
                    + "method: { band: { cut: 0.05 } }\n" + cost
            ),
            (
                "tilt",
                "utility: 'x[0]'\nsamples: 1500\ndraws: 4\n"
                    + "method: { tilt: { beta: 1, pilot: 512 } }\n"
            ),
            (
                "minimax",
                "utility: 'x[0]'\nsamples: 1500\nmethod: { minimax: { epsilon: 0.2, order: 2, "
                    + "pilot: 512 } }\n"
            ),
            (
                "impact",
                "utility: 'x[0] + x[1]'\nquantile: 0.2\nsamples: 1500\n"
                    + "method: { impact: { of: 'x[0]', width: 0.5 } }\n"
            ),
            (
                "cross-entropy",
                sums + "method: { cross-entropy: { samples: 4096 } }\n"
            ),
            ("estimate", event + "samples: 3000\nmethod: plain\n"),
            (
                "estimate by splitting",
                event + "method: { splitting: { particles: 256, islands: 4 } }\n"
            ),
            ("sweep", "utility: 'x[0]'\nsamples: 2000\nsweep: { quantiles: [1, 0.1, 0.01] }\n"),
            (
                "audit",
                "utility: 'x[0]'\nquantile: 0.1\nsamples: 2000\n"
                    + "audit: { harm: 'x[0] > 3' }\n"
            ),
            ("attack", event + "attack: { kl: 2, rounds: 4, round: 1024, samples: 1024 }\n"),
        ]
        do {
            return try jobs.map { try ResultJob($0.0, $0.1) }
        } catch {
            fatalError("the jobs of these tests are wrong: \(error)")
        }
    }()
}
