// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// Partials of a job that were not what their round asked for, by the party that sent them.
///
/// A worker that sends such costs itself the job, and in the end its place; the job fails only where
/// parties that have nothing to do with one another fail at the same samples.
struct Misfits {
    /// Misfits in a row, by what they are counted for.
    private var rows: [String: Int] = [:]
    /// The latest, the oldest first.
    private var latest: [(range: DyadicRange, voice: String)] = []

    var isEmpty: Bool { rows.isEmpty }

    /// A host under a key; without keys the worker alone, since whoever lies on a machine would shut out
    /// all honest workers there, and the job would wait for ever.
    private static func counted(_ worker: WorkerRecord) -> String {
        worker.hasKey ? worker.place : worker.id
    }

    /// Whether a worker gets no more of the job.
    func shuns(_ worker: WorkerRecord) -> Bool {
        !rows.isEmpty && rows[Self.counted(worker), default: 0] >= PoolLimits.strikes
    }

    /// Adds one; returns how many voices failed at some of these samples.
    mutating func add(_ worker: WorkerRecord, _ range: DyadicRange) -> Int {
        rows[Self.counted(worker), default: 0] += 1
        if latest.count >= PoolLimits.misfits { latest.removeFirst() }
        latest.append((range, worker.voice))
        let same = latest.lazy.filter { $0.range.contains(range) || range.contains($0.range) }
        return Set(same.map(\.voice)).count
    }

    /// A partial of the worker was merged.
    mutating func forgive(_ worker: WorkerRecord) {
        if !rows.isEmpty { rows[Self.counted(worker)] = nil }
    }
}

extension Coordinator {
    /// A partial does not fit: its worker is at fault, and shown to be where it goes on so.
    mutating func refuse(
        partial header: WirePartial, _ reason: String, of worker: WorkerRecord, _ job: JobRecord,
        _ effects: inout CoordinatorEffects
    ) {
        effects.outgoing.append(
            (worker.route, .acknowledged(.with { $0.leases = [header.lease] })))
        // One that answers no lease of this session may be of a job as it stood before a crash.
        guard let lease = leases[header.lease], lease.worker === worker else { return }
        tally.rangesRefused &+= 1
        refused(
            "partial", "a partial of worker \(worker.id) for job \(job.id) is refused: \(reason)",
            summary: "partials that did not fit",
            about: LogSubject(job: job.id, worker: worker.id))
        lose(header.lease)
        worker.misfits += 1
        if lease.job === job, !lease.settled { blame(worker, lease.range, job, reason, &effects) }
        if worker.misfits >= PoolLimits.misfits { turnOut(worker, reason, &effects) }
    }

    private mutating func blame(
        _ worker: WorkerRecord, _ range: DyadicRange, _ job: JobRecord, _ reason: String,
        _ effects: inout CoordinatorEffects
    ) {
        let failed = job.misfits.add(worker, range)
        if job.misfits.shuns(worker) {
            warn(
                job,
                "worker \(worker.id) sent \(PoolLimits.strikes) partials in a row that do not fit: "
                    + "it gets no more of this job", &effects)
        }
        // Whom nobody trusts cannot end a job, and nobody can alone.
        guard job.verify == 0, failed > 1,
            failed >= min(PoolLimits.strikes, Set(workers.values.map(\.voice)).count)
        else { return }
        let failure = PoolFailure(
            .fault,
            "\(failed) workers sent partials of samples \(range.start) to \(range.end - 1) that "
                + "do not fit: \(reason)",
            remedy: "install the same release of qpool on all sides; see the coordinator's log for "
                + "the workers")
        end(job, .failed(failure), &effects)
    }

    /// Ends the session of a worker that sends nothing but misfits; its operator is told.
    private mutating func turnOut(
        _ worker: WorkerRecord, _ reason: String, _ effects: inout CoordinatorEffects
    ) {
        refused(
            "turned out",
            "worker \(worker.id) of \(worker.hello.host) is turned out: its last \(worker.misfits) "
                + "partials did not fit", summary: "workers that were turned out",
            about: LogSubject(worker: worker.id))
        let failure = PoolFailure(
            .refused,
            "the last \(worker.misfits) partials of this worker did not fit: \(reason)",
            remedy: "check the machine's memory and its copy of qpool, then start the worker again")
        refuse(failure, worker.route, &effects)
        remove(worker, &effects)
    }
}
