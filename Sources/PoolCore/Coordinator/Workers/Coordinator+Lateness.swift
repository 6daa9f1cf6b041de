// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// Workers that live and do not deliver.
extension Coordinator {
    /// A worker's checks and leases are looked at: one that is far too late goes to another.
    mutating func giveUpLateChecks(_ effects: inout CoordinatorEffects) {
        for job in running where job.verify > 0 && !job.checks.isEmpty {
            for id in Array(job.leases.prefix(PoolLimits.speculationScan)) {
                guard let lease = leases[id], !lease.settled, job.checks[lease.range] != nil
                else { continue }
                let patience = max(
                    10 * lease.worker.silence, 4 * lease.due.since(lease.issued))
                guard now.since(lease.issued) > patience else { continue }
                note(
                    .warning,
                    "worker \(lease.worker.id) is late with a check of job \(job.id): "
                        + "another one gets it", &effects,
                    about: LogSubject(job: job.id, worker: lease.worker.id))
                cancel([id], &effects, as: .lost)
                if job.checks.lost(lease.range) { job.free.put(lease.range) }
            }
        }
    }

    /// Of jobs whose samples are drawn once nothing is doubled, so a worker that beats and never
    /// delivers would hold such a job for ever: its leases go to others after a while, and it gets
    /// none before it delivers.
    mutating func giveUpHung(_ effects: inout CoordinatorEffects) {
        for job in running where job.state == .running && job.isRecorded {
            for id in Array(job.leases.prefix(PoolLimits.speculationScan)) {
                guard let lease = leases[id], !lease.settled, job.checks[lease.range] == nil
                else { continue }
                let patience =
                    job.slowest > 0
                    ? max(10 * lease.worker.silence, PoolLimits.hungLeases * job.slowest)
                    : options.hungNanoseconds
                guard now.since(lease.issued) > patience else { continue }
                note(
                    .warning,
                    "worker \(lease.worker.id) beats and delivers nothing of job \(job.id): its "
                        + "leases go to others", &effects,
                    about: LogSubject(job: job.id, worker: lease.worker.id))
                lease.worker.isHung = true
                cancel([id], &effects, as: .lost)
                for missing in job.machine?.missing(in: lease.range, limit: PoolLimits.freeRanges)
                    ?? []
                { job.free.put(missing) }
            }
        }
    }
}
