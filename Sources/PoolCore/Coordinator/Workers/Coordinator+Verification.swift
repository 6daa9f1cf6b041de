// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// Workers that are not trusted: some ranges are computed by two parties and compared.
///
/// A sampled range counts only when two parties have sent the same bits for it. Where they differ,
/// the coordinator computes the range itself, off its socket thread, and whoever sent other bits is
/// quarantined; every running job to which that party gave ranges that nobody compared begins anew.
extension Coordinator {
    /// Whether a range of the job's present round is computed twice.
    func isSampled(_ range: DyadicRange, of job: JobRecord) -> Bool {
        job.sampling.contains(
            range, round: job.round?.number ?? 0, of: job, secret: options.secret)
    }

    /// What to do with a partial that fits its round.
    enum Admittance {
        /// Merge these bytes.
        case merge(Partial, [UInt8], unverified: Bool, outvoted: [Check.Answer] = [])
        /// It waits for another one, or is needed no more: the worker may forget it.
        case forget
    }

    /// Looks at a partial before it is merged.
    ///
    /// A job that is verified, or has begun anew, takes nothing but answers to leases that are out:
    /// otherwise a worker could choose its ranges, or send what it computed with false hints.
    mutating func admit(
        _ partial: Partial, _ payload: [UInt8], from worker: WorkerRecord, _ lease: LeaseRecord?,
        _ job: JobRecord, _ effects: inout CoordinatorEffects
    ) -> Admittance {
        guard job.isGuarded else { return .merge(partial, payload, unverified: true) }
        guard let lease, lease.job === job, !lease.settled, lease.range == partial.range,
            let round = job.round, let machine = job.machine
        else { return .forget }
        guard let check = job.checks[partial.range] else {
            return .merge(partial, payload, unverified: true)
        }
        guard check.stage == .held else { return .forget }
        let known = machine.hints
        let mine = partial.canonical(round: round, above: known)
        guard let other = check.answers.first else {
            job.checks.add(answer(worker, payload), to: partial.range)
            warnIfAlone(job, &effects)
            return .forget
        }
        let bytes = mine.encode()
        let differing = check.answers.filter {
            canonical($0.payload, job, round, known) != bytes
        }
        if differing.count < check.answers.count {
            job.checks.remove(partial.range)
            job.verified += 1
            return .merge(mine, bytes, unverified: false, outvoted: differing)
        }
        job.checks.add(answer(worker, payload), to: partial.range)
        guard job.sources.isEmpty else {
            // What comes from outside is not computed here: the next party decides.
            disagree(job, check.answers.count + 1, partial.range, &effects)
            return .forget
        }
        job.checks.judge(partial.range)
        note(
            .warning,
            "workers \(other.worker) and \(worker.id) differ about job \(job.id), samples "
                + "\(partial.range.start) to \(partial.range.end - 1): computing them here",
            &effects, about: LogSubject(job: job.id, worker: worker.id))
        let ticket = newTicket()
        judgements[ticket] = Judgement(
            job: job, attempt: job.attempt, round: round.number, range: partial.range)
        effects.tasks.append(
            .judge(ticket: ticket, machine.job, round, partial.range, known))
        return .forget
    }

    /// Answers of a job with functions from outside differ. Where many do, the function is at fault.
    private mutating func disagree(
        _ job: JobRecord, _ answers: Int, _ range: DyadicRange,
        _ effects: inout CoordinatorEffects
    ) {
        note(
            .warning,
            "\(answers) workers differ about job \(job.id), samples \(range.start) to "
                + "\(range.end - 1): another one decides", &effects,
            about: LogSubject(job: job.id))
        guard answers >= PoolLimits.opinions else { return }
        let failure = PoolFailure(
            .jobFailed, "\(answers) workers give as many results for the same samples",
            remedy: "a plugin of the job does not honour its seed: `qpool check` shows it")
        end(job, .failed(failure), &effects)
    }

    /// Whom others outvoted about functions from outside gets no more of the job, which begins anew
    /// where it rests on that party. It is not quarantined: the plugin may be at fault.
    mutating func shun(
        _ answer: Check.Answer, _ job: JobRecord, _ effects: inout CoordinatorEffects
    ) {
        job.strikes.shut(party: answer.party)
        warn(
            job,
            "worker \(answer.worker) gave other results than two others: it gets no more of "
                + "this job", &effects)
        if job.contributors.contains(answer.party), !job.state.isOver { restart(job, &effects) }
    }

