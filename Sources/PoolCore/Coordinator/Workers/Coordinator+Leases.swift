// SPDX-License-Identifier: Apache-2.0
internal import DequeModule
internal import Quantilizer
internal import SwiftProtobuf

/// Leases: how large, to whom, and what becomes of them.
extension Coordinator {
    /// Puts a worker in the queue for leases, once.
    mutating func enqueue(_ worker: WorkerRecord) {
        guard worker.wantsLeases, !worker.isQueued else { return }
        worker.isQueued = true
        hungry.append(worker)
    }

    /// Hands out leases while there are workers that want some and ranges that nobody holds; each
    /// worker in turn, so that early ones do not take all.
    mutating func assign(_ effects: inout CoordinatorEffects) {
        guard storeFailure == nil, doubles || running.contains(where: \.hasFree) else { return }
        var turns = hungry.count * PoolLimits.grantsPerStep
        var left = PoolLimits.leasesPerStep
        var fruitless = 0
        // What can be doubled changes with time alone: once a sweep is often enough.
        defer { if !hasMore { doubles = false } }
        while turns > 0, !hungry.isEmpty {
            guard left > 0 else {
                hasMore = true
                return
            }
            turns -= 1
            let worker = hungry.removeFirst()
            worker.isQueued = false
            guard workers[worker.route] === worker else {
                departed -= 1
                continue
            }
            guard worker.wantsLeases else { continue }
            if grant(worker, &effects) {
                left -= 1
                fruitless = 0
                enqueue(worker)
            } else {
                // Nobody else will find a free range either, but perhaps one worth doubling.
                enqueue(worker)
                fruitless += 1
                if fruitless >= min(hungry.count, 8) { return }
            }
        }
    }

    private mutating func grant(
        _ worker: WorkerRecord, _ effects: inout CoordinatorEffects
    ) -> Bool {
        var best: JobRecord?
        for job in running where job.hasFree(for: worker) {
            guard let other = best else {
                best = job
                continue
            }
            if (job.priority, other.served) > (other.priority, job.served) { best = job }
        }
        while let job = best {
            if let range = freeRange(of: job, for: worker) {
                issue(range, of: job, to: worker, parent: nil, &effects)
                return true
            }
            best = running.first { $0.hasFree(for: worker) }
        }
        return doubles && speculate(worker, &effects)
    }

    /// A range that nobody holds and that is not done.
    private func freeRange(of job: JobRecord, for worker: WorkerRecord) -> DyadicRange? {
        if let range = job.checks.next(for: worker.party) {
            job.checks.hold(range)
            return range
        }
        let level = leaseLevel(of: job, for: worker)
        while let range = job.free.take(level: level) {
            let missing = job.machine!.missing(in: range, limit: PoolLimits.freeRanges)
            if missing == [range] {
                if job.verify > 0, isSampled(range, of: job) { job.checks.begin(range) }
                return range
            }
            // Some of it came in late from a worker that was given up.
            for part in missing { job.free.put(part) }
        }
        return nil
    }

    /// log2 of the samples that this worker should get: about a second's work, less at the end.
    private func leaseLevel(of job: JobRecord, for worker: WorkerRecord) -> Int {
        // What is drawn once is lost with its lease, so leases are as small as can be.
        if job.isRecorded { return DyadicRange.blockLevel }
        let speed = speed(of: worker, job)
        // An island's index takes many evaluations, so fewer of them make a lease.
        let machine = job.machine!
        let weight = machine.currentRound?.evaluationsPerIndex(job: machine.job) ?? 1
        let lighter = Int(max(1, weight).exponent)
        var level =
            speed > 0
            ? log2(speed * Double(pace.lease)) : options.firstLevel - lighter
        // Towards the end smaller leases, so that all workers end together.
        let slots = max(1, 2 * workers.count)
        let share = log2(Double(job.free.samples) / Double(slots))
        level = min(level, max(share, min(16 - lighter, level)))
        if job.verify > 0 {
            level = min(level, PoolLimits.verifiedLevel - lighter, job.sampling.level)
        }
        return min(max(level, options.leaseLevels.lowerBound), options.leaseLevels.upperBound)
    }

    /// Samples a nanosecond, 0 where nothing is known.
    private func speed(of worker: WorkerRecord, _ job: JobRecord) -> Double {
        worker.speeds[job.order] ?? job.coreSpeed * Double(max(1, worker.hello.cores))
    }

    private func log2(_ value: Double) -> Int {
        value >= 256 ? min(DyadicRange.maximumLevel, Int(value.exponent)) : DyadicRange.blockLevel
    }

    private mutating func issue(
        _ range: DyadicRange, of job: JobRecord, to worker: WorkerRecord, parent: UInt64?,
        _ effects: inout CoordinatorEffects
    ) {
        let id = newLease()
        let speed = speed(of: worker, job)
        let samples = Double(range.length)
        let guess = speed > 0 ? samples / speed : Double(pace.lease)
        let expected = Int64(min(guess, 1e15))
        // What it holds already comes first.
        let queued = Int64(worker.leases.count) * expected
        leases[id] = LeaseRecord(
            id: id, job: job, round: job.round!.number, range: range, worker: worker, issued: now,
            due: now + expected + queued, deadline: now + worker.silence,
            parent: parent)
        if let parent { leases[parent]?.copies.append(id) }
        trailBegan(leases[id]!)
        job.hold(id, worker)
        if job.started == nil { job.started = now }
        job.served += guess
        worker.leases.insert(id)
        joined(worker, job, &effects)
        worker.gets(job.id)
        worker.leaseCheck = min(worker.leaseCheck, now + worker.silence)
        let round =
            job.machine!.roundVaries
            ? job.machine!.round(for: range)!.encode() : job.encodedRound
        effects.outgoing.append(
            (
                worker.route,
                .lease(
                    .with {
                        $0.lease = id
                        $0.job = job.id
                        $0.round = UInt32(job.round!.number)
                        $0.range = range.wire
                        $0.roundBytes = UInt32(round.count)
                        $0.jobDigest = job.digest
                        $0.attempt = job.attempt
                    }, round + job.machine!.hints.encode())
            ))
    }

