// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What is kept of jobs that have ended, and whose turn it is: nobody's jobs push out another's.
extension Coordinator {
    /// Forgets ended jobs until another one fits: of its own owner first, then of whoever has most;
    /// of others only what is old enough. False where that does not make room.
    ///
    /// Cancelled and failed jobs go before results, older ones before newer ones.
    mutating func makeRoom(
        for weight: Int, of owner: JobOwner?, _ effects: inout CoordinatorEffects
    ) -> Bool {
        func fits() -> Bool {
            jobs.count < PoolLimits.jobs && jobBytes + weight <= PoolLimits.jobBytes
        }
        if fits() { return true }
        var holdings: [String?: Holding] = [:]
        for job in jobs.values { holdings[job.owner?.key, default: Holding()].add(job) }
        let share = Double(PoolLimits.jobs) / Double(max(1, holdings.count))
        let bytes = Double(PoolLimits.jobBytes) / Double(max(1, holdings.count))
        func isOver(_ holding: Holding) -> Bool {
            Double(holding.count) > share || Double(holding.bytes) > bytes
        }
        while !fits() {
            // Who has more than a share gives first; the submitter of its own at any time.
            let order = holdings.filter { !$0.value.ended.isEmpty }.sorted {
                ($0.value.count, $0.value.bytes, $0.key ?? "")
                    > ($1.value.count, $1.value.bytes, $1.key ?? "")
            }
            let own = order.first { $0.key == owner?.key }
            let giver =
                own.flatMap { isOver($0.value) || order.count == 1 ? $0 : nil } ?? order.first
            guard let key = giver?.key ?? own?.key,
                let job = holdings[key]?.oldest(
                    anyAge: key == owner?.key || isOver(holdings[key]!), before: now,
                    keep: options.keepNanoseconds)
            else { return false }
            holdings[key]?.remove(job)
            forget(job, &effects)
        }
        return true
    }

    /// Forgets jobs that ended longer ago than they are kept.
    mutating func forgetOld(_ effects: inout CoordinatorEffects) {
        guard let age = options.forgetNanoseconds, now >= nextForgetting, storeFailure == nil else {
            return
        }
        // Often enough that nothing is kept a tenth too long.
        nextForgetting = now + min(60_000_000_000, max(100_000_000, age / 10))
        let old = jobs.values.filter { job in
            job.state.isOver && job.ended.map { now.since($0) >= age } ?? false
        }
        for job in old.sorted(by: { $0.order < $1.order }) {
            forget(job, &effects)
            lived(job, "is forgotten")
        }
    }

    /// Takes an ended job away for good.
    mutating func forget(_ job: JobRecord, _ effects: inout CoordinatorEffects) {
        guard jobs[job.id] === job else { return }
        jobs[job.id] = nil
        jobBytes -= job.weight
        effects.records.append(.forgotten(job: job.id))
    }

    /// Of the queued jobs of a priority that of the owner with the fewest running ones, the oldest.
    func next(among priority: Int32) -> JobRecord? {
        var active: [String?: Int] = [:]
        for job in running { active[job.owner?.key, default: 0] += 1 }
        var best: (job: JobRecord, active: Int)?
        for job in queued.prefix(while: { $0.priority == priority }) {
            let count = active[job.owner?.key, default: 0]
            if count == 0 { return job }
            if count < best?.active ?? .max { best = (job, count) }
        }
        return best?.job
    }
}

/// What an owner has in the coordinator.
private struct Holding {
    var count = 0
    var bytes = 0
    /// Those that have ended.
    var ended: [JobRecord] = []

    mutating func add(_ job: JobRecord) {
        count += 1
        bytes += job.weight
        if job.state.isOver { ended.append(job) }
    }

    mutating func remove(_ job: JobRecord) {
        count -= 1
        bytes -= job.weight
        ended.removeAll { $0 === job }
    }

    /// The one that is least worth keeping; nil where all are results that are younger than `keep`.
    func oldest(anyAge: Bool, before now: Instant, keep: Int64) -> JobRecord? {
        let least = ended.min {
            ($0.document == nil ? 0 : 1, $0.order) < ($1.document == nil ? 0 : 1, $1.order)
        }
        guard let least else { return nil }
        if anyAge || least.document == nil { return least }
        return now.since(least.ended ?? least.submitted) >= keep ? least : nil
    }
}