    private func answer(_ worker: WorkerRecord, _ payload: [UInt8]) -> Check.Answer {
        Check.Answer(party: worker.party, worker: worker.id, payload: payload)
    }

    /// The one form of a partial's bytes; nil where they are none of the round.
    private func canonical(
        _ payload: [UInt8], _ job: JobRecord, _ round: Round, _ known: Hints
    ) -> [UInt8]? {
        guard let compiled = job.compiled,
            let partial = try? Partial(decoding: payload, round: round, job: compiled)
        else { return nil }
        return partial.canonical(round: round, above: known).encode()
    }

    /// The coordinator has computed a range of which two workers said different things.
    mutating func judged(
        _ ticket: UInt64, _ payload: [UInt8], _ effects: inout CoordinatorEffects
    ) {
        guard let judgement = judgements.removeValue(forKey: ticket) else { return }
        let job = judgement.job
        guard jobs[job.id] === job, job.state == .running, job.attempt == judgement.attempt,
            let round = job.round, round.number == judgement.round,
            let check = job.checks[judgement.range], check.stage == .judged,
            let known = job.machine?.hints, let compiled = job.compiled
        else { return }
        let truth: Partial
        do throws(DecodingFailure) {
            truth = try Partial(decoding: payload, round: round, job: compiled)
        } catch {
            let failure = PoolFailure(
                .fault,
                "what was computed here of samples \(judgement.range.start) to "
                    + "\(judgement.range.end - 1) does not fit the round: \(error.reason)",
                remedy: "report this")
            return end(job, .failed(failure), &effects)
        }
        let mine = truth.canonical(round: round, above: known)
        let bytes = mine.encode()
        let liars = check.answers.filter { canonical($0.payload, job, round, known) != bytes }
        job.checks.remove(judgement.range)
        job.verified += 1
        if job.machine?.merge(mine) == .merged { merged(mine, bytes, job, &effects) }
        for liar in liars {
            quarantine(
                liar,
                because:
                    "its result of job \(job.id), samples \(judgement.range.start) to "
                    + "\(judgement.range.end - 1), was wrong", &effects)
        }
        if job.state == .running, job.attempt == judgement.attempt { advance(job, &effects) }
    }

    /// Shuts a party out for good, and begins anew what rests on its word.
    private mutating func quarantine(
        _ answer: Check.Answer, because reason: String, _ effects: inout CoordinatorEffects
    ) {
        let party = answer.party
        guard quarantined[party] == nil else { return }
        let host = workersByID[answer.worker]?.hello.host ?? ""
        let entry = Quarantine(party: party, worker: answer.worker, host: host, reason: reason)
        quarantined[party] = entry
        effects.records.append(.quarantined(entry))
        note(
            .warning, "worker \(answer.worker) is quarantined: \(reason)", &effects,
            about: LogSubject(worker: answer.worker))
        for worker in workers.values.filter({ $0.party == party }).sorted(by: { $0.id < $1.id }) {
            refuse(entry.failure, worker.route, &effects)
            remove(worker, &effects)
        }
        for job in jobs.values.sorted(by: { $0.order < $1.order }) {
            for range in job.checks.forget(party) where job.state == .running {
                for part in job.machine?.missing(in: range, limit: PoolLimits.freeRanges) ?? [] {
                    job.free.put(part)
                }
            }
            guard job.contributors.contains(party) else { continue }
            switch job.state {
            case .running, .queued, .compiling, .finishing:
                warn(
                    job,
                    "worker \(answer.worker) sent wrong results and is quarantined: "
                        + "the job began anew", &effects)
                restart(job, &effects)
            case .done:
                warn(
                    job,
                    "worker \(answer.worker) computed some of it unverified and has since "
                        + "been caught with wrong results: run the job again", &effects)
                forgetRest(of: job, &effects)
            case .failed, .cancelled: forgetRest(of: job, &effects)
            }
        }
    }

