// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// Jobs that go on: to a larger extent, or after a failure.
extension Coordinator {
    /// Asked to extend a job: its text for the larger extent is made elsewhere first.
    mutating func extend(
        _ request: WireExtend, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            try checkShare(route, opens: job.state.isOver)
            let ticket = newTicket()
            submissions[ticket] = Submission(
                origin: .extension(route, request: request.request), asked: route, id: job.id,
                package: job.package, priority: job.priority, stored: nil)
            effects.tasks.append(
                .extend(
                    ticket: ticket, job.package,
                    samples: request.samples == 0 ? nil : request.samples,
                    draws: request.draws == 0 ? nil : Int(clamping: request.draws)))
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    /// The larger job was compiled: it goes on where it is, or the client learns why not.
    mutating func extended(
        _ id: String, _ compilation: Compilation, _ route: Route, _ request: UInt64,
        _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            guard let job = jobs[id] else {
                throw PoolFailure(
                    .unknownJob, "job \(id) was forgotten", remedy: "submit the larger job")
            }
            if job.state == .finishing, compilation.digest != job.digest {
                // Its machine is with whoever writes the result; after that.
                job.parked.append(
                    ParkedExtension(route: route, request: request, compilation: compilation))
                return
            }
            try raise(job, to: compilation, &effects)
            replyStatus(job, request, route, &effects)
        } catch {
            reply(error, to: route, request, &effects)
        }
    }

    private mutating func raise(
        _ job: JobRecord, to larger: Compilation, _ effects: inout CoordinatorEffects
    ) throws(PoolFailure) {
        if let storeFailure { throw storeFailure }
        guard larger.digest != job.digest, let package = larger.package else { return }
        try checkCost(larger.job)
        var machine = job.machine
        switch job.state {
        case .compiling:
            throw PoolFailure(
                .busy, "job \(job.id) is being read again", remedy: "ask again in a moment")
        case .failed, .cancelled:
            throw PoolFailure(
                .notDone, "job \(job.id) has ended without a result",
                remedy: "`qpool retry \(job.id)` goes on with it; extend it then")
        case .queued, .running, .finishing: break
        case .done: machine = rested(job, larger.job, &effects)
        }
        do throws(JobFailure) {
            // A job that has not begun begins as the larger one.
            try machine?.extend(to: larger.job.settings.extent)
        } catch {
            throw PoolFailure(.cannotExtend, error.message, remedy: "")
        }
        let before = job.weight
        job.extensions += 1
        job.package = package
        job.digest = larger.digest
        job.compiled = larger.job
        job.machine = machine
        job.rest = nil
        effects.records.append(.extended(job: job.id, package, digest: larger.digest))
        if job.state == .done, machine == nil {
            // From its first sample: what workers still have of the smaller job is not of this one.
            job.attempt += 1
            effects.records.append(.restarted(job: job.id, attempt: job.attempt))
        }
        job.journal = JournalSize()
        if job.machine?.canRest == true {
            let snapshot = JobSnapshot(of: &job.machine!, number: newSnapshot())
            job.journal.snapshot = snapshot.size
            effects.records.append(.checkpoint(job: job.id, snapshot: snapshot))
        }
        jobBytes += job.weight - before
        note(
            .info,
            "job \(job.id) is extended to \(larger.job.settings.extent.samples) samples, "
                + "\(larger.job.settings.extent.draws) draws", &effects,
            about: LogSubject(job: job.id))
        happened(
            job,
            "extended to \(larger.job.settings.extent.samples) samples, "
                + "\(larger.job.settings.extent.draws) draws", &effects)
        guard job.state == .done else { return }
        job.begins()
        enqueue(job)
    }

    /// The machine of a job that is done, as it was kept; nil where nothing was, so that the larger
    /// job is computed from its first sample.
    private func rested(
        _ job: JobRecord, _ compiled: CompiledJob, _ effects: inout CoordinatorEffects
    ) -> JobMachine? {
        guard let rest = job.rest else { return nil }
        do throws(DecodingFailure) {
            return try JobMachine(job: compiled, snapshot: rest)
        } catch {
            note(
                .warning, "job \(job.id) begins anew: what was kept of it is \(error.reason)",
                &effects, about: LogSubject(job: job.id))
            return nil
        }
    }

    /// Takes up extensions that waited for a result to be written.
    mutating func unpark(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        let parked = job.parked
        job.parked = []
        for entry in parked {
            extended(job.id, entry.compilation, entry.route, entry.request, &effects)
        }
    }

    /// A job that failed or was cancelled goes on with what it lacks; others go on anyway.
    mutating func retry(
        _ request: WireRetry, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            if request.anew, job.state == .running || job.state == .queued {
                // What it rests on is doubted while it runs.
                warn(job, "begun anew on request", &effects)
                restart(job, &effects)
            }
            if job.state == .failed || job.state == .cancelled {
                if request.anew {
                    forgetWork(of: job, &effects)
                } else if let failure = job.failure, failure.code == .jobFailed {
                    throw PoolFailure(
                        .cannotRetry, "job \(job.id) would fail again: \(failure.message)",
                        remedy: "`qpool retry --anew \(job.id)` begins from nothing; "
                            + failure.remedy)
                }
                try checkShare(route)
                job.begins()
                job.state = .compiling
                let stored = StoredJob(
                    id: job.id, package: job.package, digest: job.digest, name: job.name,
                    priority: job.priority, order: job.order, checkpoint: job.rest)
                let ticket = newTicket()
                submissions[ticket] = Submission(
                    origin: .store, asked: route, id: job.id, package: job.package,
                    priority: job.priority,
                    stored: stored)
                effects.tasks.append(.compile(ticket: ticket, job.package, job: job.id))
                effects.records.append(.resumed(job: job.id))
                lived(job, "goes on", " after it had ended")
                happened(job, request.anew ? "retried from nothing" : "retried", &effects)
            }
            replyStatus(job, request.request, route, &effects)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    /// What is kept of a job that ends, so that it can go on; nil where nothing is, or too much.
    func rest(of job: JobRecord) -> [UInt8]? {
        let rest = job.machine.map { $0.canRest ? $0.snapshot() : nil } ?? job.rest
        return rest.flatMap { $0.count <= PoolLimits.restBytes ? $0 : nil }
    }
}

/// An extension that waits until the result of the smaller job is written.
struct ParkedExtension {
    let route: Route
    let request: UInt64
    let compilation: Compilation
}

extension JobRecord {
    /// Forgets how it ended.
    func begins() {
        failure = nil
        if let ended { closeStretch(at: ended) }
        ended = nil
        started = nil
        finalProgress = nil
        strikes = Strikes()
        misfits = Misfits()
        rate = RateMeter()
        crashes = 0
        assurance = nil
        verified = 0
    }
}
