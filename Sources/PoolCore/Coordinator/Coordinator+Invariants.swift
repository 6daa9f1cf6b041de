// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

extension Coordinator {
    /// What must hold between steps; the first thing that does not, nil where all does.
    ///
    /// **Complexity**: O(jobs + workers + leases + gaps); for tests and the simulator.
    package func brokenInvariant() -> String? {
        for (id, lease) in leases {
            if !lease.worker.leases.contains(id) { return "lease \(id) is not with its worker" }
            if workers[lease.worker.route] !== lease.worker {
                return "lease \(id) is with a worker without a session"
            }
            if !lease.settled && !lease.job.leases.contains(id) {
                return "lease \(id) is wanted and not in its job"
            }
        }
        for worker in workers.values {
            if worker.leases.count > worker.slots {
                return "worker \(worker.id) has too many leases"
            }
            if workersByID[worker.id] !== worker { return "worker \(worker.id) has two sessions" }
            if worker.wantsLeases && !worker.isQueued {
                return "worker \(worker.id) wants leases and nobody knows"
            }
            for id in worker.leases {
                guard let lease = leases[id] else { continue }
                if lease.deadline < worker.leaseCheck {
                    return "lease \(id) is overdue before anybody looks"
                }
            }
            for id in worker.leases where leases[id] == nil {
                return "worker \(worker.id) holds lease \(id) that is none"
            }
        }
        for job in jobs.values {
            if let broken = broken(job) { return "job \(job.id): \(broken)" }
        }
        if patrols.count < workers.count { return "a worker that nobody looks at" }
        if hungry.count > 2 * workers.count + 64 { return "\(hungry.count) workers in line" }
        if jobBytes != jobs.values.reduce(0, { $0 + $1.weight }) { return "bytes miscounted" }
        for worker in workers.values where quarantined[worker.party] != nil {
            return "worker \(worker.id) is quarantined and has a session"
        }
        for job in running where job.contributors.contains(where: { quarantined[$0] != nil }) {
            return "job \(job.id) rests on a party that is quarantined"
        }
        for (key, watch) in watches where !watch.job.watchers.contains(key) {
            return "a watch that its job does not know"
        }
        return nil
    }

    private func broken(_ job: JobRecord) -> String? {
        let isRunning = running.contains { $0 === job }
        if isRunning != (job.state == .running || job.state == .finishing) {
            return "in the wrong queue"
        }
        if (job.state == .queued) != queued.contains(where: { $0 === job }) {
            return "queued in the wrong place"
        }
        guard job.state == .running else {
            return job.leases.isEmpty && job.free.isEmpty ? nil : "has ranges and is not running"
        }
        guard let machine = job.machine, let round = machine.currentRound,
            round.number == job.round?.number
        else { return "runs without a round" }
        // Whatever is missing is free or held, and nothing is held twice but copies.
        var held = job.free.all + job.checks.ranges
        for range in job.checks.ranges {
            if job.free.all.contains(where: { $0.contains(range) || range.contains($0) }) {
                return "a range under check is free"
            }
            let out = job.leases.count { leases[$0]?.range == range }
            let stage = job.checks[range]?.stage
            if (stage == .held) != (out == 1) { return "a check that \(out) workers hold" }
            if stage == .judged,
                !judgements.values.contains(where: { $0.job === job && $0.range == range })
            {
                return "a check that nobody judges"
            }
        }
        for id in job.leases {
            guard let lease = leases[id] else { return "lease \(id) is none" }
            if lease.round != round.number { return "lease \(id) is of another round" }
            if lease.parent.map({ leases[$0] == nil }) ?? true { held.append(lease.range) }
        }
        for range in machine.missing(limit: .max) {
            if !covered(range, by: held) {
                return "nobody has \(range.start), level \(range.level)"
            }
        }
        return nil
    }

    private func covered(_ range: DyadicRange, by ranges: [DyadicRange]) -> Bool {
        if ranges.contains(where: { $0.contains(range) }) { return true }
        let inside = ranges.filter { range.contains($0) }
        guard !inside.isEmpty, let (left, right) = range.halves else { return false }
        return covered(left, by: inside) && covered(right, by: inside)
    }
}
