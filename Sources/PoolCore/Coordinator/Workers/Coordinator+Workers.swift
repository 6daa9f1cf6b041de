// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// Sessions of workers: hello, heartbeats, partials, leaving.
extension Coordinator {
    mutating func welcome(
        _ hello: WireHello, from route: Route, _ peer: PeerIdentity?,
        _ effects: inout CoordinatorEffects
    ) {
        guard JobID.isValid(hello.worker), hello.slots > 0,
            hello.leases.count <= PoolLimits.slots, hello.host.utf8.count <= PoolLimits.labelBytes,
            hello.version.utf8.count <= PoolLimits.labelBytes,
            hello.capabilities.count <= PoolLimits.capabilities
        else {
            let failure = PoolFailure(
                .malformed, "this hello is not well formed", remedy: "see docs/protocol.md")
            return refuse(failure, route, &effects)
        }
        guard hello.fingerprint == options.fingerprint else {
            refused(
                "fingerprint",
                "worker \(hello.worker) of \(hello.host) refused: its samples differ",
                summary: "workers whose samples differ", about: LogSubject(worker: hello.worker))
            let failure = PoolFailure(
                .fingerprint,
                "the sentinel samples of this worker (version \(hello.version)) differ from the "
                    + "coordinator's (version \(options.version))",
                remedy: "install the same release of qpool on both sides")
            return refuse(failure, route, &effects)
        }
        if let entry = quarantined[WorkerRecord.party(id: hello.worker, peer: peer)] {
            refused(
                "quarantine",
                "worker \(hello.worker) of \(hello.host) refused: it is quarantined",
                summary: "workers that are quarantined", about: LogSubject(worker: hello.worker))
            return refuse(entry.failure, route, &effects)
        }
        if let other = workersByID[hello.worker],
            other.party != WorkerRecord.party(id: hello.worker, peer: peer)
        {
            let failure = PoolFailure(
                .refused, "a worker with another key has the id '\(hello.worker)'",
                remedy: "start the worker again: it takes another id")
            return refuse(failure, route, &effects)
        }
        let earlier = workersByID[hello.worker] ?? workers[route]
        guard earlier != nil || workers.count < options.workers else {
            if !isFull {
                isFull = true
                note(
                    .warning,
                    "\(options.workers) workers are connected: no more are let in; "
                        + "raise `ulimit -n` where the coordinator starts", &effects)
            }
            let failure = PoolFailure(
                .limit, "\(options.workers) workers are connected, and there is no room for more",
                remedy: "raise `ulimit -n` where the coordinator starts, or start a second one")
            return refuse(failure, route, &effects)
        }
        let number = earlier?.id == hello.worker ? earlier?.number : nil
        let worker = WorkerRecord(
            hello: hello, peer: peer, number: number ?? newTicket(), route: route, pace: pace,
            window: options.firstLeases, now: now)
        if let earlier {
            // A reconnection: what it still holds goes with it, the rest goes to others.
            let held = Set(hello.leases)
            if earlier.id == worker.id, earlier.party == worker.party {
                for id in earlier.leases.intersection(held) {
                    guard let lease = leases[id] else { continue }
                    leases[id] = lease.moved(
                        to: worker, deadline: now + worker.silence)
                    worker.leases.insert(id)
                    worker.leaseCheck = now
                }
                earlier.leases.subtract(worker.leases)
                worker.continues(earlier)
            }
            remove(earlier, &effects)
        } else {
            came(
                "joined",
                "worker \(worker.id) of \(hello.host) joined: \(hello.cores) cores, "
                    + "version \(hello.version)", worker)
        }
        // A connection has one session: whoever said hello on it before has lost it, and its leases are free.
        if let other = workers[route] { remove(other, &effects) }
        workers[route] = worker
        workersByID[worker.id] = worker
        tally.workersJoined &+= 1
        // Now it counts itself.
        worker.follows(pace)
        patrol(worker)
        welcome(worker, &effects)
        enqueue(worker)
    }

    /// Tells a worker who is here, and how often to beat.
    private func welcome(_ worker: WorkerRecord, _ effects: inout CoordinatorEffects) {
        effects.outgoing.append(
            (
                worker.route,
                .welcome(
                    .with {
                        $0.coordinator = options.name
                        $0.version = options.version
                        $0.heartbeatNanoseconds = UInt64(worker.pace.heartbeat)
                        $0.silenceNanoseconds = UInt64(worker.pace.silence)
                    })
            ))
    }

    /// The worker of a route; others are told to say hello.
    private mutating func session(
        _ route: Route, _ effects: inout CoordinatorEffects
    ) -> WorkerRecord? {
        if let worker = workers[route] {
            worker.heard = now
            return worker
        }
        let failure = PoolFailure(
            .unknownSession, "no worker has said hello on this connection",
            remedy: "say hello (again)")
        refuse(failure, route, &effects)
        return nil
    }

