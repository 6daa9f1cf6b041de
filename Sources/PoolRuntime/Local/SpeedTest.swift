// SPDX-License-Identifier: Apache-2.0
public import Quantilizer

/// How fast this machine computes jobs, through the evaluator and the runner that answer them.
///
/// Only the computation is timed: no process start, no reading of the job.
public enum SpeedTest {
    /// The two workloads that the project is measured by, as job texts: G, ten normals and a formula of
    /// all of them; E, one exponential ranked by itself. Exact top 0.1 %.
    public static func workloads(samples: UInt64) -> [String] {
        [
            """
            name: G
            seed: 1
            base: { normal: { dimension: 10 } }
            utility: "-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])"
            quantile: 1e-3
            samples: \(samples)
            """,
            """
            name: E
            seed: 1
            base: { exponential: { rate: 1 } }
            utility: "x[0]"
            quantile: 1e-3
            samples: \(samples)
            """,
        ]
    }

    /// What a job took.
    public struct JobTime: Sendable {
        /// Samples evaluated.
        public var evaluations: UInt64
        /// Seconds of each round.
        public var seconds: [Double]
    }

    /// Computes a job again and again.
    ///
    /// Blocks the caller. With one thread all is computed on the caller's.
    /// - Throws: `JobFailure` where the job ends without an answer.
    public static func time(
        _ job: CompiledJob, threads: Int, rounds: Int
    ) throws(JobFailure) -> JobTime {
        let runner = BatchRunner(threads: threads)
        var time = JobTime(evaluations: 0, seconds: [])
        for _ in 0..<rounds {
            var machine = JobMachine(job: job)
            let started = ContinuousClock.now
            _ = runner.complete(&machine)
            time.seconds.append((ContinuousClock.now - started) / .seconds(1))
            if let trouble = job.trouble { throw JobFailure("plugin-given-up", trouble) }
            if let failure = machine.failure { throw failure }
            time.evaluations = machine.progress.evaluations
        }
        return time
    }

    /// What giving samples up early is worth.
    public struct EarlyTime: Sendable {
        /// What became of the samples.
        public var outcome: EarlyTrial.Outcome
        /// Random blocks of a sample that is drawn whole.
        public var blocks: Int
        /// Nanoseconds a sample, a number each round: giving up early, and drawing all.
        public var early: [Double]
        /// The same where all are drawn whole.
        public var all: [Double]
    }

    /// Looks for the top of a utility's samples with and without giving the others up early, on the caller's thread;
    /// nil where that does not pay, or the utility or the base do not allow it.
    public static func early(
        utility: Int, of job: CompiledJob, rounds: Int, samples: Int = 1 << 20
    ) -> EarlyTime? {
        guard var trial = EarlyTrial(job: job, utility: utility),
            let outcome = trial.early(samples: samples)
        else { return nil }
        var time = EarlyTime(outcome: outcome, blocks: trial.blocks, early: [], all: [])
        for _ in 0..<rounds {
            let started = ContinuousClock.now
            let found = trial.early(samples: samples)?.found
            let middle = ContinuousClock.now
            precondition(trial.all(samples: samples) == found, "both find the same samples")
            time.early.append((middle - started) / .nanoseconds(1) / Double(samples))
            time.all.append((ContinuousClock.now - middle) / .nanoseconds(1) / Double(samples))
        }
        return time
    }

    /// Nanoseconds that one evaluation of a utility takes by itself, on samples that lie in the cache:
    /// one number a round. Nil for a utility that is computed outside the formula language.
    public static func nanoseconds(
        utility: Int, of job: CompiledJob, rounds: Int
    ) -> [Double]? {
        let times = 4_000
        guard var trial = UtilityTrial(job: job, utility: utility) else { return nil }
        var sum = trial.evaluate(times: times / 10)
        var result: [Double] = []
        for _ in 0..<rounds {
            let started = ContinuousClock.now
            sum += trial.evaluate(times: times)
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            result.append(seconds * 1e9 / Double(times * UtilityTrial.lanes))
        }
        // The sum is looked at, so that nothing can be left out as unused.
        return sum.isSignalingNaN ? nil : result
    }
}
