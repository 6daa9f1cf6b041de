// SPDX-License-Identifier: Apache-2.0

/// All that a coordinator shows of itself at one instant: what the dashboard, the metrics and the
/// JSON interface are made of.
///
/// It is a value: whoever has it needs nothing more of the coordinator.
package struct PoolView: Sendable {
    /// A job.
    package struct Job: Sendable {
        package var status: JobStatus
        /// When it was accepted, or this coordinator found it in its store.
        package var accepted: Instant
        /// When the present stretch of work began.
        package var started: Instant?
        package var ended: Instant?
        /// Its text, as it was submitted.
        package var text: String
        /// What happened to it, the first event first.
        package var events: [JobEvent]
        package var trail: JobTrail
    }

    /// Something of which there is only so much.
    package struct Bound: Sendable, Hashable {
        /// Its name, as a label of metrics.
        package var name: String
        package var used: Double
        package var limit: Double

        package init(_ name: String, _ used: Double, of limit: Double) {
            self.name = name
            self.used = used
            self.limit = limit
        }
    }

    /// When it was made.
    package var now: Instant
    /// The coordinator's name and version.
    package var name: String
    package var version: String
    /// Jobs, the newest first: all that have not ended, and others up to ``PoolLimits/shownJobs``.
    package var jobs: [Job]
    /// Jobs of each state.
    package var jobCounts: [JobStatus.State: Int]
    /// Workers, up to ``PoolLimits/listed``, and who is quarantined.
    package var workers: [WorkerStatus]
    /// Workers of each standing: working, idle, draining, quarantined.
    package var workerCounts: [String: Int]
    /// Cores of all workers.
    package var cores: Int
    /// Leases that are out.
    package var leases: Int
    package var tally: PoolTally
    /// Every queue and store of the coordinator that is bounded.
    package var bounds: [Bound]
    /// Why nothing can be stored; nil while all is well.
    package var storeFailure: PoolFailure?
    /// Jobs of an earlier coordinator that are being read.
    package var restoring: Int
}
