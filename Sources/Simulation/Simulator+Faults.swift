// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// What goes wrong, when, and how it is mended.
extension Simulator {
    private func rate(_ fault: Fault) -> Double {
        switch fault {
        case .crashWorker: faults.workerCrashes
        case .freeze: faults.freezes
        case .slowDown: faults.slowDowns
        case .partition: faults.partitions
        case .drain: faults.drains
        case .jumpWorkerClock: faults.workerClockJumps
        case .crashCoordinator: faults.coordinatorCrashes
        case .jumpCoordinatorClock: faults.coordinatorClockJumps
        case .fillDisk: faults.fullDisks
        case .cutClient: faults.clientCuts
        }
    }

    mutating func scheduleFault(_ fault: Fault) {
        let rate = rate(fault)
        guard rate > 0 else { return }
        // Between faults 0 to 2 mean times: near enough to chance, and cheap.
        let wait = Int64(2 * random.unit() / rate * 1e9) + 1
        queue.push(.fault(fault), at: now + wait)
    }

    private mutating func anyWorker() -> ModelWorker? {
        // Most places are taken, so a few tries find one.
        for _ in 0..<8 {
            let number = Int(random.next() % UInt64(workers.count))
            if let worker = workers[number] { return worker }
        }
        return nil
    }

    mutating func inject(_ fault: Fault) throws(SimulationFailure) {
        guard isTroubled else { return mend(fault) }
        switch fault {
        case .crashWorker:
            if let number = workers.firstIndex(where: { $0 == nil }), random.chance(0.7) {
                startWorker(number)
            } else if let worker = anyWorker() {
                count("worker killed")
                crashWorker(worker.number)
            }
        case .freeze:
            if let worker = anyWorker() {
                let pause = random.nanoseconds(100_000_000...30_000_000_000)
                let isLong = pause > options.coordinator.silenceNanoseconds
                // Long enough, and it comes back with leases that were given to others.
                count(isLong ? "worker given up and back" : "worker frozen")
                worker.frozenUntil = now + pause
            }
        case .slowDown:
            if let worker = anyWorker() {
                count("worker slowed down")
                worker.samplesPerSecond = max(20, worker.samplesPerSecond / 50)
            }
        case .partition: partition()
        case .drain:
            if let worker = anyWorker() {
                count("worker drained")
                stepWorker(worker.number, .drain(reason: "simulated"))
            }
        case .jumpWorkerClock:
            if let worker = anyWorker() {
                count("worker's clock jumped")
                worker.skew = max(0, worker.skew + jump())
                stepWorker(worker.number, .tick)
            }
        case .crashCoordinator:
            if coordinator == nil {
                startCoordinator()
            } else {
                count("coordinator killed")
                crashCoordinator()
                // It comes back soon.
                queue.push(
                    .fault(.crashCoordinator),
                    at: now + random.nanoseconds(10_000_000...20_000_000_000))
                return
            }
        case .jumpCoordinatorClock:
            count("coordinator's clock jumped")
            coordinatorSkew = max(0, coordinatorSkew + jump())
            scheduleTick()
        case .fillDisk:
            count("disk full")
            diskFullUntil = now + random.nanoseconds(1_000_000_000...40_000_000_000)
        case .cutClient:
            let client = clients[Int(random.next() % 2)]
            client.isCut.toggle()
            if client.isCut { count("client cut off") }
        }
        scheduleFault(fault)
    }

    private mutating func partition() {
        if random.chance(0.5) {
            for worker in workers {
                worker?.isCutIn = false
                worker?.isCutOut = false
            }
            return
        }
        // Both ways, or only one of them.
        let direction = random.next() % 4
        count(direction < 2 ? "partition" : "one-way partition")
        let share = random.unit()
        for worker in workers where random.chance(share) {
            worker?.isCutIn = direction != 2
            worker?.isCutOut = direction != 3
        }
    }

    /// Forward by up to an hour, or back by up to half a minute.
    private mutating func jump() -> Int64 {
        random.chance(0.5)
            ? random.nanoseconds(100_000_000...3_600_000_000_000)
            : -random.nanoseconds(1_000_000...30_000_000_000)
    }

    /// Peace: whoever is down comes up, whoever is cut off is connected.
    private mutating func mend(_ fault: Fault) {
        for number in workers.indices where workers[number] == nil { startWorker(number) }
        for worker in workers {
            worker?.isCutIn = false
            worker?.isCutOut = false
        }
        for client in clients { client.isCut = false }
        if coordinator == nil { startCoordinator() }
    }
}
