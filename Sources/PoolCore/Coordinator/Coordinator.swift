// SPDX-License-Identifier: Apache-2.0
internal import DequeModule
internal import Quantilizer
internal import SwiftProtobuf

/// The coordinator as a pure state machine: events in, effects out.
///
/// It is not a server: it owns no socket, clock, thread or file. Whoever drives it carries out the
/// effects of each step and calls it again at ``deadline``. Its answers do not depend on the order
/// or number of events: ranges merge by rules of their own.
///
/// **Complexity**: a step costs O(log ranges + candidates of a partial), and each worker a look at
/// it twice between heartbeats; no step but a list's goes through all workers or leases, and none
/// hands out more than ``PoolLimits/leasesPerStep``: what is left waits for the next one, which
/// ``deadline`` asks for at once. An end of a job that many workers are at tells all of them.
package struct Coordinator: ~Copyable {
    package let options: CoordinatorOptions

    var jobs: [String: JobRecord] = [:]
    var running: [JobRecord] = []
    var queued: [JobRecord] = []
    var submissions: [UInt64: Submission] = [:]
    var workers = ShelvedTable<Route, WorkerRecord>()
    var workersByID = ShelvedTable<String, WorkerRecord>()
    var leases = ShelvedTable<UInt64, LeaseRecord>()
    /// Every worker that wants leases, each once; some that want none any more.
    var hungry: Deque<WorkerRecord> = []
    /// How many of them have left.
    var departed = 0
    /// Every worker, in the order in which they are looked at; some that have left.
    var patrols: Deque<WorkerRecord> = []
    /// Whether what others hold may be doubled in this step.
    var doubles = false
    /// Leases that may still be looked at for that until the next sweep.
    var doublingScans = 0
    /// Whether a step ended before all was handed out, or everybody was looked at whose turn it was.
    var hasMore = false
    var watches: [WatchKey: WatchRecord] = [:]
    /// When the next update of a watch is due.
    var nextUpdate = Instant.distantFuture
    var watchedJobEnded = false
    /// What peers may still ask.
    var budgets = Budgets()
    /// Pieces of results that peers were given at a time.
    var pieces: (at: Instant, counts: [Payer: Int]) = (.zero, [:])
    /// Bytes of messages that are being decoded elsewhere.
    var decodingBytes = 0
    /// What peers did wrong, for the log.
    var refusals = RefusalLog()
    /// Who came and went, for the log.
    var arrivals = RefusalLog()
    /// What becomes of jobs, for the log: whoever submits and cancels in turn must not fill it.
    var lives = RefusalLog(lines: 200)
    /// What goes wrong with jobs, likewise.
    var troubles = RefusalLog(lines: 200)
    /// Who sent the message of this step; nil where there are no keys.
    var asker: PeerIdentity?
    /// Who is shut out.
    var quarantined: [String: Quarantine] = [:]
    /// Ranges that are computed here.
    var judgements: [UInt64: Judgement] = [:]
    /// What it has counted, for people.
    var tally = PoolTally()
    /// The lease whose partial is being merged: what ends with it was not needless.
    var delivering: UInt64 = 0
    /// Jobs that have ended and keep their trails, the oldest first.
    var trailed: Deque<String> = []
    var storeFailure: PoolFailure?
    /// Whether a worker was turned away since the last one left: said once.
    var isFull = false
    var jobBytes = 0
    var now = Instant.zero
    private var lastLease: UInt64
    private var lastTicket: UInt64 = 0
    private var lastOrder: UInt64 = 0
    private var lastSnapshot: UInt64 = 0
    private var nextSweep = Instant.zero
    /// When it is looked for jobs that are kept no longer.
    var nextForgetting = Instant.zero

    /// A submission that is being compiled.
    struct Submission {
        enum Origin {
            case client(Route, request: UInt64)
            case `extension`(Route, request: UInt64)
            /// A job that this coordinator, or one before it, has accepted.
            case store
        }
        let origin: Origin
        /// The connection that asked for it; nil where nobody did.
        var asked: Route?
        /// Bytes of a message that is being read.
        var bytes = 0
        let id: String
        var owner: JobOwner?
        /// The client, as of the submission; nil where there are no keys, and of stored jobs.
        var client: PeerIdentity?
        /// Nil until it is read.
        let package: JobPackage?
        let priority: Int32
        let stored: StoredJob?
    }

    /// A coordinator without jobs.
    package init(options: CoordinatorOptions) {
        self.options = options
        lastLease = UInt64(options.incarnation) << 32
    }

    /// When to step again though nothing happens; nil for never.
    package var deadline: Instant? {
        let told = [refusals, arrivals, lives, troubles].compactMap(\.deadline).min().map {
            Instant(nanoseconds: max($0, 0))
        }
        let forgetting = options.forgetNanoseconds == nil || jobs.isEmpty ? nil : nextForgetting
        let rare = [told, forgetting].compactMap(\.self).min()
        if hasMore { return now }
        if workers.isEmpty && watches.isEmpty { return rare }
        return min(nextSweep, nextUpdate, rare ?? .distantFuture)
    }

    /// Takes one event.
    package mutating func step(
        _ event: CoordinatorEvent, at time: Instant, into effects: inout CoordinatorEffects
    ) {
        now = max(now, time)
        switch event {
        case .received(let route, let message, let peer):
            tally.messages &+= 1
            asker = peer
            if pays(for: message, route, &effects) { serve(message, from: route, &effects) }
        case .arrived(let route, let envelope, let peer):
            tally.messages &+= 1
            asker = peer
            arrived(envelope, from: route, &effects)
        case .decoded(let route, let bytes, let result, let peer):
            asker = peer
            decodingBytes -= bytes
            serve(result, from: route, &effects)
        case .malformed(let route, let fault, let peer):
            tally.messages &+= 1
            asker = peer
            if pays(1, route) { refuse(fault.failure, route, &effects) }
        case .disconnected(let route): disconnected(route, &effects)
        case .compiled(let ticket, let result): compiled(ticket, result, &effects)
        case .finished(let job, let result): finished(job, result, &effects)
        case .restored(let stored): restore(stored, &effects)
        case .quarantineRestored(let entry): quarantined[entry.party] = entry
        case .judged(let ticket, let partial): judged(ticket, partial, &effects)
        case .storeFailed(let failure): storeFailure = failure
        case .storeRecovered: storeFailure = nil
        case .tick: break
        }
        asker = nil
        if now >= nextSweep {
            nextSweep = now + options.sweepNanoseconds
            sweep(&effects)
        }
        hasMore = false
        forgetOld(&effects)
        patrol(&effects)
        promote(&effects)
        assign(&effects)
        notifyWatchers(&effects)
        for line in refusals.take(at: now.nanoseconds) {
            note(.warning, line.text, &effects, about: line.subject)
        }
        for line in troubles.take(at: now.nanoseconds) {
            note(.warning, line.text, &effects, about: line.subject)
        }
        for line in arrivals.take(at: now.nanoseconds) {
            note(.info, line.text, &effects, about: line.subject)
        }
        for line in lives.take(at: now.nanoseconds) {
            note(.info, line.text, &effects, about: line.subject)
        }
    }

    /// Serves a message that is paid for.
    mutating func serve(
        _ message: PoolMessage, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        switch message {
        case .hello(let hello): welcome(hello, from: route, asker, &effects)
        case .partial(let header, let payload): merge(header, payload, from: route, &effects)
        case .heartbeat(let beat): heartbeat(beat, from: route, &effects)
        case .drain: drain(route, &effects)
        case .handBack(let header): handedBack(header, from: route, &effects)
        case .fetch(let fetch): sendJob(fetch, to: route, &effects)
        case .goodbye: goodbye(route, &effects)
        case .submit(let submit, let payload): self.submit(submit, payload, from: route, &effects)
        case .statusRequest(let request): status(request, from: route, &effects)
        case .watch(let watch): self.watch(watch, from: route, &effects)
        case .resultRequest(let request): result(request, from: route, &effects)
        case .cancel(let request): cancel(request, from: route, &effects)
        case .listRequest(let request): list(request, from: route, &effects)
        case .workersRequest(let request): listWorkers(request, from: route, &effects)
        case .priority(let request): setPriority(request, from: route, &effects)
        case .extend(let request): extend(request, from: route, &effects)
        case .retry(let request): retry(request, from: route, &effects)
        case .forget(let request): forget(request, from: route, &effects)
        case .welcome, .refused, .lease, .cancelLease, .jobText, .acknowledged, .submitted,
            .statusReply, .update, .resultReply, .jobList, .workerList, .errorReply:
            let failure = PoolFailure(
                .malformed, "only a coordinator sends messages of kind \(message.kind)",
                remedy: "see docs/protocol.md")
            refuse(failure, route, &effects)
        }
    }

    mutating func refuse(
        _ failure: PoolFailure, _ route: Route, _ effects: inout CoordinatorEffects
    ) {
        tally.refused(failure)
        effects.outgoing.append(
            (
                route,
                .refused(
                    .with {
                        $0.failure = failure.wire
                        $0.oldestVersion = UInt32(Frames.versions.lowerBound)
                        $0.newestVersion = UInt32(Frames.versions.upperBound)
                    })
            ))
    }

    mutating func newLease() -> UInt64 {
        lastLease &+= 1
        return lastLease
    }

    mutating func newTicket() -> UInt64 {
        lastTicket += 1
        return lastTicket
    }

    mutating func newSnapshot() -> UInt64 {
        lastSnapshot += 1
        return lastSnapshot
    }

    mutating func newOrder(after order: UInt64 = 0) -> UInt64 {
        lastOrder = max(lastOrder, order) + 1
        return lastOrder
    }

    /// Deadlines of watches, and another look at what may be doubled.
    private mutating func sweep(_ effects: inout CoordinatorEffects) {
        for (key, watch) in watches where watch.until <= now { remove(key, watch) }
        giveUpLateChecks(&effects)
        giveUpHung(&effects)
        doubles = options.speculates
        doublingScans = PoolLimits.doublingScans
    }

    /// Has a worker looked at after a while.
    mutating func patrol(_ worker: WorkerRecord) {
        worker.patrolAt = now + max(options.patrolNanoseconds, pace.heartbeat / 2)
        patrols.append(worker)
    }

    /// Looks at the workers whose turn it is: whether they live, and do what they hold.
    private mutating func patrol(_ effects: inout CoordinatorEffects) {
        var left = PoolLimits.looksPerStep
        while let worker = patrols.first, worker.patrolAt <= now {
            guard left > 0 else {
                hasMore = true
                return
            }
            left -= 1
            patrols.removeFirst()
            guard workers[worker.route] === worker else { continue }
            if now.since(worker.heard) > worker.silence {
                note(
                    .warning, "worker \(worker.id) is silent: its leases go to others", &effects,
                    about: LogSubject(worker: worker.id))
                remove(worker, &effects)
                continue
            }
            let heard = max(worker.heard, worker.pinged)
            if now.since(heard) > worker.pace.heartbeat * 3 / 2 {
                // A dead connection shows when something is sent.
                worker.pinged = now
                effects.outgoing.append((worker.route, .heartbeat(WireHeartbeat())))
            }
            loseOverdue(worker)
            patrol(worker)
        }
    }

    private mutating func loseOverdue(_ worker: WorkerRecord) {
        guard worker.leaseCheck <= now else { return }
        for id in worker.leases.sorted() where leases[id].map({ $0.deadline <= now }) ?? false {
            worker.window = max(options.firstLeases, worker.window / 2)
            lose(id)
        }
        let deadlines = worker.leases.lazy.compactMap { [leases] in leases[$0]?.deadline }
        worker.leaseCheck = deadlines.min() ?? .distantFuture
    }

    mutating func remove(_ key: WatchKey, _ watch: WatchRecord) {
        watches[key] = nil
        watch.job.watchers.remove(key)
    }

    func note(
        _ level: CoordinatorNote.Level, _ text: String, _ effects: inout CoordinatorEffects,
        about subject: LogSubject = LogSubject()
    ) {
        effects.log.append(
            CoordinatorNote(level: level, text: PrintableText.line(text), subject: subject))
    }
}
