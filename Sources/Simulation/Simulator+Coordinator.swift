// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// The coordinator's process: its disk, its clock, its death.
extension Simulator {
    mutating func startCoordinator() {
        epoch += 1
        var settings = options.coordinator
        settings.incarnation = UInt32(epoch)
        settings.fingerprint = "model"
        var fresh = Coordinator(options: settings)
        var effects = CoordinatorEffects()
        for entry in store.quarantined {
            fresh.step(
                .quarantineRestored(entry), at: Instant(nanoseconds: now), into: &effects)
        }
        for job in store.stored {
            fresh.step(.restored(job), at: Instant(nanoseconds: now), into: &effects)
        }
        coordinator = consume fresh
        coordinatorTickAt = .max
        carryOut(effects)
    }

    /// What was not durable is gone, and every connection with it.
    mutating func crashCoordinator() {
        coordinator = nil
        epoch += 1
        batch = []
        batchHeld = []
        gathering = []
        gatheringHeld = []
        isCommitting = false
        coordinatorTickAt = .max
        owners = [:]
        for worker in workers {
            if let worker { worker.route = newRoute() }
        }
        for (number, worker) in workers.enumerated() {
            if let worker { owners[worker.route] = number }
        }
        clientRoute = newRoute()
    }

    mutating func stepCoordinator(_ event: CoordinatorEvent) throws(SimulationFailure) {
        guard coordinator != nil else { return }
        var effects = CoordinatorEffects()
        coordinator!.step(event, at: Instant(nanoseconds: now), into: &effects)
        if options.checksInvariants, let broken = coordinator!.brokenInvariant() {
            throw failure(broken)
        }
        carryOut(effects)
    }

    private mutating func carryOut(_ effects: CoordinatorEffects) {
        for (route, message) in effects.outgoing { sendFromCoordinator(message, to: route) }
        gathering += effects.records
        for case .restarted in effects.records { report.restarts += 1 }
        gatheringHeld += effects.held
        for task in effects.tasks {
            let delay = random.nanoseconds(100_000...500_000_000)
            queue.push(.task(task, epoch: epoch), at: now + delay)
        }
        commitNext()
        guard let deadline = coordinator?.deadline, deadline.nanoseconds < coordinatorTickAt else {
            return
        }
        coordinatorTickAt = max(now, deadline.nanoseconds)
        queue.push(.coordinatorTick(epoch: epoch), at: coordinatorTickAt)
    }

    private mutating func commitNext() {
        guard !isCommitting else { return }
        if gathering.isEmpty {
            for (route, message) in gatheringHeld { sendFromCoordinator(message, to: route) }
            gatheringHeld = []
            return
        }
        isCommitting = true
        batch = gathering
        batchHeld = gatheringHeld
        gathering = []
        gatheringHeld = []
        queue.push(.committed(epoch: epoch), at: now + random.nanoseconds(10_000...50_000_000))
    }

    mutating func committed() throws(SimulationFailure) {
        if isTroubled, random.chance(faults.storeFailures) {
            count("store failure")
            try stepCoordinator(
                .storeFailed(PoolFailure(.store, "the disk is full", remedy: "make room")))
            queue.push(.committed(epoch: epoch), at: now + 1_000_000_000)
            return
        }
        store.commit(batch)
        for (route, message) in batchHeld { sendFromCoordinator(message, to: route) }
        batch = []
        batchHeld = []
        isCommitting = false
        try stepCoordinator(.storeRecovered)
    }
}