    /// Gives an idle worker a copy of half of what another still holds, the later half first:
    /// whoever is done first counts.
    private mutating func speculate(
        _ worker: WorkerRecord, _ effects: inout CoordinatorEffects
    ) -> Bool {
        let patience: Int64 = pace.lease / 10
        // What is drawn once is not drawn twice to be quicker.
        for job in running
        where job.state == .running && !job.isRecorded && !job.shuns(worker) {
            for id in job.leases.prefix(PoolLimits.speculationScan) {
                // With very many idle workers the rest waits for the next sweep.
                doublingScans -= 1
                guard doublingScans > 0 else {
                    doubles = false
                    return false
                }
                guard let lease = leases[id], lease.worker !== worker, lease.parent == nil,
                    lease.copies.count < 2, now.since(lease.issued) >= patience,
                    lease.due > now + patience || now.since(lease.due) >= patience,
                    !lease.copies.contains(where: { leases[$0]?.worker === worker }),
                    job.checks[lease.range] == nil, let part = copyRange(of: lease),
                    job.verify == 0 || !isSampled(part, of: job)
                else { continue }
                issue(part, of: job, to: worker, parent: id, &effects)
                return true
            }
        }
        return false
    }

    private func copyRange(of lease: LeaseRecord) -> DyadicRange? {
        let machine = lease.job.machine!
        guard lease.range.level > options.leaseLevels.lowerBound,
            let (left, right) = lease.range.halves
        else {
            return lease.copies.isEmpty && !machine.isDone(lease.range) ? lease.range : nil
        }
        let held = lease.copies.compactMap { leases[$0]?.range }
        for half in [right, left] where !held.contains(half) {
            if !machine.isDone(half) { return half }
        }
        return nil
    }

    /// A lease that ends without a partial: what nobody else holds of it is free again.
    mutating func lose(_ id: UInt64, _ outcome: JobTrail.Outcome = .lost) {
        guard let lease = leases.removeValue(forKey: id) else { return }
        detach(lease)
        if !lease.settled { trailEnded(lease, outcome) }
        guard !lease.settled, lease.job.state == .running,
            lease.job.round?.number == lease.round
        else { return }
        if lease.job.checks[lease.range] != nil {
            if lease.job.checks.lost(lease.range) { lease.job.free.put(lease.range) }
            return
        }
        if let parent = lease.parent, leases[parent] != nil { return }
        var held: [DyadicRange] = []
        for copy in lease.copies where leases[copy]?.settled == false {
            // A copy now stands for its own part.
            leases[copy]!.parent = nil
            held.append(leases[copy]!.range)
        }
        for part in parts(of: lease.range, without: held) {
            for missing in lease.job.machine!.missing(in: part, limit: PoolLimits.freeRanges) {
                lease.job.free.put(missing)
            }
        }
    }

    private func parts(of range: DyadicRange, without held: [DyadicRange]) -> [DyadicRange] {
        if held.contains(range) { return [] }
        guard let (left, right) = range.halves, !held.isEmpty else { return [range] }
        return [left, right].filter { !held.contains($0) }
    }

    /// A lease whose partial came; if that was not what the lease asked for, the lease is lost.
    mutating func conclude(_ id: UInt64, _ effects: inout CoordinatorEffects) {
        guard let lease = leases[id] else { return }
        guard lease.job.state == .running, lease.job.round?.number == lease.round,
            let machine = lease.job.machine, machine.isDone(lease.range)
        else { return lose(id, id == delivering ? .delivered : .lost) }
        leases[id] = nil
        detach(lease)
        if !lease.settled { trailEnded(lease, .delivered) }
        var needless = lease.copies
        if let parent = lease.parent, let original = leases[parent],
            machine.isDone(original.range)
        {
            needless.append(parent)
            needless += original.copies
        }
        cancel(needless.filter { leases[$0].map { machine.isDone($0.range) } ?? false }, &effects)
    }

    /// Tells workers that these leases are not needed. They count until they are given back.
    mutating func cancel(
        _ ids: some Sequence<UInt64>, _ effects: inout CoordinatorEffects,
        as outcome: JobTrail.Outcome = .needless
    ) {
        for id in ids {
            guard let lease = leases[id], !lease.settled else { continue }
            leases[id]!.settled = true
            trailEnded(lease, id == delivering ? .delivered : outcome)
            lease.job.release(id, lease.worker)
            effects.outgoing.append(
                (lease.worker.route, .cancelLease(.with { $0.leases = [id] })))
        }
    }

    private mutating func detach(_ lease: LeaseRecord) {
        lease.worker.leases.remove(lease.id)
        if !lease.settled { lease.job.release(lease.id, lease.worker) }
        if let parent = lease.parent { leases[parent]?.copies.removeAll { $0 == lease.id } }
        enqueue(lease.worker)
    }
}

extension JobRecord {
    fileprivate var hasFree: Bool {
        state == .running && (!free.isEmpty || !checks.open.isEmpty)
    }

    fileprivate func hasFree(for worker: WorkerRecord) -> Bool {
        state == .running && hasWork(for: worker.party) && !shuns(worker)
    }
}

extension DyadicRange {
    var wire: WireIndexRange {
        .with {
            $0.start = start
            $0.level = UInt32(level)
        }
    }

    init?(_ wire: WireIndexRange) {
        self.init(start: wire.start, level: Int(wire.level))
    }
}
