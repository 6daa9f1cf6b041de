// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
internal import SwiftProtobuf

/// What clients ask: status, watches, results, cancellation, lists.
extension Coordinator {
    mutating func reply(
        _ failure: PoolFailure, to route: Route, _ request: UInt64,
        _ effects: inout CoordinatorEffects
    ) {
        tally.refused(failure)
        effects.outgoing.append(
            (
                route,
                .errorReply(
                    .with {
                        $0.request = request
                        $0.failure = failure.wire
                    })
            ))
    }

    /// The job of an id, for an answer that rests on the store: while that takes nothing, clients
    /// are told why instead.
    func findStored(_ id: String) throws(PoolFailure) -> JobRecord {
        if let storeFailure { throw storeFailure }
        return try find(id)
    }

    /// The job of an id, or of the beginning of exactly one.
    private func find(_ id: String) throws(PoolFailure) -> JobRecord {
        if let job = jobs[id], isVisible(job) { return job }
        let matches =
            id.isEmpty ? [] : jobs.values.filter { $0.id.hasPrefix(id) && isVisible($0) }.map(\.id)
        if matches.count == 1, let job = jobs[matches[0]] { return job }
        if matches.isEmpty {
            throw PoolFailure(
                .unknownJob, "no job '\(id.prefix(PoolLimits.idBytes))'",
                remedy: "`qpool jobs` lists the ids")
        }
        throw PoolFailure(
            .ambiguousJob, "\(matches.count) jobs begin with '\(id)'",
            remedy: "write more of it, as in " + matches.min()!)
    }

