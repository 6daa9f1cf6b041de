// SPDX-License-Identifier: Apache-2.0
internal import PoolCore

/// What goes wrong, when, and how it is mended.
extension Simulator {
    private func rate(_ fault: Fault) -> Double {
        switch fault {
        case .crashWorker: faults.workerCrashes
        case .freeze: faults.freezes
        case .partition: faults.partitions
        case .drain: faults.drains
        case .crashCoordinator: faults.coordinatorCrashes
        }
    }

    mutating func scheduleFault(_ fault: Fault) {
        let rate = rate(fault)
        guard rate > 0 else { return }
        // Between faults 0 to 2 mean times: near enough to chance, and cheap.
        let wait = Int64(2 * random.unit() / rate * 1e9) + 1
        queue.push(.fault(fault), at: now + wait)
    }

    private mutating func anyWorker() -> Int? {
        let living = workers.indices.filter { workers[$0] != nil }
        return living.isEmpty ? nil : living[Int(random.next() % UInt64(living.count))]
    }

    mutating func inject(_ fault: Fault) {
        guard isTroubled else { return mend(fault) }
        switch fault {
        case .crashWorker:
            if let number = workers.firstIndex(where: { $0 == nil }), random.chance(0.7) {
                startWorker(number)
            } else if let number = anyWorker() {
                count("worker killed")
                crashWorker(number)
            }
        case .freeze:
            if let number = anyWorker(), let worker = workers[number] {
                count("worker frozen")
                worker.frozenUntil = now + random.nanoseconds(100_000_000...30_000_000_000)
            }
        case .partition:
            count("partition")
            let share = random.unit()
            let heals = random.chance(0.5)
            for worker in workers { worker?.isCut = !heals && random.chance(share) }
        case .drain:
            if let number = anyWorker() {
                count("worker drained")
                stepWorker(number, .drain(reason: "simulated"))
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
        }
        scheduleFault(fault)
    }

    /// Peace: whoever is down comes up, whoever is cut off is connected.
    private mutating func mend(_ fault: Fault) {
        for number in workers.indices where workers[number] == nil { startWorker(number) }
        for worker in workers { worker?.isCut = false }
        if coordinator == nil { startCoordinator() }
    }
}
