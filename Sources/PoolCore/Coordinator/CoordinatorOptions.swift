// SPDX-License-Identifier: Apache-2.0

/// How a coordinator hands out work. None of it can change an answer.
public struct CoordinatorOptions: Sendable, Hashable {
    /// A worker's lease should take about so long.
    public var leaseNanoseconds: Int64 = 1_000_000_000
    /// log2 of the samples of a lease, at least and at most.
    public var leaseLevels: ClosedRange<Int> = 8...50
    /// log2 of the samples of a worker's first lease, while its speed is not known.
    public var firstLevel = 16
    /// Time between heartbeats.
    public var heartbeatNanoseconds: Int64 = 1_000_000_000
    /// Silence after which a worker counts as gone.
    public var silenceNanoseconds: Int64 = 10_000_000_000
    /// Whether jobs may ask for functions from outside the formula language, which workers compute
    /// whose operators allowed them.
    public var allowsPlugins = false
    /// Whether idle workers double what others still hold at a round's end.
    public var speculates = true
    /// Workers at once; each takes a file descriptor.
    public var workers = PoolLimits.workers
    /// Bytes of stored partials of a job before a checkpoint may replace them.
    public var journalBytes = PoolLimits.journalBytes
    /// Distinguishes the leases of this run of the coordinator from those of another.
    public var incarnation: UInt32 = 1
    /// Its version, for people.
    public var version = ""
    /// Its name, for people.
    public var name = ""
    /// Samples that a job may evaluate, as far as that is known when it is submitted.
    public var maximumEvaluations = PoolLimits.evaluations
    /// Bytes of the coordinator's memory that one job may take, as far as that is known when it is
    /// submitted: candidates, and its result while it is written.
    public var maximumJobBytes = PoolLimits.jobMemoryBytes
    /// Age from which a result may make room for another owner's job.
    public var keepNanoseconds: Int64 = 600_000_000_000
    /// Age from which jobs that have ended are forgotten; nil to keep them until room is wanted.
    public var forgetNanoseconds: Int64?
    /// Time after which a lease of a job whose samples are drawn once is taken from a worker that beats
    /// and delivers nothing, at least.
    public var hungNanoseconds: Int64 = 1_800_000_000_000
    /// Leases that a worker may hold that has delivered nothing yet; one more for each that it delivers,
    /// so whoever hoards them holds few.
    public var firstLeases = PoolLimits.firstLeases
    /// What no worker knows, so that none can tell which of its ranges are checked.
    public var secret: [UInt8] = []
    /// Whether the course of jobs is kept for people to look at.
    public var keepsTrails = false
    /// The fingerprint that workers must show.
    public var fingerprint = Sentinel.fingerprint

    /// The usual options.
    public init() {}

    /// Time between looks at deadlines.
    var sweepNanoseconds: Int64 { max(1_000_000, heartbeatNanoseconds / 4) }
    /// Time between looks at a worker.
    var patrolNanoseconds: Int64 { max(1_000_000, heartbeatNanoseconds / 2) }
}
