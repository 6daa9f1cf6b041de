// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// What a coordinator shows of itself.
extension Coordinator {
    /// A view of all there is.
    ///
    /// **Complexity**: O(jobs · log jobs + workers + watches): a few milliseconds for the most there
    /// may be. Texts and trails are shared, not copied.
    package func view(at time: Instant) -> PoolView {
        let now = max(now, time)
        let newest = jobs.values.sorted { $0.order > $1.order }
        var shown: [JobRecord] = []
        var counts: [JobStatus.State: Int] = [:]
        var restoring = 0
        var room = PoolLimits.shownJobs
        for job in newest {
            counts[job.state.shown, default: 0] += 1
            if job.state == .compiling { restoring += 1 }
            guard room > 0 || job.state == .running else { continue }
            room -= 1
            shown.append(job)
        }
        var standings: [String: Int] = ["quarantined": quarantined.count]
        var cores = 0
        for worker in workers.values {
            let standing = worker.draining ? "draining" : worker.leases.isEmpty ? "idle" : "working"
            standings[standing, default: 0] += 1
            cores += Int(worker.hello.cores)
        }
        let listed = workers.values.prefix(PoolLimits.listed).sorted { $0.id < $1.id }
        let shutOut = quarantined.values.sorted { $0.worker < $1.worker }.prefix(PoolLimits.listed)
        return PoolView(
            now: now, name: options.name, version: options.version,
            jobs: shown.map { job in
                PoolView.Job(
                    status: JobStatus(status(of: job)), accepted: job.submitted,
                    started: job.started, ended: job.ended, text: job.package.text,
                    events: job.history.events(at: now), trail: job.trail)
            },
            jobCounts: counts,
            workers: (listed.map { status(of: $0) } + shutOut.map { status(of: $0) }).map {
                WorkerStatus($0)
            },
            workerCounts: standings, cores: cores, leases: leases.count, tally: tally,
            bounds: bounds, storeFailure: storeFailure, restoring: restoring)
    }

    private var bounds: [PoolView.Bound] {
        let checks = running.reduce(0) { $0 + $1.checks.count }
        let submitted = submissions.values.reduce(0) { $0 + $1.bytes }
        return [
            .init("budgets", Double(budgets.count), of: Double(PoolLimits.budgets)),
            .init("checks", Double(checks), of: Double(PoolLimits.checks * PoolLimits.startedJobs)),
            .init("decoding_bytes", Double(decodingBytes), of: Double(PoolLimits.decodingBytes)),
            .init("job_bytes", Double(jobBytes), of: Double(PoolLimits.jobBytes)),
            .init("jobs", Double(jobs.count), of: Double(PoolLimits.jobs)),
            .init("running_jobs", Double(running.count), of: Double(PoolLimits.startedJobs)),
            .init(
                "submission_bytes", Double(submitted), of: Double(PoolLimits.decodingBytes)),
            .init("submissions", Double(submissions.count), of: Double(PoolLimits.submissions)),
            .init("watches", Double(watches.count), of: Double(PoolLimits.watches)),
            .init("workers", Double(workers.count), of: Double(options.workers)),
        ]
    }

    /// Keeps where a job's threshold is, and how its utility lies.
    ///
    /// - Parameter isLast: looks though it has just been done.
    func trailThreshold(of job: JobRecord, isLast: Bool = false) {
        guard options.keepsTrails, isLast || now.since(job.trailedAt) >= 100_000_000 else { return }
        job.trailedAt = now
        if let machine = job.machine, let histogram = machine.histogram(column: 0) {
            job.trail.spread = JobTrail.Spread(
                utility: machine.job.utilities[0].name, histogram: histogram)
        }
        guard let threshold = job.machine?.progress.threshold else { return }
        job.trail.reached(
            JobTrail.Point(
                samples: threshold.samples, value: threshold.value,
                lower: threshold.interval.lower, upper: threshold.interval.upper))
    }

    /// A lease is out.
    mutating func trailBegan(_ lease: LeaseRecord) {
        tally.leasesIssued &+= 1
        if lease.parent != nil { tally.leasesDoubled &+= 1 }
        guard options.keepsTrails else { return }
        lease.job.trail.began(
            JobTrail.Lease(
                id: lease.id, worker: lease.worker.id, issued: now,
                samples: lease.range.length, isCopy: lease.parent != nil))
    }

    /// A lease has ended; once for each.
    mutating func trailEnded(_ lease: LeaseRecord, _ outcome: JobTrail.Outcome) {
        tally.leasesEnded[outcome, default: 0] &+= 1
        guard options.keepsTrails else { return }
        lease.job.trail.ended(lease.id, outcome, at: now)
    }

    /// A job has ended: of those that have, only the latest keep their trails.
    mutating func trailEnded(_ job: JobRecord) {
        tally.jobsEnded[job.state.shown, default: 0] &+= 1
        guard options.keepsTrails else { return }
        trailed.removeAll { $0 == job.id }
        trailed.append(job.id)
        guard trailed.count > PoolLimits.trails else { return }
        let oldest = trailed.removeFirst()
        if let old = jobs[oldest], old.state.isOver { old.trail = JobTrail() }
    }
}

extension JobRecord.State {
    /// The state as people see it.
    var shown: JobStatus.State {
        switch self {
        case .compiling, .queued: .queued
        case .running: .running
        case .finishing: .finishing
        case .done: .done
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}