    mutating func status(
        _ request: WireStatusRequest, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            replyStatus(
                try findStored(request.job), request.request, route, &effects,
                events: request.events)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    func replyStatus(
        _ job: JobRecord, _ request: UInt64, _ route: Route, _ effects: inout CoordinatorEffects,
        events: Bool = false
    ) {
        let reply = PoolMessage.statusReply(
            .with {
                $0.request = request
                $0.status = status(of: job)
                if events {
                    $0.status.events = job.history.events(at: now).map { event in
                        .with {
                            $0.number = event.number
                            $0.ageNanoseconds = event.ageNanoseconds
                            $0.text = event.text
                        }
                    }
                }
            })
        effects.held.append((route, reply))
    }

    mutating func cancel(
        _ request: WireCancel, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            if !job.state.isOver { end(job, .cancelled, &effects) }
            replyStatus(job, request.request, route, &effects)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    /// Forgets a job that has ended, for good.
    mutating func forget(
        _ request: WireForget, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            guard job.state.isOver else {
                throw PoolFailure(
                    .notDone, "job \(job.id) has not ended",
                    remedy: "cancel it first: `qpool cancel \(job.id)`")
            }
            forget(job, &effects)
            lived(job, "is forgotten")
            replyStatus(job, request.request, route, &effects)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    mutating func setPriority(
        _ request: WirePriority, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            guard (-10...10).contains(request.priority) else {
                throw PoolFailure(
                    .malformed, "priority \(request.priority)", remedy: "use -10 to 10")
            }
            if job.priority != request.priority {
                job.priority = request.priority
                queued.sort { ($1.priority, $0.order) < ($0.priority, $1.order) }
                effects.records.append(.priority(job: job.id, request.priority))
                // Of a job that has ended the last event tells how.
                if !job.state.isOver { happened(job, "priority \(request.priority)", &effects) }
            }
            replyStatus(job, request.request, route, &effects)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    mutating func result(
        _ request: WireResultRequest, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            let job = try findStored(request.job)
            switch job.state {
            case .done: break
            // Extended, and not there yet: the answer of the smaller extent, as the state tells.
            case _ where job.document != nil: break
            case .failed:
                throw job.failure
                    ?? PoolFailure(.jobFailed, "job \(job.id) failed", remedy: "see its log")
            case .cancelled:
                throw PoolFailure(
                    .jobCancelled, "job \(job.id) was cancelled",
                    remedy: "`qpool retry \(job.id)` goes on with what it lacks")
            case .compiling, .queued, .running, .finishing:
                throw PoolFailure(
                    .notDone, "job \(job.id) is not done yet",
                    remedy: "`qpool wait \(job.id)` waits for it")
            }
            guard let document = job.document else { return }
            let offset = Int(clamping: request.offset)
            guard offset <= document.count else {
                throw PoolFailure(
                    .malformed,
                    "the result has \(document.count) bytes, and \(offset) is past them",
                    remedy: "ask for it from its beginning: it may have changed")
            }
            try checkPieces(route)
            let piece = document.piece(from: offset, most: PoolLimits.resultPieceBytes)
            try charge(Double(piece.count) / Double(PoolLimits.payloadBytesPerRequest), route)
            effects.held.append(
                (
                    route,
                    .resultReply(
                        .with {
                            $0.request = request.request
                            $0.status = status(of: job)
                            $0.digest = document.digest
                            $0.offset = UInt64(offset)
                            $0.bytes = UInt64(document.count)
                        }, piece)
                ))
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    mutating func list(
        _ request: WireListRequest, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        if let storeFailure { return reply(storeFailure, to: route, request.request, &effects) }
        do throws(PoolFailure) {
            try charge(Double(jobs.count) / PoolLimits.listedPerRequest, route)
        } catch {
            return reply(error, to: route, request.request, &effects)
        }
        let limit =
            request.limit == 0 ? PoolLimits.listed : min(Int(request.limit), PoolLimits.listed)
        let visible = jobs.values.filter { isVisible($0) && isWanted($0, request) }
        let newest = visible.sorted { $0.order > $1.order }.prefix(limit)
        let reply = PoolMessage.jobList(
            .with {
                $0.request = request.request
                $0.jobs = newest.map { status(of: $0) }
                $0.total = UInt64(visible.count)
            })
        effects.held.append((route, reply))
    }

    /// Whether a list asks for a job.
    private func isWanted(_ job: JobRecord, _ request: WireListRequest) -> Bool {
        if !request.states.isEmpty, !request.states.contains(job.state.wire) { return false }
        if !request.owner.isEmpty, job.owner?.name != request.owner { return false }
        if !request.name.isEmpty, !job.name.lowercased().contains(request.name.lowercased()) {
            return false
        }
        if request.endedBeforeNanoseconds > 0 {
            guard ended(job) >= request.endedBeforeNanoseconds else { return false }
        }
        let age = submitted(job)
        return request.sinceNanoseconds == 0 || (age > 0 && age <= request.sinceNanoseconds)
    }

    /// How long ago a job was submitted, 1 at least; 0 of one from before there were histories.
    private func submitted(_ job: JobRecord) -> UInt64 {
        job.history.begin.map { UInt64(max(1, now.since($0))) } ?? 0
    }

    /// How long ago a job ended, 1 at least; 0 where it has not, or nobody knows.
    private func ended(_ job: JobRecord) -> UInt64 {
        guard job.state.isOver, let end = job.ended else { return 0 }
        return UInt64(max(1, now.since(end)))
    }

    mutating func listWorkers(
        _ request: WireWorkersRequest, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        do throws(PoolFailure) {
            try charge(Double(workers.count) / PoolLimits.listedPerRequest, route)
        } catch {
            return reply(error, to: route, request.request, &effects)
        }
        let limit =
            request.limit == 0 ? PoolLimits.listed : min(Int(request.limit), PoolLimits.listed)
        let all = workers.values.sorted { $0.id < $1.id }.prefix(limit)
        let shutOut = quarantined.values.sorted { $0.worker < $1.worker }.prefix(limit)
        let reply = PoolMessage.workerList(
            .with {
                $0.request = request.request
                $0.total = UInt64(workers.count)
                $0.workers = all.map { status(of: $0) }
                $0.workers += shutOut.map { status(of: $0) }
            })
        effects.outgoing.append((route, reply))
    }

    func status(of worker: WorkerRecord) -> WireWorkerStatus {
        .with {
            $0.worker = worker.id
            $0.host = worker.hello.host
            $0.process = worker.hello.process
            $0.cores = worker.hello.cores
            $0.memoryBytes = worker.hello.memoryBytes
            $0.version = worker.hello.version
            $0.slots = UInt32(worker.slots)
            $0.leases = UInt32(worker.leases.count)
            $0.samplesPerSecond = worker.speed * 1e9
            $0.samples = worker.samples
            $0.connectedNanoseconds = UInt64(now.since(worker.connected))
            $0.draining = worker.draining
        }
    }

    func status(of entry: Quarantine) -> WireWorkerStatus {
        .with {
            $0.worker = entry.worker
            $0.host = entry.host
            $0.quarantine = entry.reason
        }
    }

    mutating func watch(
        _ request: WireWatch, from route: Route, _ effects: inout CoordinatorEffects
    ) {
        let key = WatchKey(route: route, request: request.request)
        if let old = watches[key] { remove(key, old) }
        if request.stop { return }
        do throws(PoolFailure) {
            let job = try find(request.job)
            guard watches.count < PoolLimits.watches else {
                throw PoolFailure(
                    .limit, "\(watches.count) watches are open", remedy: "ask for the status")
            }
            let payer = asker.map { Payer.key($0.key) } ?? .route(route)
            let own = watches.values.count { $0.payer == payer }
            guard own < PoolLimits.watchesPerClient else {
                throw PoolFailure(
                    .limit, "\(own) watches of this client are open", remedy: "ask for the status")
            }
            let interval = Int64(clamping: request.intervalNanoseconds)
            let keep = Int64(clamping: request.keepNanoseconds)
            let watch = WatchRecord(
                number: newTicket(), job: job, payer: payer,
                interval: min(max(interval, 50_000_000), 60_000_000_000),
                until: now + min(max(keep, 1_000_000_000), 3_600_000_000_000), sent: now)
            watches[key] = watch
            job.watchers.insert(key)
            nextUpdate = min(nextUpdate, now + watch.interval)
            update(key, watch, &effects)
        } catch {
            reply(error, to: route, request.request, &effects)
        }
    }

    /// Sends the updates that are due; the last one as soon as a job is over.
    mutating func notifyWatchers(_ effects: inout CoordinatorEffects) {
        guard now >= nextUpdate || watchedJobEnded else { return }
        watchedJobEnded = false
        nextUpdate = .distantFuture
        let due = watches.filter { $1.job.state.isOver || $1.sent + $1.interval <= now }
        for (key, watch) in due.sorted(by: { $0.value.number < $1.value.number }) {
            watches[key]!.sent = now
            update(key, watch, &effects)
        }
        for watch in watches.values {
            nextUpdate = min(nextUpdate, watch.sent + watch.interval)
        }
    }

    private mutating func update(
        _ key: WatchKey, _ watch: WatchRecord, _ effects: inout CoordinatorEffects
    ) {
        let last = watch.job.state.isOver
        let message = PoolMessage.update(
            .with {
                $0.request = key.request
                $0.status = status(of: watch.job)
                $0.last = last
            })
        if last { remove(key, watch) }
        // Held: it tells of nothing that a crash could take back.
        effects.held.append((key.route, message))
    }

    func status(of job: JobRecord) -> WireJobStatus {
        .with {
            $0.job = job.id
            $0.name = job.name
            $0.priority = job.priority
            $0.jobDigest = job.digest
            $0.state = job.state.wire
            let account = job.account(at: now)
            $0.samplesDone = account.samplesDone
            $0.samplesTotal = account.samplesTotal
            // Of a job that is done the result has the threshold; this one would be older.
            if job.state != .done,
                let threshold = (job.machine?.progress ?? job.finalProgress)?.threshold
            {
                $0.thresholds = [
                    .with {
                        $0.value = threshold.value
                        $0.lower = threshold.interval.lower
                        $0.upper = threshold.interval.upper
                        $0.confidence = threshold.confidence
                        $0.samples = threshold.samples
                        $0.known = true
                    }
                ]
            }
            $0.round = UInt32(job.round?.number ?? 0)
            $0.leasesOut = UInt32(job.leases.count)
            $0.workers = UInt32(job.holders.count)
            $0.elapsedNanoseconds = account.workedNanoseconds
            if job.state.isOver {
                let seconds = Double(account.workedNanoseconds) * 1e-9
                $0.samplesPerSecond = seconds > 0 ? Double(account.samplesDone) / seconds : 0
            } else {
                $0.samplesPerSecond = job.rate.perSecond(at: now)
            }
            if let failure = job.failure { $0.failure = failure.wire }
            $0.submittedNanoseconds = submitted(job)
            $0.endedNanoseconds = ended(job)
            $0.warnings = warnings(of: job)
            $0.owner = job.owner?.name ?? ""
        }
    }
}

extension JobRecord.State {
    /// As it is told.
    fileprivate var wire: WireJobState {
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
