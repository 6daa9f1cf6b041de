// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
public import Quantilizer
internal import Synchronization

/// A job computed by this process alone, on all cores, without a network.
///
/// It drives the same ``JobMachine`` as a coordinator, so its answer has the same bits.
public final class LocalRun: Sendable {
    /// What can be seen while it runs.
    public struct Snapshot: Sendable {
        /// Samples done, all rounds.
        public var done: UInt64 = 0
        /// Samples expected in all.
        public var total: UInt64 = 0
        /// The running threshold.
        public var threshold: RunningThreshold?
    }

    /// log2 of the samples after which the running threshold is looked at.
    private static let batchLevel = 24

    private let job: CompiledJob
    private let runner: BatchRunner
    private let cancellation = Cancellation()
    private let state = Mutex(Snapshot())

    /// A run of a job on so many threads.
    public init(job: CompiledJob, threads: Int) {
        self.job = job
        runner = BatchRunner(threads: threads)
    }

    /// How far it is.
    public var snapshot: Snapshot { state.withLock { $0 } }

    /// Asks it to stop: ``result()`` then throws at the next block of samples.
    public func cancel() { cancellation.cancel() }

    /// Computes the job, off the cooperative pool.
    ///
    /// - Throws: ``JobFailure``; its code is `cancelled` after ``cancel()``.
    public func result() async throws(JobFailure) -> JobResult {
        let outcome: Result<JobResult, JobFailure> = await withCheckedContinuation { waiting in
            DispatchQueue(label: "qpool.run").async {
                waiting.resume(returning: self.compute())
            }
        }
        return try outcome.get()
    }

    private func compute() -> Result<JobResult, JobFailure> {
        var machine = JobMachine(job: job)
        publish(machine)
        while let round = machine.currentRound {
            guard let missing = machine.missing(limit: 1).first else { break }
            let range =
                DyadicRange(start: missing.start, level: min(missing.level, Self.batchLevel))
                ?? missing
            let partial = runner.run(
                job: job, jobKey: 1, round: round, range: range,
                hints: SharedHints(machine.hints), cancel: cancellation
            ) { samples in self.state.withLock { $0.done += samples } }
            guard let partial else {
                return .failure(JobFailure("cancelled", "the job was cancelled"))
            }
            _ = machine.merge(partial)
            publish(machine)
        }
        if let result = machine.result { return .success(result) }
        return .failure(
            machine.failure ?? JobFailure("incomplete", "the job ended without an answer"))
    }

    private func publish(_ machine: JobMachine) {
        let progress = machine.progress
        state.withLock {
            $0.done = progress.evaluations
            $0.total = max(progress.expected, progress.evaluations)
            $0.threshold = progress.threshold
        }
    }
}
