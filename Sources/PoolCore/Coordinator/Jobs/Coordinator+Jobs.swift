// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// The life of a job: accepted, compiled, run round by round, ended.
extension Coordinator {
    mutating func submit(
        _ submit: WireSubmit, _ payload: [UInt8], from route: Route,
        _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            guard JobID.isValid(submit.job) else {
                throw PoolFailure(
                    .malformed, "'\(submit.job.prefix(PoolLimits.idBytes))' is not an id",
                    remedy: "use 1 to \(PoolLimits.idBytes) of A-Z a-z 0-9 . _ -")
            }
            guard (-10...10).contains(submit.priority) else {
                throw PoolFailure(
                    .malformed, "priority \(submit.priority)", remedy: "use -10 to 10")
            }
            if let asker, !asker.role.allows(priority: submit.priority) {
                throw PoolFailure(
                    .refused, "the role of \(asker) does not allow a priority above 0",
                    remedy: "submit with --priority 0, or as an administrator")
            }
            if let storeFailure { throw storeFailure }
            let bytes = submit.text.utf8.count + payload.count
            try checkShare(route, bytes: bytes)
            let ticket = newTicket()
            submissions[ticket] = Submission(
                origin: .client(route, request: submit.request), asked: route, bytes: bytes,
                id: submit.job, owner: asker.map { JobOwner($0) }, client: asker, package: nil,
                priority: submit.priority, stored: nil)
            effects.tasks.append(.read(ticket: ticket, submit, payload))
        } catch {
            reply(error, to: route, submit.request, &effects)
        }
    }

    mutating func restore(_ stored: StoredJob, _ effects: inout CoordinatorEffects) {
        guard jobs[stored.id] == nil else { return }
        let job = JobRecord(stored: stored, compiled: nil, now: now)
        _ = newOrder(after: stored.order)
        job.document = stored.previous
        job.rest = stored.checkpoint
        switch stored.ending {
        case .done(let document):
            job.document = document
            job.state = .done
        case .failed(let failure):
            job.failure = failure
            job.state = .failed
        case .cancelled: job.state = .cancelled
        case nil where stored.crashes >= PoolLimits.crashes:
            putAway(job, &effects)
        case nil:
            job.state = .compiling
            let ticket = newTicket()
            submissions[ticket] = Submission(
                origin: .store, id: stored.id, owner: stored.owner,
                package: stored.package, priority: stored.priority,
                stored: stored)
            effects.tasks.append(.compile(ticket: ticket, stored.package, job: stored.id))
        }
        if job.state.isOver, job.ended == nil { job.ended = job.history.end }
        jobs[stored.id] = job
        jobBytes += job.weight
    }

    mutating func compiled(
        _ ticket: UInt64, _ result: Result<Compilation, PoolFailure>,
        _ effects: inout CoordinatorEffects
    ) {
        guard let submission = submissions.removeValue(forKey: ticket) else { return }
        switch (submission.origin, result) {
        case (.extension(let route, let request), .success(let compilation)):
            extended(submission.id, compilation, route, request, &effects)
        case (.client(let route, let request), .failure(let failure)),
            (.extension(let route, let request), .failure(let failure)):
            reply(failure, to: route, request, &effects)
        case (.client(let route, let request), .success(let compilation)):
            do throws(PoolFailure) {
                let (job, known) = try accept(submission, compilation, &effects)
                // Held: the client may rely on it only when it is durable.
                effects.held.append(
                    (
                        route,
                        .submitted(
                            .with {
                                $0.request = request
                                $0.status = status(of: job)
                                $0.known = known
                            })
                    ))
            } catch {
                reply(error, to: route, request, &effects)
            }
        case (.store, .failure(let failure)):
            guard let job = jobs[submission.id], job.state == .compiling else { return }
            end(job, .failed(failure), &effects)
        case (.store, .success(let compilation)):
            guard let job = jobs[submission.id], job.state == .compiling else { return }
            job.compiled = compilation.job
            if !job.isTainted, let stored = submission.stored { replay(stored, job, &effects) }
            job.isTainted = false
            jobBytes -= job.rest?.count ?? 0
            job.rest = nil
            enqueue(job)
        }
    }

    private mutating func accept(
        _ submission: Submission, _ compilation: Compilation,
        _ effects: inout CoordinatorEffects
    ) throws(PoolFailure) -> (JobRecord, known: Bool) {
        if let job = jobs[submission.id] {
            guard compilation.digest == job.digest || compilation.digest == job.origin,
                job.owner?.key == submission.owner?.key
                    || submission.client?.has(job.owner) == true
            else {
                throw PoolFailure(
                    .idTaken, "another job has the id '\(submission.id)'",
                    remedy: "choose another id, or leave it out")
            }
            return (job, true)
        }
        if let storeFailure { throw storeFailure }
        try admit(compilation.job)
        try checkCost(compilation.job)
        guard let package = submission.package ?? compilation.package else {
            preconditionFailure("a submission was compiled without being read")
        }
        let weight = package.weight
        guard makeRoom(for: weight, of: submission.owner, &effects) else {
            throw PoolFailure(
                .limit,
                "the coordinator holds \(jobs.count) jobs of \(jobBytes) bytes, and none that may go",
                remedy:
                    "wait until some end, cancel some, or `qpool forget` results that are not needed"
            )
        }
        var stored = StoredJob(
            id: submission.id, package: package, digest: compilation.digest,
            name: compilation.name, priority: submission.priority, order: newOrder())
        stored.owner = submission.owner
        let job = JobRecord(stored: stored, compiled: compilation.job, now: now)
        jobs[job.id] = job
        jobBytes += job.weight
        effects.records.append(.submitted(stored))
        tally.jobsAccepted &+= 1
        lived(job, "accepted", job.name.isEmpty ? "" : ": \(job.name)")
        happened(job, "submitted" + (job.owner.map { " by \($0.name)" } ?? ""), &effects)
        enqueue(job)
        return (job, false)
    }

    /// Refuses functions from outside that the pool, or each worker there is, does not allow.
    private func admit(_ job: CompiledJob) throws(PoolFailure) {
        let sources = job.externalSources
        guard let first = sources.first else { return }
        guard options.allowsPlugins else {
            throw PoolFailure(
                .refused,
                "this coordinator takes no jobs with plugins, and the job asks for `\(first)`",
                remedy: "write it as a formula, or start the coordinator with --allow-plugins")
        }
        // Without workers nobody can say; the job waits for some.
        guard !workers.isEmpty,
            !workers.values.contains(where: { worker in
                sources.allSatisfy { worker.policy.allows($0) }
            })
        else { return }
        let lacking = sources.first { source in
            !workers.values.contains { $0.policy.allows(source) }
        }
        throw PoolFailure(
            .refused,
            "no worker may run " + (lacking.map { "`\($0)`" } ?? "all plugins of the job together"),
            remedy: "start workers with --allow-process or --allow-library")
    }

    mutating func enqueue(_ job: JobRecord) {
        job.state = .queued
        let position =
            queued.firstIndex { ($0.priority, job.order) < (job.priority, $0.order) }
            ?? queued.count
        queued.insert(job, at: position)
    }

    /// Starts queued jobs where there is room: a level of priority does not wait for lower ones, nor
    /// for jobs that wait for their last ranges, or many workers would wait with them.
    mutating func promote(_ effects: inout CoordinatorEffects) {
        func hasRoom(for job: JobRecord) -> Bool {
            let level = running.lazy.filter { $0.priority >= job.priority }
            return level.count { !$0.free.isEmpty } < PoolLimits.runningJobs
                && level.count { _ in true } < PoolLimits.startedJobs
        }
        while let first = queued.first, hasRoom(for: first) {
            guard let job = next(among: first.priority) else { return }
            queued.removeAll { $0 === job }
            guard let compiled = job.compiled else { continue }
            job.state = .running
            job.served = running.map(\.served).min() ?? 0
            let isNew = job.machine == nil
            if job.machine == nil { job.machine = JobMachine(job: compiled) }
            running.append(job)
            let account = job.account(at: now)
            happened(
                job,
                isNew
                    ? "runs: \(account.samplesTotal) samples"
                    : "goes on: \(account.samplesDone) of \(account.samplesTotal) samples are done",
                &effects)
            begin(job, &effects)
        }
    }

    /// Takes up the machine's present round, or ends the job where there is none.
    mutating func begin(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        cancel(job.leases, &effects)
        job.checks = Checks()
        guard let machine = job.machine else { return }
        guard let round = machine.currentRound else {
            job.state = .finishing
            job.round = nil
            job.free = FreeRanges()
            effects.tasks.append(
                .finish(
                    job: job.id, machine, job.package, digest: job.digest,
                    job.assurance.map { Assurance(compared: job.verified, chance: $0) }))
            return
        }
        if isEndless(job, &effects) { return }
        if round.number > 0, job.round != nil {
            happened(job, "round \(round.number): \(round.count) samples", &effects)
        }
        job.round = round
        job.encodedRound = round.encode()
        job.sampling = Sampling(
            verify: job.verify, indices: round.count, leastLevel: options.leaseLevels.lowerBound)
        if let chance = job.sampling.chance { job.assurance = min(job.assurance ?? 1, chance) }
        job.free = FreeRanges(machine.missing(limit: PoolLimits.freeRanges))
    }

    /// After a merge: the next round where the machine has gone on.
    mutating func advance(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        if job.machine?.currentRound?.number != job.round?.number { begin(job, &effects) }
    }

    mutating func finished(
        _ id: String, _ result: Result<ResultDocument, PoolFailure>,
        _ effects: inout CoordinatorEffects
    ) {
        guard let job = jobs[id], job.state == .finishing else { return }
        if job.isTainted { return restartTainted(job, &effects) }
        switch result {
        case .success(let document): end(job, .done(document), &effects)
        case .failure(let failure):
            // Draws that are false were merged: what is there is not to be gone on from.
            if failure.code == .fault { forgetWork(of: job, &effects) }
            end(job, .failed(failure), &effects)
        }
    }

    /// A job at which coordinators die is not taken up again until somebody asks for it.
    private mutating func putAway(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        let failure = PoolFailure(
            .putAway,
            "the coordinator ended \(job.crashes) times while it was at work on this job, and has put "
                + "it away",
            remedy: "`qpool retry \(job.id)` tries again, on a coordinator with more memory; "
                + "`qpool forget \(job.id)` removes it")
        job.state = .failed
        job.failure = failure
        job.ended = now
        happened(job, "put away: \(failure.message)", &effects)
        effects.records.append(.ended(job: job.id, .failed(failure)))
        if let rest = job.rest { effects.records.append(.rested(job: job.id, snapshot: rest)) }
        note(
            .warning, "job \(job.id): \(failure)", &effects, about: LogSubject(job: job.id))
    }

    mutating func end(
        _ job: JobRecord, _ ending: JobEnding, _ effects: inout CoordinatorEffects
    ) {
        guard !job.state.isOver else { return }
        cancel(job.leases, &effects)
        running.removeAll { $0 === job }
        queued.removeAll { $0 === job }
        let before = job.weight
        job.rest = rest(of: job)
        job.checks = Checks()
        job.isTainted = false
        switch ending {
        case .done(let document):
            job.document = document
            job.state = .done
            lived(job, "is done")
            let account = job.account(at: now)
            happened(job, "done: \(account.samplesDone) samples", &effects)
        case .failed(let failure):
            job.failure = failure
            job.state = .failed
            happened(job, "failed: \(failure)", &effects)
            troubles.add(
                "failed", "job \(job.id) failed: \(failure)", summary: "jobs failed",
                about: LogSubject(job: job.id), at: now.nanoseconds)
        case .cancelled:
            job.state = .cancelled
            lived(job, "is cancelled")
            happened(job, "cancelled", &effects)
        }
        jobBytes += job.weight - before
        job.ended = now
        trailThreshold(of: job, isLast: true)
        trailEnded(job)
        if !job.watchers.isEmpty { watchedJobEnded = true }
        job.finalProgress = job.machine?.progress ?? job.finalProgress
        // Only the result is needed from here on, and what it may go on from.
        job.machine = nil
        job.journal = JournalSize()
        job.compiled = nil
        job.round = nil
        job.encodedRound = []
        job.free = FreeRanges()
        effects.records.append(.ended(job: job.id, ending))
        effects.records.append(.accounted(job: job.id, job.account(at: now)))
        if let rest = job.rest { effects.records.append(.rested(job: job.id, snapshot: rest)) }
        unpark(job, &effects)
    }
}
