// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// The coordinator's process: its disk, its clock, its death.
extension Simulator {
    private var coordinatorTime: Instant { Instant(nanoseconds: now + coordinatorSkew) }

    mutating func startCoordinator() {
        epoch += 1
        // A machine's clock begins anywhere.
        coordinatorSkew = random.nanoseconds(1...3_600_000_000_000)
        var settings = options.coordinator
        settings.incarnation = UInt32(epoch)
        var fresh = Coordinator(options: settings)
        var effects = CoordinatorEffects()
        if hasLedger, let missing = ledger.missing(from: store) { brokenLaw = missing }
        for entry in store.quarantined {
            fresh.step(.quarantineRestored(entry), at: coordinatorTime, into: &effects)
        }
        for job in store.stored {
            fresh.step(.restored(job), at: coordinatorTime, into: &effects)
        }
        coordinator = consume fresh
        coordinatorTickAt = .max
        carryOut(effects)
    }

    /// What was not durable is gone, and every connection with it.
    mutating func crashCoordinator() {
        // The disk may have taken the batch, though nobody was told.
        if !underWay.isEmpty, !wasRefused, random.chance(0.5) {
            count("killed before the answer")
            commit(underWay)
        }
        coordinator = nil
        epoch += 1
        commits = CommitQueue()
        underWay = []
        wasRefused = false
        coordinatorTickAt = .max
        ledger.crashed()
        owners = [:]
        for (number, worker) in workers.enumerated() {
            if let worker {
                worker.route = newRoute()
                owners[worker.route] = number
            }
        }
        for client in clients { client.route = newRoute() }
    }

    mutating func stepCoordinator(
        _ event: CoordinatorEvent, isWhole: Bool = true
    ) throws(SimulationFailure) {
        guard coordinator != nil else { return }
        report.coordinatorSteps += 1
        var before: JobStanding?
        if hasLedger, case .received(_, .partial(let header, let payload), _) = event {
            before = coordinator?.standing(of: header.job)
            ledger.arrived(header, payload, isWhole: isWhole, before)
        }
        var effects = CoordinatorEffects()
        let started = meter?.clock() ?? 0
        coordinator!.step(event, at: coordinatorTime, into: &effects)
        if let meter { meter.add(meter.clock() - started) }
        options.sabotage?(&effects)
        if hasLedger { ledger.recorded(effects.records) }
        for case .merged(let id, let partial) in effects.records where hasLedger {
            let after = coordinator?.standing(of: id)
            if let broken = ledger.merged(id, partial, before: before, after: after) {
                throw failure(broken)
            }
        }
        if hasLedger { ledger.checkpointed(effects.records) }
        if isCheckDue(), let broken = coordinator?.brokenInvariant() { throw failure(broken) }
        report.mostLeases = max(report.mostLeases, coordinator?.leaseCount ?? 0)
        carryOut(effects)
        // What waits for the disk is bounded by the leases that are out.
        if commits.count > 256 + 64 * options.workers {
            throw failure("\(commits.count) records and answers wait for the disk")
        }
    }

    /// A restarted coordinator has read a job: it must stand where the disk had it.
    mutating func checkRestored() throws(SimulationFailure) {
        guard hasLedger, coordinator != nil else { return }
        for id in ledger.unread {
            let standing = coordinator?.standing(of: id)
            if let broken = ledger.restored(id, standing) { throw failure(broken) }
        }
    }

    private mutating func carryOut(_ effects: CoordinatorEffects) {
        for (route, message) in effects.outgoing { sendFromCoordinator(message, to: route) }
        for case .restarted in effects.records { report.restarts += 1 }
        for task in effects.tasks {
            let delay = random.nanoseconds(100_000...500_000_000)
            queue.push(.task(task, epoch: epoch), at: now + delay)
        }
        if !effects.records.isEmpty || !effects.held.isEmpty {
            carryOut(commits.add(effects.records, effects.held))
        }
        scheduleTick()
    }

    mutating func scheduleTick() {
        guard let deadline = coordinator?.deadline else { return }
        let wanted = max(now, deadline.nanoseconds - coordinatorSkew)
        guard wanted < coordinatorTickAt else { return }
        coordinatorTickAt = wanted
        queue.push(.coordinatorTick(epoch: epoch), at: wanted)
    }

    mutating func carryOut(_ next: CommitQueue.Next) {
        switch next {
        case .wait: break
        case .send(let messages):
            for (route, message) in messages { sendFromCoordinator(message, to: route) }
        case .commit(let records):
            underWay = records
            queue.push(.committed(epoch: epoch), at: now + random.nanoseconds(10_000...50_000_000))
        }
    }

    private mutating func commit(_ records: [StoreRecord]) {
        store.commit(records)
        ledger.committed(records)
        for case .merged(let id, _) in records where hasLedger {
            guard let stored = store[id] else { continue }
            let least = options.coordinator.journalBytes
            if let outgrown = ledger.outgrown(stored, least: least) { brokenLaw = outgrown }
        }
    }

    mutating func committed() throws(SimulationFailure) {
        if isTroubled, now < diskFullUntil || random.chance(faults.storeFailures) {
            count("store failure")
            wasRefused = true
            try stepCoordinator(
                .storeFailed(PoolFailure(.store, "the disk is full", remedy: "make room")))
            queue.push(.retry(epoch: epoch), at: now + 1_000_000_000)
            return
        }
        commit(underWay)
        underWay = []
        let recovers = wasRefused
        wasRefused = false
        let (answers, next) = commits.committed()
        for (route, message) in answers { sendFromCoordinator(message, to: route) }
        carryOut(next)
        if recovers { try stepCoordinator(.storeRecovered) }
    }
}
