// SPDX-License-Identifier: Apache-2.0
internal import DequeModule
internal import Quantilizer
internal import SwiftProtobuf

/// A worker's side of the protocol, as a pure state machine.
///
/// It keeps every partial until it is acknowledged, so a connection or a coordinator may break at
/// any time. It is not a computer: leases are computed by whoever drives it.
package struct WorkerSession: ~Copyable {
    private enum Phase {
        /// Hello was said, no welcome yet. → open, over
        case greeting
        /// → greeting (silence, unknown session), over
        case open
        case over
    }

    /// A lease that is not computed yet, as it came.
    private struct Pending {
        let header: WireLease
        let payload: [UInt8]
    }

    /// A lease that is computed and not acknowledged yet.
    private struct Finished {
        let header: WirePartial
        let payload: [UInt8]
        let made: Instant
        var sent: Instant
    }

    private let identity: WorkerIdentity
    private var phase = Phase.greeting
    private var isDraining = false
    private var pending: Deque<Pending> = []
    private var computing: WireLease?
    private var stopped: Set<UInt64> = []
    private var unacknowledged: [UInt64: Finished] = [:]
    private var jobs = WorkerJobs()
    private var heartbeat: Int64 = 1_000_000_000
    private var silence: Int64 = 10_000_000_000
    private var heard = Instant.zero
    private var beat = Instant.zero
    private var greeted = Instant.zero
    private var connectedAt = Instant.zero
    private var sequence: UInt64 = 0
    private var samples: UInt64 = 0
    private var now = Instant.zero

    /// A session that waits for `connected`.
    package init(identity: WorkerIdentity) { self.identity = identity }

    /// Leases held: waiting, computed, or not acknowledged yet.
    package var held: [UInt64] {
        pending.map(\.header.lease) + (computing.map { [$0.lease] } ?? [])
            + unacknowledged.keys.sorted()
    }

    /// Whether another lease is too many. What is computed and waits for its acknowledgement does not
    /// count: the coordinator has given that slot to another lease already.
    private var isFull: Bool { pending.count + (computing == nil ? 0 : 1) >= identity.slots }

    /// Whether nothing more is computed before some of it is acknowledged: the coordinator's store is
    /// slower than this worker, and partials take memory.
    private var isBackedUp: Bool {
        unacknowledged.count >= (PoolLimits.heldPerSlot - 1) * identity.slots
    }

    /// The number of leases held.
    package var heldCount: Int {
        pending.count + (computing == nil ? 0 : 1) + unacknowledged.count
    }

    /// When to step again though nothing happens.
    package var deadline: Instant? {
        switch phase {
        case .greeting: min(greeted + heartbeat, connectedAt + silence)
        case .open: min(beat + heartbeat, heard + silence)
        case .over: nil
        }
    }

    /// Takes one event.
    package mutating func step(
        _ event: WorkerEvent, at time: Instant, into effects: inout WorkerEffects
    ) {
        now = max(now, time)
        guard phase != .over else { return }
        switch event {
        case .connected:
            connectedAt = now
            greet(&effects)
        case .received(let message):
            heard = now
            received(message, &effects)
        case .malformed(let fault):
            effects.log.append("\(fault.failure)")
        case .refused(let failure): end(failure, &effects)
        case .compiled(let job, let result): compiled(job, result, &effects)
        case .computed(let lease, let partial, let busy):
            computed(lease, partial, busy, &effects)
        case .failed(let lease, let failure):
            guard computing?.lease == lease else { break }
            computing = nil
            stopped.remove(lease)
            handBack(lease, failure, &effects)
        case .drain(let reason): drain(reason, &effects)
        case .tick: break
        }
        guard phase != .over else { return }
        keepUp(&effects)
        startNext(&effects)
        leaveIfDone(&effects)
    }

    private mutating func greet(_ effects: inout WorkerEffects) {
        phase = .greeting
        greeted = now
        let identity = identity
        let held = held.sorted()
        let draining = isDraining
        effects.outgoing.append(
            .hello(
                .with {
                    $0.worker = identity.id
                    $0.host = identity.host
                    $0.process = identity.process
                    $0.cores = UInt32(clamping: identity.cores)
                    $0.memoryBytes = identity.memoryBytes
                    $0.slots = UInt32(clamping: identity.slots)
                    $0.version = identity.version
                    $0.fingerprint = identity.fingerprint
                    $0.capabilities = identity.capabilities
                    $0.leases = Array(held.prefix(PoolLimits.slots))
                    $0.draining = draining
                }))
    }

    private mutating func received(_ message: PoolMessage, _ effects: inout WorkerEffects) {
        switch message {
        case .welcome(let welcome):
            let isNew = phase == .greeting
            if isNew { effects.log.append("connected to \(welcome.coordinator)") }
            phase = .open
            heartbeat = min(
                max(Int64(clamping: welcome.heartbeatNanoseconds), 1_000_000), 60_000_000_000)
            silence = max(Int64(clamping: welcome.silenceNanoseconds), 2 * heartbeat)
            beat = now
            // Told again while the session is open, it says how often to beat from now on.
            if isNew { for lease in unacknowledged.keys.sorted() { send(lease, &effects) } }
        case .refused(let refused):
            let failure = PoolFailure(refused.failure)
            if failure.code == .unknownSession {
                if phase == .open { greet(&effects) }
            } else if [.fingerprint, .version, .refused].contains(failure.code) {
                end(failure, &effects)
            } else {
                effects.log.append("refused: \(failure)")
            }
        case .lease(let header, let payload): take(header, payload, &effects)
        case .heartbeat(let beat):
            // A ping from the coordinator: show that this end lives.
            if beat.sequence == 0 { sendHeartbeat(sequence: 0, &effects) }
        case .cancelLease(let cancelled):
            for lease in cancelled.leases { cancel(lease, &effects) }
        case .acknowledged(let acknowledged):
            for lease in acknowledged.leases { unacknowledged[lease] = nil }
        case .jobText(let header, let payload): takeJob(header, payload, &effects)
        case .drain(let reason): drain(reason.reason, &effects)
        case .errorReply(let error):
            effects.log.append("the coordinator says: \(PoolFailure(error.failure))")
        case .hello, .partial, .handBack, .fetch, .goodbye, .submit, .submitted, .statusRequest,
            .statusReply, .watch, .update, .resultRequest, .resultReply, .cancel, .listRequest,
            .jobList, .workersRequest, .workerList, .priority, .extend, .retry, .forget:
            effects.log.append("a message of kind \(message.kind) is not for workers")
        }
    }

    private mutating func end(_ failure: PoolFailure, _ effects: inout WorkerEffects) {
        phase = .over
        effects.ending = .refused(failure)
        if let computing { effects.tasks.append(.stop(lease: computing.lease)) }
    }

    private mutating func take(
        _ header: WireLease, _ payload: [UInt8], _ effects: inout WorkerEffects
    ) {
        guard phase == .open else { return }
        if isDraining || isFull {
            return handBack(header.lease, nil, &effects)
        }
        guard !held.contains(header.lease) else { return }
        pending.append(Pending(header: header, payload: payload))
        // What this lease knows already helps the one that is being computed.
        if let computing, computing.digest == header.digest, computing.round == header.round,
            computing.attempt == header.attempt, let hints = hints(header, payload)
        {
            effects.tasks.append(.hint(lease: computing.lease, hints))
        }
        guard jobs[header.digest] == nil else { return }
        fetch(header.digest, id: header.job, &effects)
    }

    private func hints(_ header: WireLease, _ payload: [UInt8]) -> Hints? {
        guard Int(header.roundBytes) <= payload.count else { return nil }
        return try? Hints(decoding: payload[Int(header.roundBytes)...])
    }

    private mutating func fetch(
        _ digest: String, id: String, _ effects: inout WorkerEffects
    ) {
        jobs.fetch(digest, id: id, at: now)
        effects.outgoing.append(.fetch(.with { $0.job = id }))
    }

    private mutating func takeJob(
        _ header: WireJobText, _ payload: [UInt8], _ effects: inout WorkerEffects
    ) {
        for waiting in jobs.fetching where waiting.id == header.job {
            guard !header.hasFailure, waiting.digest == header.digest,
                let package = try? JobPackage(
                    text: header.text, headers: header.tables, payload: payload)
            else {
                // Unknown to the coordinator, or another job by now: its leases are worthless, and
                // no fault of the job.
                drop(waiting.digest, nil, &effects)
                continue
            }
            jobs.compile(waiting.digest)
            effects.tasks.append(.compile(job: waiting.digest, package))
        }
    }

    private mutating func compiled(
        _ job: String, _ result: Result<CompiledJob, PoolFailure>, _ effects: inout WorkerEffects
    ) {
        switch result {
        case .success(let compiled):
            let wanted = Set(pending.map(\.header.digest))
            jobs.add(job, compiled) { wanted.contains($0) }
        case .failure(let failure): drop(job, failure, &effects)
        }
    }

    /// Gives back every lease of a job.
    private mutating func drop(
        _ job: String, _ failure: PoolFailure?, _ effects: inout WorkerEffects
    ) {
        jobs.forget(job)
        for lease in pending where lease.header.digest == job {
            handBack(lease.header.lease, failure, &effects)
        }
        pending.removeAll { $0.header.digest == job }
    }

    private func handBack(
        _ lease: UInt64, _ failure: PoolFailure?, _ effects: inout WorkerEffects
    ) {
        effects.outgoing.append(
            .handBack(
                .with {
                    $0.lease = lease
                    if let failure { $0.failure = failure.wire }
                }))
    }

    private mutating func cancel(_ lease: UInt64, _ effects: inout WorkerEffects) {
        if computing?.lease == lease {
            if stopped.insert(lease).inserted { effects.tasks.append(.stop(lease: lease)) }
        } else if unacknowledged.removeValue(forKey: lease) == nil {
            pending.removeAll { $0.header.lease == lease }
            handBack(lease, nil, &effects)
        }
    }

    private mutating func startNext(_ effects: inout WorkerEffects) {
        guard computing == nil, !isBackedUp else { return }
        var position = pending.startIndex
        while position < pending.endIndex {
            let lease = pending[position]
            guard case .ready(let job, let key)? = jobs[lease.header.digest] else {
                position += 1
                continue
            }
            pending.remove(at: position)
            let header = lease.header
            let roundBytes = Int(header.roundBytes)
            guard roundBytes <= lease.payload.count,
                let round = try? Round(decoding: lease.payload[..<roundBytes], job: job),
                let range = DyadicRange(header.range), round.admits(range)
            else {
                let failure = PoolFailure(
                    .fault, "lease \(header.lease) does not fit its job",
                    remedy: "install the same release of qpool on both sides")
                handBack(header.lease, failure, &effects)
                continue
            }
            computing = header
            effects.tasks.append(
                .compute(
                    HeldLease(
                        id: header.lease, job: job, jobKey: key, round: round, range: range,
                        hints: hints(header, lease.payload) ?? .none)))
            return
        }
    }

    private mutating func computed(
        _ lease: UInt64, _ partial: [UInt8]?, _ busy: UInt64, _ effects: inout WorkerEffects
    ) {
        guard let header = computing, header.lease == lease else { return }
        computing = nil
        let wasStopped = stopped.remove(lease) != nil
        guard let partial, !wasStopped else { return handBack(lease, nil, &effects) }
        if let range = DyadicRange(header.range) { samples &+= range.length }
        let message = WirePartial.with {
            $0.lease = lease
            $0.job = header.job
            $0.round = header.round
            $0.range = header.range
            $0.busyNanoseconds = busy
        }
        unacknowledged[lease] = Finished(header: message, payload: partial, made: now, sent: now)
        if phase == .open { send(lease, &effects) }
    }

    private mutating func send(_ lease: UInt64, _ effects: inout WorkerEffects) {
        guard let entry = unacknowledged[lease] else { return }
        unacknowledged[lease]?.sent = now
        effects.outgoing.append(.partial(entry.header, entry.payload))
    }

    private mutating func drain(_ reason: String, _ effects: inout WorkerEffects) {
        guard !isDraining else { return }
        isDraining = true
        effects.log.append("draining: \(reason)")
        if phase == .open { effects.outgoing.append(.drain(.with { $0.reason = reason })) }
        for lease in pending { handBack(lease.header.lease, nil, &effects) }
        pending.removeAll()
    }

    /// Heartbeats, repeated hellos, repeated partials, and giving up a silent connection.
    private mutating func keepUp(_ effects: inout WorkerEffects) {
        switch phase {
        case .greeting:
            if now.since(connectedAt) >= silence {
                connectedAt = now
                effects.reconnects = true
            } else if now.since(greeted) >= heartbeat {
                greet(&effects)
            }
        case .open:
            if now.since(heard) >= silence {
                effects.log.append("the coordinator is silent: connecting again")
                phase = .greeting
                connectedAt = now
                greeted = now
                effects.reconnects = true
            } else if now.since(beat) >= heartbeat {
                sequence += 1
                sendHeartbeat(sequence: sequence, &effects)
                for (lease, entry) in unacknowledged.sorted(by: { $0.key < $1.key })
                where now.since(entry.sent) >= silence / 2 {
                    send(lease, &effects)
                }
                for job in jobs.fetching where now.since(job.since) >= silence / 4 {
                    fetch(job.digest, id: job.id, &effects)
                }
            }
        case .over: break
        }
    }

    private mutating func sendHeartbeat(sequence: UInt64, _ effects: inout WorkerEffects) {
        beat = now
        let held = held
        let samples = samples
        effects.outgoing.append(
            .heartbeat(
                .with {
                    $0.sequence = sequence
                    $0.leases = held
                    $0.samples = samples
                }))
    }

    private mutating func leaveIfDone(_ effects: inout WorkerEffects) {
        guard isDraining, computing == nil, phase != .over else { return }
        // Unreachable, or not taken for long (its store fails): another worker will compute it.
        guard phase != .open || unacknowledged.values.allSatisfy({ now.since($0.made) >= silence })
        else { return }
        phase = .over
        let id = identity.id
        effects.outgoing.append(.goodbye(.with { $0.worker = id }))
        effects.ending = .left
    }
}
