// SPDX-License-Identifier: Apache-2.0

/// Something that happened to a job, for people. No answer depends on it.
public struct JobEvent: Sendable, Hashable {
    /// Counts from 1, over restarts of the coordinator too.
    public var number: UInt64
    /// How long ago it was when it was told, in nanoseconds.
    public var ageNanoseconds: UInt64
    /// What happened.
    public var text: String

    /// Whether it is something that a reader should look at: a warning, a failure, a worker that went.
    public var isTrouble: Bool {
        if text.hasPrefix("worker ") {
            return text.contains(" is gone: ") || text.contains(" cannot ")
        }
        return ["warning: ", "failed: ", "put away: "].contains { text.hasPrefix($0) }
    }

    /// An event.
    public init(number: UInt64, ageNanoseconds: UInt64, text: String) {
        self.number = number
        self.ageNanoseconds = ageNanoseconds
        self.text = text
    }
}

/// What happened to a job: its first event, and the latest ones.
struct JobHistory {
    private struct Entry {
        var number: UInt64
        var at: Instant
        var text: String
    }

    private var entries: [Entry] = []
    /// Events of workers; a worker that comes and goes does not fill the history.
    private var ofWorkers = 0

    /// When the job was accepted; nil where that is not known.
    var begin: Instant? { entries.first.flatMap { $0.number == 1 ? $0.at : nil } }

    /// When the latest thing happened.
    var end: Instant? { entries.last?.at }

    /// What a store kept, at a time.
    init(_ events: [JobEvent], at now: Instant) {
        entries = events.map {
            let age = Int64(clamping: $0.ageNanoseconds)
            return Entry(
                number: $0.number, at: Instant(nanoseconds: now.nanoseconds &- age), text: $0.text)
        }
    }

    /// Adds an event and gives its number.
    mutating func add(_ text: String, at now: Instant) -> UInt64 {
        let number = (entries.last?.number ?? 0) + 1
        entries.append(Entry(number: number, at: now, text: text))
        if entries.count > PoolLimits.jobEvents { entries.remove(at: 1) }
        return number
    }

    /// Whether one more event of a worker has room.
    mutating func takesWorkerEvent() -> Bool {
        ofWorkers += 1
        return ofWorkers <= PoolLimits.workerEvents
    }

    /// The events, the first one first.
    func events(at now: Instant) -> [JobEvent] {
        entries.map {
            JobEvent(
                number: $0.number, ageNanoseconds: UInt64(now.since($0.at)), text: $0.text)
        }
    }
}

extension Coordinator {
    /// Writes down what happened to a job.
    mutating func happened(
        _ job: JobRecord, _ text: String, _ effects: inout CoordinatorEffects
    ) {
        let text = String(text.prefix(PoolLimits.eventCharacters))
        let number = job.history.add(text, at: now)
        effects.records.append(.happened(job: job.id, number: number, text: text))
    }

    /// Writes down that a worker has its first range of a job in this session.
    mutating func joined(
        _ worker: WorkerRecord, _ job: JobRecord, _ effects: inout CoordinatorEffects
    ) {
        guard worker.given.last != job.id, !worker.given.contains(job.id),
            job.history.takesWorkerEvent()
        else { return }
        let cores = worker.hello.cores == 1 ? "1 core" : "\(worker.hello.cores) cores"
        happened(
            job, "worker \(worker.id) on \(worker.hello.host) works at it, \(cores)", &effects)
    }

    /// Writes down that a worker went with ranges of jobs that were wanted.
    mutating func wentAway(_ worker: WorkerRecord, _ effects: inout CoordinatorEffects) {
        var lost: [(job: JobRecord, ranges: Int)] = []
        for id in worker.leases.sorted() {
            guard let lease = leases[id], !lease.settled, lease.job.state == .running else {
                continue
            }
            if let place = lost.firstIndex(where: { $0.job === lease.job }) {
                lost[place].ranges += 1
            } else {
                lost.append((lease.job, 1))
            }
        }
        for (job, ranges) in lost where job.history.takesWorkerEvent() {
            let own = ranges == 1 ? "its range goes" : "its \(ranges) ranges go"
            happened(job, "worker \(worker.id) is gone: \(own) to others", &effects)
        }
    }
}