    mutating func heartbeat(
        _ beat: WireHeartbeat, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        guard let worker = session(route, &effects) else { return }
        // A ping's answer needs none: only a worker's own beats count up.
        if beat.sequence > 0 {
            effects.outgoing.append((route, .heartbeat(.with { $0.sequence = beat.sequence })))
            let changes = pace.heartbeat != worker.pace.heartbeat
            worker.follows(pace)
            if changes { welcome(worker, &effects) }
        }
        wake(worker)
        for id in beat.leases.prefix(PoolLimits.slots) where worker.leases.contains(id) {
            leases[id]?.deadline = now + worker.silence
        }
    }

    /// A worker that rested may have room again.
    private mutating func wake(_ worker: WorkerRecord) {
        guard worker.isResting else { return }
        worker.isResting = false
        enqueue(worker)
    }

    mutating func drain(_ route: Route, _ effects: inout CoordinatorEffects) {
        guard let worker = session(route, &effects) else { return }
        worker.draining = true
    }

    mutating func goodbye(_ route: Route, _ effects: inout CoordinatorEffects) {
        guard let worker = workers[route] else { return }
        came("left", "worker \(worker.id) left", worker)
        remove(worker, &effects)
    }

    mutating func disconnected(_ route: Route, _ effects: inout CoordinatorEffects) {
        if let worker = workers[route] {
            refused(
                "gone", "worker \(worker.id) is gone: its leases go to others",
                summary: "workers whose connections ended", about: LogSubject(worker: worker.id))
            return remove(worker, &effects)
        }
        for (key, watch) in watches where key.route == route { remove(key, watch) }
    }

    /// Ends a session; its leases are free.
    mutating func remove(_ worker: WorkerRecord, _ effects: inout CoordinatorEffects) {
        isFull = false
        wentAway(worker, &effects)
        if workers[worker.route] === worker { workers[worker.route] = nil }
        if workersByID[worker.id] === worker { workersByID[worker.id] = nil }
        worker.draining = true
        tally.workersLeft &+= 1
        for id in worker.leases.sorted() { lose(id) }
        guard worker.isQueued else { return }
        departed += 1
        if departed > hungry.count / 2 + 16 {
            hungry.removeAll { workers[$0.route] !== $0 }
            departed = 0
        }
    }

    mutating func merge(
        _ header: WirePartial, _ payload: [UInt8], from route: Route,
        _ effects: inout CoordinatorEffects
    ) {
        guard let worker = session(route, &effects) else { return }
        let acknowledged = PoolMessage.acknowledged(.with { $0.leases = [header.lease] })
        // While the store takes nothing, answers would pile up: the worker will ask again.
        func acknowledge() {
            if storeFailure == nil { effects.held.append((route, acknowledged)) }
        }
        wake(worker)
        let lease = leases[header.lease].flatMap { $0.worker === worker ? $0 : nil }
        defer { if lease != nil { conclude(header.lease, &effects) } }
        guard let job = jobs[header.job], job.state == .running, let round = job.round,
            round.number == Int(header.round)
        else {
            // Early: whoever keeps it sends it again. Late, and needed no more: it may be forgotten.
            return isEarly(header) ? () : acknowledge()
        }
        // What a lease of an earlier coordinator was told may be more than this one knows.
        let isOwn = lease.map { $0.job === job && !$0.settled } ?? false
        let partial: Partial
        do {
            partial = try Partial(
                decoding: payload, round: round, job: job.machine!.job,
                known: isOwn ? job.machine!.hints : nil)
        } catch {
            return refuse(partial: header, error.reason, of: worker, job, &effects)
        }
        if let lease, lease.job === job, lease.range == partial.range {
            measure(lease, busyNanoseconds: header.busyNanoseconds, round)
        }
        delivering = lease.map { $0.range == partial.range ? $0.id : 0 } ?? 0
        let counted: Partial
        let bytes: [UInt8]
        let outvoted: [Check.Answer]
        switch admit(partial, payload, from: worker, lease, job, &effects) {
        case .forget: return acknowledge()
        case .merge(let partial, let payload, let unverified, let others):
            (counted, bytes, outvoted) = (partial, payload, others)
            if unverified { contribute(worker, to: job, &effects) }
            if lease != nil { worker.delivered() }
        }
        switch job.machine!.merge(counted) {
        case .merged:
            merged(counted, bytes, job, &effects)
            worker.misfits = 0
            job.misfits.forgive(worker)
            effects.held.append((route, acknowledged))
            advance(job, &effects)
            for answer in outvoted { shun(answer, job, &effects) }
        case .duplicate, .stale:
            tally.rangesNeedless &+= 1
            acknowledge()
        case .refused:
            refuse(partial: header, "it does not fit the round", of: worker, job, &effects)
        }
    }

