// SPDX-License-Identifier: Apache-2.0

/// Where a job stands.
public struct JobStatus: Sendable, Hashable {
    /// A job's life.
    public enum State: String, Sendable, CaseIterable {
        /// Accepted, waiting for room.
        case queued
        /// Being computed.
        case running
        /// Computed; its result is being written.
        case finishing
        /// Has a result.
        case done
        /// Has an error.
        case failed
        /// Somebody did not want it any more.
        case cancelled

        /// True where nothing more will happen.
        public var isOver: Bool { self == .done || self == .failed || self == .cancelled }
    }

    /// A running estimate of a selection's threshold.
    public struct Threshold: Sendable, Hashable {
        /// The selection's name.
        public var name: String
        /// The estimate.
        public var value: Double
        /// Its interval; ends are infinite where nothing bounds them.
        public var interval: ClosedRange<Double>?
        /// The confidence that all intervals shown hold together.
        public var confidence: Double
        /// The samples it rests on.
        public var samples: UInt64
    }

    /// The id.
    public var id: String
    /// The name its author gave it.
    public var name: String
    /// Its state.
    public var state: State
    /// Higher is served first.
    public var priority: Int
    /// Samples merged.
    public var samplesDone: UInt64
    /// Samples wanted, as far as is known.
    public var samplesTotal: UInt64
    /// The round that is computed, from 0.
    public var round: Int
    /// Leases held by workers.
    public var leases: Int
    /// Workers that hold some.
    public var workers: Int
    /// Over the last seconds, or over all its time once it is over.
    public var samplesPerSecond: Double
    /// Since its start.
    public var elapsed: Duration
    /// Running thresholds, where there are some.
    public var thresholds: [Threshold]
    /// Why it failed.
    public var failure: PoolFailure?
    /// SHA-256 of the normalised job and its tables.
    public var jobDigest: String
    /// What its owner should know: work done again, a wait for a second worker.
    public var warnings: [String]
    /// The name of the key that submitted it; empty without keys.
    public var owner: String

    /// What happened to it, the first event first; empty where that was not asked for.
    public var events: [JobEvent]
    /// How long ago it was submitted; nil where nobody knows any more.
    public var age: Duration?
    /// How long ago it ended; nil where it has not, or nobody knows any more.
    public var ended: Duration?

    /// The time left at the present speed, nil where nothing can be said.
    public var remaining: Duration? {
        guard state == .running, samplesPerSecond > 0, samplesTotal >= samplesDone else {
            return nil
        }
        let seconds = Double(samplesTotal - samplesDone) / samplesPerSecond
        return seconds < 1e9 ? .seconds(seconds) : nil
    }

    package init(_ wire: WireJobStatus) {
        id = wire.job
        name = wire.name
        state =
            switch wire.state {
            case .queued, .unspecified, .UNRECOGNIZED: .queued
            case .running: .running
            case .finishing: .finishing
            case .done: .done
            case .failed: .failed
            case .cancelled: .cancelled
            }
        priority = Int(wire.priority)
        samplesDone = wire.samplesDone
        samplesTotal = wire.samplesTotal
        round = Int(wire.round)
        leases = Int(wire.leasesOut)
        workers = Int(wire.workers)
        samplesPerSecond = wire.samplesPerSecond
        elapsed = .nanoseconds(Int64(clamping: wire.elapsedNanoseconds))
        thresholds = wire.thresholds.filter(\.known).map {
            Threshold(
                name: $0.name, value: $0.value,
                interval: $0.lower <= $0.upper ? $0.lower...$0.upper : nil,
                confidence: $0.confidence, samples: $0.samples)
        }
        failure = wire.hasFailure ? PoolFailure(wire.failure) : nil
        jobDigest = wire.jobDigest
        warnings = wire.warnings
        owner = wire.owner
        events = wire.events.map {
            JobEvent(number: $0.number, ageNanoseconds: $0.ageNanoseconds, text: $0.text)
        }
        func span(_ nanoseconds: UInt64) -> Duration? {
            nanoseconds == 0 ? nil : .nanoseconds(Int64(clamping: nanoseconds))
        }
        age = span(wire.submittedNanoseconds)
        ended = span(wire.endedNanoseconds)
    }
}

/// Which jobs a list is of: all that is said holds for each of them.
public struct JobFilter: Sendable, Hashable {
    /// Their states; empty for all.
    public var states: [JobStatus.State]
    /// The name of the key that submitted them.
    public var owner: String?
    /// What their names contain, whatever the case.
    public var name: String?
    /// They were submitted at most so long ago.
    public var since: Duration?
    /// They ended at least so long ago.
    public var endedBefore: Duration?

    /// A filter; without parameters one of all jobs.
    public init(
        states: [JobStatus.State] = [], owner: String? = nil, name: String? = nil,
        since: Duration? = nil, endedBefore: Duration? = nil
    ) {
        self.states = states
        self.owner = owner
        self.name = name
        self.since = since
        self.endedBefore = endedBefore
    }
}

extension JobStatus.State {
    package var wire: WireJobState {
        switch self {
        case .queued: .queued
        case .running: .running
        case .finishing: .finishing
        case .done: .done
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

/// A worker, as the coordinator sees it.
public struct WorkerStatus: Sendable, Hashable {
    /// Its id.
    public var id: String
    /// Its host.
    public var host: String
    /// Its process there.
    public var process: UInt32
    /// Cores it computes on.
    public var cores: Int
    /// The machine's memory.
    public var memoryBytes: UInt64
    /// Its version.
    public var version: String
    /// Leases it may hold, and holds.
    public var slots: Int
    /// Leases it holds.
    public var leases: Int
    /// Its latest speed.
    public var samplesPerSecond: Double
    /// Samples it has delivered.
    public var samples: UInt64
    /// Since when it is connected.
    public var connected: Duration
    /// Whether it takes no more leases.
    public var isDraining: Bool
    /// Why it is shut out; nil for workers in good standing.
    public var quarantine: String?

    package init(_ wire: WireWorkerStatus) {
        id = wire.worker
        host = wire.host
        process = wire.process
        cores = Int(wire.cores)
        memoryBytes = wire.memoryBytes
        version = wire.version
        slots = Int(wire.slots)
        leases = Int(wire.leases)
        samplesPerSecond = wire.samplesPerSecond
        samples = wire.samples
        connected = .nanoseconds(Int64(clamping: wire.connectedNanoseconds))
        isDraining = wire.draining
        quarantine = wire.quarantine.isEmpty ? nil : wire.quarantine
    }
}
