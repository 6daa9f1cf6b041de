// SPDX-License-Identifier: Apache-2.0

/// A particle of an island's last level, with what is measured on it.
struct Particle: Sendable, Equatable {
    /// Its number in the island.
    var number: UInt32
    var utility: Double
    var value: [Double]
    /// Of a text, as it was drawn.
    var record: SampleRecord?
}

/// What one island found: how many survived, and for production its particles in a random order.
struct IslandRecord: Sendable, Equatable {
    var evaluations: UInt64 = 0
    /// Particles that reached each level; as short as the island lived.
    var survivors: [UInt32] = []
    /// Moves accepted after each level.
    var accepted: [UInt64] = []
    var distinctAncestors: UInt32 = 0
    /// Production: last particles whose utility is the last level's.
    var tied: UInt32 = 0
    /// The utility and the costs over the first draws.
    var moments: [Moments] = []
    /// Pilot: what it found.
    var plan = SplittingPlan()
    /// Calibration: the last particles' levels.
    var levels: [Level] = []
    /// Production: the first particles in random order.
    var particles: [Particle] = []
    /// Production: the utility and the costs over the last particles.
    var top: [TopMoments] = []

    /// Of texts, particles that were not lost after the last level.
    var living: UInt32?
    /// Of texts, what drawing took. It travels with the range.
    var usage: RecordUsage?

    /// ∏ survivors/M, times living/M of texts, 0 where the island died out before its plan's last level.
    func weight(levels: Int, particles: Int) -> Double {
        let whole = living.map { Double($0) / Double(particles) } ?? 1
        guard survivors.count == levels, survivors.last != 0 else {
            return levels == 0 ? whole : 0
        }
        return survivors.reduce(whole) { $0 * (Double($1) / Double(particles)) }
    }
}

extension IslandRecord {
    /// Runs an island; nil where cancelled.
    static func run(
        _ pass: SplittingPass, island number: UInt64, job: CompiledJob, isCancelled: () -> Bool
    ) -> IslandRecord? {
        guard let settings = job.settings.method.splitting else { return nil }
        var island = SplittingIsland(
            job: job, settings: settings, island: pass.phase.firstIsland + number)
        var record = IslandRecord()
        record.moments = island.moments
        if pass.phase == .pilot {
            guard
                let plan = SplittingPilot.run(
                    &island, job: job, settings: settings, isCancelled: isCancelled)
            else { return nil }
            record.plan = plan
        } else {
            for (number, level) in pass.plan.levels.enumerated() {
                if isCancelled() { return nil }
                let survivors = island.survivors(of: level)
                record.survivors.append(UInt32(survivors.count))
                if survivors.isEmpty { break }
                // The probability of an event is known once its particles are counted.
                if job.isEstimate, number == pass.plan.levels.count - 1 {
                    record.distinctAncestors = UInt32(island.distinctAncestors(of: survivors))
                    break
                }
                island.renew(survivors, number: number, settings: settings)
                var accepted = 0
                let moves = settings.moves(pass.plan.steps[number], base: job.base)
                for (place, move) in moves.enumerated() {
                    accepted += island.advance(
                        move, number: place, level: level, settings: settings)
                }
                record.accepted.append(UInt64(accepted))
            }
            if !job.isEstimate { record.distinctAncestors = UInt32(island.distinctAncestors) }
        }
        if island.cloud.texts != nil { record.bury(&island) }
        record.evaluations = island.cloud.evaluations
        record.moments[0].failed = island.cloud.failures
        guard record.survivors.last != 0 else { return record }
        switch pass.phase {
        case .pilot: break
        case .calibration: record.levels = island.cloud.levels
        case .production where job.isEstimate: break
        case .production:
            let last = pass.plan.levels.last ?? .lowest
            record.tied = UInt32(island.cloud.levels.count { $0.bits == last.bits })
            record.collect(&island, job: job)
        }
        return record
    }

    /// Particles that an island brings: no more than all draws could take.
    static func particlesKept(_ job: CompiledJob, _ settings: SplittingSettings) -> Int {
        min(settings.particles, job.settings.draws)
    }

    /// Counts the particles whose text was not lost, and puts copies of them in the others' places, as
    /// after a level.
    private mutating func bury(_ island: inout SplittingIsland) {
        usage = island.cloud.texts?.usage
        let alive = (0..<island.cloud.count).filter { island.cloud.isAlive($0) }
        living = UInt32(alive.count)
        if alive.isEmpty {
            if survivors.last ?? 0 > 0 {
                survivors[survivors.count - 1] = 0
                accepted.removeLast()
            }
        } else if alive.count < island.cloud.count {
            island.resample(alive, number: UInt32(survivors.count))
        }
    }

    private mutating func collect(_ island: inout SplittingIsland, job: CompiledJob) {
        guard let settings = job.settings.method.splitting else { return }
        let kept = Self.particlesKept(job, settings)
        let order = island.shuffled()
        var rank = [Int](repeating: 0, count: order.count)
        for (place, particle) in order.enumerated() { rank[particle] = place }
        let centres = job.firstCentres
        top = [TopMoments](repeating: TopMoments(), count: centres.count)
        particles = [Particle](repeating: Particle(number: 0, utility: 0, value: []), count: kept)
        for start in stride(from: 0, to: order.count, by: ParticleCloud.lanes) {
            island.measure(start: start)
            for lane in 0..<ParticleCloud.lanes {
                for column in centres.indices {
                    top[column].add(
                        island.cloud.results[column, lane], centre: centres[column])
                }
                let place = rank[start + lane]
                guard place < kept else { continue }
                particles[place] = Particle(
                    number: UInt32(start + lane),
                    utility: island.cloud.levels[start + lane].utility,
                    value: (0..<job.base.dimension).map { island.cloud.values[$0, lane] },
                    record: island.cloud.texts?.records[start + lane])
            }
        }
        for column in top.indices {
            top[column] = top[column].trimmed
        }
    }
}