    /// Begins a job anew: nothing that came before counts.
    mutating func restart(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        job.attempt += 1
        job.contributors = ShelvedSet()
        job.checks = Checks()
        job.journal = JournalSize()
        effects.records.append(.restarted(job: job.id, attempt: job.attempt))
        switch job.state {
        case .running:
            guard let compiled = job.compiled else { return }
            job.machine = JobMachine(job: compiled)
            begin(job, &effects)
        case .queued: job.machine = nil
        // What is being read or written now is dropped when it comes.
        case .compiling, .finishing: job.isTainted = true
        case .done, .failed, .cancelled: break
        }
    }

    /// What a job would go on from rests on the word of a party that was shut out.
    private mutating func forgetRest(
        of job: JobRecord, _ effects: inout CoordinatorEffects
    ) {
        jobBytes -= job.rest?.count ?? 0
        job.rest = nil
        job.attempt += 1
        effects.records.append(.restarted(job: job.id, attempt: job.attempt))
    }

    /// All that was computed of a job is not to be trusted: it goes, and whoever takes the job up
    /// begins from nothing.
    mutating func forgetWork(of job: JobRecord, _ effects: inout CoordinatorEffects) {
        job.finalProgress = job.machine?.progress ?? job.finalProgress
        job.machine = nil
        job.contributors = ShelvedSet()
        job.journal = JournalSize()
        forgetRest(of: job, &effects)
    }

    /// A job whose result was being written when a party that had a part in it was shut out.
    mutating func restartTainted(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        guard let compiled = job.compiled else { return }
        job.isTainted = false
        job.state = .running
        job.machine = JobMachine(job: compiled)
        begin(job, &effects)
    }

    /// Writes down that a party had a part in a job, once.
    mutating func contribute(
        _ worker: WorkerRecord, to job: JobRecord, _ effects: inout CoordinatorEffects
    ) {
        guard job.contributors.insert(worker.party) else { return }
        effects.records.append(.contributed(job: job.id, party: worker.party))
    }

    /// Tells a job's owner something, durably.
    mutating func warn(
        _ job: JobRecord, _ text: String, _ effects: inout CoordinatorEffects
    ) {
        guard job.warnings.count < PoolLimits.warnings, !job.warnings.contains(text) else { return }
        job.warnings.append(text)
        effects.records.append(.warned(job: job.id, text: text))
        happened(job, "warning: \(text)", &effects)
        troubles.add(
            "warned", "job \(job.id): \(text)", summary: "warnings of jobs",
            about: LogSubject(job: job.id), at: now.nanoseconds)
    }

    private mutating func warnIfAlone(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        guard !job.saidAlone, isAlone else { return }
        job.saidAlone = true
        note(
            .warning, "job \(job.id): \(Self.aloneText)", &effects, about: LogSubject(job: job.id))
    }

    /// Whether all workers are one party.
    private var isAlone: Bool {
        guard let first = workers.values.first else { return true }
        return !workers.values.contains { $0.party != first.party }
    }

    private static let aloneText =
        "waits for a second worker to verify it (with keys: one with another key)"

    /// What a job's owner should know now.
    func warnings(of job: JobRecord) -> [String] {
        guard job.state == .running, !job.checks.open.isEmpty, isAlone else { return job.warnings }
        return job.warnings + [Self.aloneText]
    }
}

/// A range that the coordinator computes itself.
struct Judgement {
    let job: JobRecord
    let attempt: UInt32
    let round: Int
    let range: DyadicRange
}

extension Quarantine {
    /// What its workers are told.
    var failure: PoolFailure {
        PoolFailure(
            .refused, "this worker is quarantined: \(reason)",
            remedy: "check the machine's memory and its copy of qpool; then give it a new key, or "
                + "without keys start it again")
    }
}

extension JobRecord {
    /// The share of its ranges that are checked.
    var verify: Double { compiled?.settings.verify ?? 0 }

    /// Whether nothing but answers to its leases is taken.
    var isGuarded: Bool { verify > 0 || attempt > 0 }

    /// Whether another range may be handed out to a party.
    func hasWork(for party: String) -> Bool {
        verify > 0
            ? checks.next(for: party) != nil || !free.isEmpty && !checks.isFull : !free.isEmpty
    }
}

extension WorkerRecord {
    /// Who answers for it: its key, or where there are no keys its id.
    static func party(id: String, peer: PeerIdentity?) -> String {
        peer.map { "key \($0.key)" } ?? "worker \(id)"
    }
}