    /// Counts and keeps a partial that was merged.
    mutating func merged(
        _ partial: Partial, _ payload: [UInt8], _ job: JobRecord,
        _ effects: inout CoordinatorEffects
    ) {
        if let round = job.round {
            let samples = UInt64(partial.range.clipped(to: round.range).count)
            job.rate.add(samples, at: now)
            tally.samples &+= samples
        }
        tally.rangesMerged &+= 1
        tally.partialBytes &+= UInt64(payload.count)
        trailThreshold(of: job)
        effects.records.append(.merged(job: job.id, partial: payload))
        if job.crashes > 0 {
            job.crashes = 0
            effects.records.append(.progressed(job: job.id))
        }
        checkpoint(job, after: payload.count, &effects)
    }

    /// Whether a partial is of a round that this coordinator has not come to: it was started again,
    /// and the job waits, or lost the end of the round before.
    private func isEarly(_ header: WirePartial) -> Bool {
        guard let job = jobs[header.job] else { return false }
        switch job.state {
        case .compiling, .queued: return true
        case .running: return job.round.map { $0.number < Int(header.round) } ?? false
        case .finishing, .done, .failed, .cancelled: return false
        }
    }

    private func measure(_ lease: LeaseRecord, busyNanoseconds: UInt64, _ round: Round) {
        let samples = Double(lease.range.clipped(to: round.range).count)
        lease.worker.samples &+= UInt64(samples)
        lease.job.slowest = max(lease.job.slowest, now.since(lease.issued))
        guard busyNanoseconds > 0 else { return }
        let speed = samples / Double(busyNanoseconds)
        lease.worker.measured(speed, job: lease.job.order)
        let perCore = speed / Double(max(1, lease.worker.hello.cores))
        let job = lease.job
        job.coreSpeed = job.coreSpeed == 0 ? perCore : 0.8 * job.coreSpeed + 0.2 * perCore
    }

    mutating func handedBack(
        _ header: WireHandBack, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        guard let worker = session(route, &effects), let lease = leases[header.lease],
            lease.worker === worker
        else { return }
        let job = lease.job
        // Whoever gives back what is wanted, and could be computed, has no room for more.
        if !header.hasFailure, !lease.settled { worker.isResting = true }
        lose(header.lease, .returned)
        guard header.hasFailure, !lease.settled, job.state == .running else { return }
        let failure = PoolFailure(header.failure)
        refused(
            "cannot", "worker \(worker.id) cannot compute job \(job.id): \(failure)",
            summary: "ranges that workers cannot compute",
            about: LogSubject(job: job.id, worker: worker.id))
        // A fault of one worker must not end the job; one that all of them find must.
        if job.history.takesWorkerEvent() {
            happened(job, "worker \(worker.id) cannot compute it: \(failure)", &effects)
        }
        job.strikes.add(worker)
        if isHopeless(job) { end(job, .failed(failure), &effects) }
    }

    mutating func sendJob(
        _ fetch: WireFetch, to route: Route, _ effects: inout CoordinatorEffects
    ) {
        guard let worker = session(route, &effects) else { return }
        // A worker reads the jobs that it was given leases of, and no others.
        guard worker.given.contains(fetch.job), let job = jobs[fetch.job],
            pays(
                Double(job.package.weight) / Double(PoolLimits.partialBytesPerRequest), route)
        else {
            let failure = PoolFailure(
                .unknownJob, "no job '\(fetch.job.prefix(PoolLimits.idBytes))'",
                remedy: "it was cancelled or forgotten, or is not this worker's: drop its leases")
            effects.outgoing.append(
                (
                    route,
                    .jobText(
                        .with {
                            $0.job = fetch.job
                            $0.failure = failure.wire
                        }, [])
                ))
            return
        }
        let (headers, payload) = job.package.tables
        // Held until the job is durable: a submission that a crash loses may come again under its id with
        // another text, and a worker that had read the first would compute the wrong one.
        effects.held.append(
            (
                route,
                .jobText(
                    .with {
                        $0.job = job.id
                        $0.jobDigest = job.digest
                        $0.text = job.package.text
                        $0.tables = headers
                    }, payload)
            ))
    }
}

extension LeaseRecord {
    /// The same lease in another session of the worker.
    func moved(to worker: WorkerRecord, deadline: Instant) -> LeaseRecord {
        LeaseRecord(
            id: id, job: job, round: round, range: range, worker: worker, issued: issued, due: due,
            deadline: deadline, parent: parent, copies: copies, settled: settled)
    }
}
