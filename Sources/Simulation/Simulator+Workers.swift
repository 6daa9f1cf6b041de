// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// The workers' processes: started, slow, frozen, killed.
extension Simulator {
    mutating func startWorker(_ number: Int) {
        lastLife += 1
        let fastest = options.speeds.upperBound / options.speeds.lowerBound
        let speed = options.speeds.lowerBound * (1 + (fastest - 1) * random.unit() * random.unit())
        // Some are started under a name of their own each time, some under a fixed one.
        if identities[number].isEmpty || random.chance(0.7) {
            identities[number] = "worker-\(number)-\(lastLife)"
        } else {
            count("identity used again")
        }
        let worker = ModelWorker(
            id: identities[number], number: number, life: lastLife, route: newRoute(),
            samplesPerSecond: speed, skew: random.nanoseconds(1...3_600_000_000_000),
            lies: liars.contains(number))
        workers[number] = worker
        owners[worker.route] = number
        queue.push(
            .connected(number, life: worker.life), at: now + random.nanoseconds(1_000...1_000_000))
    }

    mutating func crashWorker(_ number: Int) {
        guard let worker = workers[number] else { return }
        owners[worker.route] = nil
        workers[number] = nil
    }

    mutating func toWorker(_ route: Route, _ frames: [[UInt8]]) {
        guard let number = owners[route], let worker = workers[number] else { return }
        if worker.frozenUntil > now {
            return queue.push(.toWorker(route, frames), at: worker.frozenUntil)
        }
        do throws(Frames.Fault) {
            stepWorker(number, .received(try Frames.decode(frames)))
        } catch {
            stepWorker(number, .malformed(error))
        }
    }

    mutating func stepWorker(_ number: Int, _ event: WorkerEvent) {
        guard let worker = workers[number] else { return }
        if worker.frozenUntil > now {
            if case .tick = event {
                worker.tickAt = worker.frozenUntil
                queue.push(.workerTick(number, life: worker.life), at: worker.frozenUntil)
                return
            }
        }
        var effects = WorkerEffects()
        worker.session.step(event, at: Instant(nanoseconds: now + worker.skew), into: &effects)
        if worker.session.heldCount > PoolLimits.heldPerSlot * worker.slots {
            brokenLaw = "worker \(number) holds \(worker.session.heldCount) leases"
        }
        for message in effects.outgoing { sendFromWorker(message, worker) }
        for task in effects.tasks { start(task, number, worker) }
        if effects.reconnects {
            owners[worker.route] = nil
            worker.route = newRoute()
            owners[worker.route] = number
            queue.push(.connected(number, life: worker.life), at: now + 1_000_000)
        }
        if let ending = effects.ending {
            // Its operator mends a worker that was shut out.
            if case .refused = ending { liars.remove(number) }
            // Whatever the reason, somebody starts another one.
            crashWorker(number)
            startWorker(number)
            return
        }
        guard let deadline = worker.session.deadline else { return }
        let wanted = max(now, deadline.nanoseconds - worker.skew)
        if wanted < worker.tickAt {
            worker.tickAt = wanted
            queue.push(.workerTick(number, life: worker.life), at: wanted)
        }
    }

    private mutating func start(_ task: WorkerTask, _ number: Int, _ worker: ModelWorker) {
        switch task {
        case .compile(let job, let package):
            queue.push(
                .compiled(number, life: worker.life, job: job, text: package.text),
                at: now + random.nanoseconds(100_000...200_000_000))
        case .compute(let lease):
            let samples = Double(lease.range.clipped(to: lease.round.range).count)
            let busy = Int64(samples / worker.samplesPerSecond * 1e9) + 1_000
            queue.push(
                .computed(number, life: worker.life, lease, busy: busy),
                at: max(now, worker.frozenUntil) + busy)
        case .stop(let lease): worker.stopped.insert(lease)
        case .hint: break
        }
    }

    mutating func computed(_ number: Int, _ lease: HeldLease, _ busy: Int64) {
        guard let worker = workers[number] else { return }
        if worker.frozenUntil > now {
            return queue.push(
                .computed(number, life: worker.life, lease, busy: busy), at: worker.frozenUntil)
        }
        var bytes: [UInt8]?
        if worker.stopped.remove(lease.id) == nil {
            let hints = random.chance(options.hintedShare) ? lease.hints : nil
            let honest = cache.partial(lease.job, lease.round, lease.range, hints)
            bytes = worker.lies ? lie(honest, lease, worker) : honest
            report.leasesComputed += 1
        }
        stepWorker(
            number, .computed(lease: lease.id, partial: bytes, busyNanoseconds: UInt64(busy)))
    }
}
