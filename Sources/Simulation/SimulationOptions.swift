// SPDX-License-Identifier: Apache-2.0
public import PoolCore

/// What is simulated. With the seed it decides every event.
public struct SimulationOptions: Sendable {
    /// Workers at the start.
    public var workers = 4
    /// Jobs, each submitted at a random time.
    public var jobs: [ModelJob] = [
        ModelJob(seed: 1, samples: 8_000, quantile: 0.01),
        ModelJob(seed: 2, samples: 4_000, quantile: 0.1, hasPilot: true),
        ModelJob(seed: 3, samples: 700, quantile: 0.5),
    ]
    /// What goes wrong; varied by seed.
    public var faults = FaultRates.usual
    /// Virtual seconds in which things go wrong; then the pool is left in peace.
    public var troubleSeconds = 40.0
    /// Virtual seconds of peace in which every job must end.
    public var peaceSeconds = 600.0
    /// A worker's samples a second, the slowest and the fastest.
    public var speeds: ClosedRange<Double> = 50...2_000
    /// Share of leases that are computed with the hints they came with, so that candidates are missing
    /// as they may be; the rest are computed once for all schedules.
    public var hintedShare = 0.05
    /// Workers at the start that lie; whoever takes a caught one's place is honest.
    public var liars = 0
    /// Share of its ranges that a liar lies about.
    public var lieShare = 1.0
    /// The kinds of its lies, by name; all where empty.
    public var lies: Set<String> = []
    /// Whether every result must be the undisturbed one, lies or not.
    public var expectsTruth = true
    /// How the coordinator hands out work.
    public var coordinator: CoordinatorOptions
    /// Whether the coordinator's invariants are checked.
    public var checksInvariants = true
    /// Changes what a coordinator wants done: the work of a fault in it, to show that a law breaks.
    package var sabotage: (@Sendable (inout CoordinatorEffects) -> Void)?
    /// Events after which a schedule counts as endless.
    public var eventLimit = 2_000_000_000
    /// Events that are kept in words, for a failure's report.
    public var traceLength = 0

    /// The usual small pool.
    public init() {
        coordinator = CoordinatorOptions()
        coordinator.leaseLevels = 8...20
        coordinator.firstLevel = 9
        // Small, so that short jobs have checkpoints too.
        coordinator.journalBytes = 4_096
    }

    /// A pool of so many workers, with jobs that keep all of them busy for some seconds.
    public init(workers: Int) {
        self.init()
        self.workers = workers
        guard workers > 8 else { return }
        let samples = UInt64(workers) * 4_000
        jobs = [
            ModelJob(seed: 1, samples: samples, quantile: 300 / Double(samples)),
            ModelJob(seed: 2, samples: samples, quantile: 100 / Double(samples)),
        ]
        coordinator.journalBytes = PoolLimits.journalBytes
        // There is nothing to compute twice, and partials are as small as in a real pool.
        if workers > 1_000 { hintedShare = 1 }
    }
}

/// What happened in a schedule.
public struct SimulationReport: Sendable, Hashable {
    /// The seed.
    public var seed: UInt64
    /// Events processed.
    public var events = 0
    /// Steps of the coordinator.
    public var coordinatorSteps = 0
    /// Virtual nanoseconds until the last job had ended.
    public var nanoseconds: Int64 = 0
    /// Faults injected, by name.
    public var faults: [String: Int] = [:]
    /// Leases handed out.
    public var leases = 0
    /// Leases computed by workers.
    public var leasesComputed = 0
    /// Leases that workers gave back.
    public var leasesHandedBack = 0
    /// The most leases that were out at once.
    public var mostLeases = 0
    /// Jobs that ended with the undisturbed result.
    public var jobsDone = 0
    /// Jobs that ended cancelled, as wanted.
    public var jobsCancelled = 0
    /// Jobs that ended with another result, where that was allowed.
    public var jobsWrong = 0
    /// Lies told to a coordinator, by kind.
    public var lies: [String: Int] = [:]
    /// Workers shut out.
    public var quarantined: [String] = []
    /// Workers that lied and were not shut out.
    public var liarsAtLarge = 0
    /// Jobs that began anew.
    public var restarts = 0
    /// The last events in words, where they were wanted.
    public var trace: [String] = []

    /// Nothing happened yet.
    public init(seed: UInt64) { self.seed = seed }

    /// What happened in both.
    public mutating func add(_ other: SimulationReport) {
        events += other.events
        coordinatorSteps += other.coordinatorSteps
        nanoseconds += other.nanoseconds
        faults.merge(other.faults) { $0 + $1 }
        leases += other.leases
        leasesComputed += other.leasesComputed
        leasesHandedBack += other.leasesHandedBack
        mostLeases = max(mostLeases, other.mostLeases)
        jobsDone += other.jobsDone
        jobsCancelled += other.jobsCancelled
    }
}

/// A law that a schedule broke. The seed replays it.
public struct SimulationFailure: Error, Sendable, CustomStringConvertible {
    /// The seed of the schedule.
    public var seed: UInt64
    /// The event after which the law was broken.
    public var event: Int
    /// The virtual time.
    public var nanoseconds: Int64
    /// Which law.
    public var reason: String
    /// The last events, oldest first; empty where none were kept.
    public var trace: [String]

    /// Seed, event, time and law.
    public var description: String {
        "seed \(seed), event \(event), \(Double(nanoseconds / 1_000_000) / 1_000) s: \(reason)"
    }
}
