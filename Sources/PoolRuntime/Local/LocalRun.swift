// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
public import Quantilizer
internal import Synchronization

/// A job computed by this process alone, on all cores, without a network.
///
/// It drives the same `JobMachine` as a coordinator, so its answer has the same bits.
public final class LocalRun: Sendable {
    /// What can be seen while it runs.
    public struct Snapshot: Sendable {
        /// Samples done, all rounds.
        public var done: UInt64 = 0
        /// Samples expected in all.
        public var total: UInt64 = 0
        /// The number of the round that is computed, from 0.
        public var round = 0
        /// The running threshold.
        public var threshold: RunningThreshold?
    }

    /// Where a run stands when it stops.
    public struct Ending: Sendable {
        /// What was done.
        public var machine: JobMachine
        /// Whether it stopped because it was asked to.
        public var isCancelled: Bool
        /// Why it cannot go on here, nil where it could.
        public var failure: JobFailure?
    }

    /// log2 of the samples after which the running threshold is looked at; more where there are many
    /// threads.
    private static let batchLevel = 24
    /// log2 of the samples of the first batch of a run that is kept; what follows takes about
    /// ``batchNanoseconds``, since a batch that is stopped is lost.
    private static let firstBatchLevel = 12
    /// Nanoseconds that a batch of a run that is kept shall take.
    private static let batchNanoseconds: UInt64 = 400_000_000
    /// Nanoseconds between two states that are kept.
    private static let keepEvery: UInt64 = 30_000_000_000

    private let machine: JobMachine
    private let part: Range<UInt64>?
    private let keep: (@Sendable (JobMachine) -> Void)?
    private let runner: BatchRunner
    private let cancellation = Cancellation()
    private let state = Mutex(Snapshot())
    /// Samples done since the state was published: many threads count here, so not under a lock.
    private let unpublished = Atomic<UInt64>(0)

    /// A run of a job on so many threads.
    public convenience init(job: CompiledJob, threads: Int) {
        self.init(machine: JobMachine(job: job), threads: threads)
    }

    /// A run that goes on from where a machine is.
    ///
    /// - Parameters:
    ///   - machine: the job, as far as it is done.
    ///   - threads: how many compute, at least one.
    ///   - part: the samples to compute, all by default.
    ///   - keep: called now and then with what is done, from the thread that computes.
    public init(
        machine: JobMachine, threads: Int, part: Range<UInt64>? = nil,
        keep: (@Sendable (JobMachine) -> Void)? = nil
    ) {
        self.machine = machine
        self.part = part
        self.keep = keep
        runner = BatchRunner(threads: threads)
    }

    /// How far it is.
    public var snapshot: Snapshot {
        state.withLock { state in
            var snapshot = state
            snapshot.done += unpublished.load(ordering: .relaxed)
            return snapshot
        }
    }

    /// Asks it to stop at the next block of samples.
    public func cancel() { cancellation.cancel() }

    /// Computes the job, off the cooperative pool.
    ///
    /// - Throws: `JobFailure`; its code is `cancelled` after ``cancel()``.
    public func result() async throws(JobFailure) -> JobResult {
        let ending = await ending()
        if let failure = ending.failure { throw failure }
        if ending.isCancelled { throw JobFailure("cancelled", "the job was cancelled") }
        if let result = ending.machine.result { return result }
        throw ending.machine.failure
            ?? JobFailure("incomplete", "the job ended without an answer")
    }

    /// Computes the job or the part, off the cooperative pool, as far as it is let.
    public func ending() async -> Ending {
        await withCheckedContinuation { waiting in
            DispatchQueue(label: "qpool.run").async {
                waiting.resume(returning: self.compute())
            }
        }
    }

    private func compute() -> Ending {
        var machine = machine
        publish(machine)
        // What is drawn once is merged as soon as it is there.
        let most =
            !machine.job.drawsOnce
            ? max(Self.batchLevel, runner.busyLevel) : DyadicRange.blockLevel
        var level = keep == nil ? most : min(most, Self.firstBatchLevel)
        var kept = DispatchTime.now().uptimeNanoseconds
        while let missing = missing(machine) {
            let range =
                DyadicRange(start: missing.start, level: min(missing.level, level))
                ?? missing
            guard let round = machine.round(for: range) else { break }
            let began = DispatchTime.now().uptimeNanoseconds
            let partial = runner.run(
                job: machine.job, jobKey: 1, round: round, range: range,
                hints: SharedHints(machine.hints), cancel: cancellation
            ) { samples in self.unpublished.wrappingAdd(samples, ordering: .relaxed) }
            if let trouble = machine.job.trouble {
                return Ending(
                    machine: machine, isCancelled: false,
                    failure: JobFailure("plugin-given-up", trouble))
            }
            guard let partial else { return Ending(machine: machine, isCancelled: true) }
            _ = machine.merge(partial)
            publish(machine)
            let now = DispatchTime.now().uptimeNanoseconds
            if keep != nil {
                let spent = now - began
                if spent < Self.batchNanoseconds / 2, range.level == level {
                    level = min(most, level + 1)
                } else if spent > Self.batchNanoseconds {
                    level = max(DyadicRange.blockLevel, level - 1)
                }
            }
            if let keep, now - kept >= Self.keepEvery {
                keep(machine)
                kept = now
            }
        }
        return Ending(machine: machine, isCancelled: false)
    }

    /// The first range that is not done and wanted.
    private func missing(_ machine: JobMachine) -> DyadicRange? {
        guard let part else { return machine.missing(limit: 1).first }
        for range in DyadicRange.cover(part) {
            if let missing = machine.missing(in: range, limit: 1).first { return missing }
        }
        return nil
    }

    private func publish(_ machine: JobMachine) {
        let progress = machine.progress
        state.withLock {
            unpublished.store(0, ordering: .relaxed)
            $0.done = progress.evaluations
            $0.total = max(progress.expected, progress.evaluations)
            $0.round = progress.round
            $0.threshold = progress.threshold
        }
    }
}
