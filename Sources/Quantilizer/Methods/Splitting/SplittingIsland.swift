// SPDX-License-Identifier: Apache-2.0

/// One island: M particles taken through levels, and a weight that makes a particle of the last
/// level properly weighted: E[weight · c(particle)] ≤ E_γ[c] for every c ≥ 0.
///
/// It does not choose levels: levels and steps come from outside.
///
/// **Determinism**: a function of (job, island, levels, steps).
/// **Complexity**: M · (1 + levels · moves) evaluations of the utility.
///
/// Cérou, Del Moral, Furon, Guyader 2012, doi:10.1007/s11222-011-9231-6.
struct SplittingIsland: ~Copyable {
    private(set) var cloud: ParticleCloud
    /// The utility and every cost over the first draws, which are base draws.
    private(set) var moments: [Moments]
    private let resampling: RandomStream
    private let first: UInt64
    private var step: UInt32 = 1
    /// Each particle's ancestor among the first draws.
    private var ancestors: [Int]

    /// An island at γ: its particles drawn, no level passed.
    init(job: CompiledJob, settings: SplittingSettings, island: UInt64) {
        let count = settings.particles
        let functions = [job.utilities[0].utility] + job.costs.map(\.utility)
        let centres = job.firstCentres
        first = island << UInt64(settings.particleBits)
        resampling = RandomStream(seed: job.settings.seed, domain: .resample)
        ancestors = Array(0..<count)
        cloud = ParticleCloud(
            base: job.base, functions: functions, count: count, seed: job.settings.seed,
            first: first)
        var trees = functions.map { _ in MomentTree() }
        var lanes = LaneList(capacity: ParticleCloud.lanes)
        cloud.drawAll { results in
            for column in trees.indices {
                var block = BlockMoments.of(
                    results, column: column, lanes: ParticleCloud.lanes, centre: centres[column])
                if column > 0 {
                    // NaN counts as neither.
                    Kernels.select(
                        results, column: column, lanes: ParticleCloud.lanes,
                        atLeast: Key.orderedBits(0), into: &lanes)
                    block.negative = UInt64(ParticleCloud.lanes - lanes.count) - block.nan
                    if block.nan > 0 {
                        block.failed = FailedSample.count(
                            results, column: column, lanes: ParticleCloud.lanes)
                    }
                }
                trees[column].add(block)
            }
        }
        moments = trees.map(\.root)
    }

    /// Particles at or above a level.
    func survivors(of level: Level) -> [Int] {
        (0..<cloud.count).filter { cloud.isAlive($0) && cloud.levels[$0] >= level }
    }

    /// Fills the first `count` places, all by default, with copies of survivors, each survivor's
    /// expected number of them being count/survivors: ⌊count/survivors⌋, and one more for a random few.
    mutating func resample(_ survivors: [Int], number: UInt32, count: Int? = nil) {
        precondition(!survivors.isEmpty && number < .max)
        let count = count ?? cloud.count
        let extra = count % survivors.count
        let ranked = inRandomOrder(survivors, block: number)
        var parents: [Int] = []
        // A survivor that has copies, and a place among them, stays there as one of them.
        var stays = [Bool](repeating: false, count: count)
        for (rank, survivor) in ranked.enumerated() {
            var copies = count / survivors.count + (rank < extra ? 1 : 0)
            if copies > 0, survivor < count {
                stays[survivor] = true
                copies -= 1
            }
            for _ in 0..<copies { parents.append(survivor) }
        }
        var next = 0
        for particle in 0..<count where !stays[particle] {
            cloud.copy(parents[next], to: particle)
            ancestors[particle] = ancestors[parents[next]]
            next += 1
        }
    }

    /// One move on every particle; returns how many were accepted.
    mutating func move(_ move: Move, level: Level) -> Int {
        defer { step += 1 }
        return cloud.move(move, level: level, step: step)
    }

    /// Makes room for what follows a level: copies of survivors everywhere, or one at the head of
    /// each chain.
    mutating func renew(_ survivors: [Int], number: Int, settings: SplittingSettings) {
        resample(
            survivors, number: UInt32(number), count: settings.isChained ? settings.chains : nil)
    }

    /// Move `number` after a level: of every particle, or of every chain's last one, whose place is
    /// kept and whose next one follows it. Returns how many were accepted.
    mutating func advance(
        _ move: Move, number: Int, level: Level, settings: SplittingSettings
    ) -> Int {
        guard settings.isChained else { return self.move(move, level: level) }
        defer { step += 1 }
        let chains = settings.chains
        let to = (number + 1) * chains
        for chain in 0..<chains { ancestors[to + chain] = ancestors[chain] }
        return cloud.move(
            move, level: level, step: step, from: to - chains, to: to, count: chains)
    }

    /// How many of the first draws still have descendants.
    var distinctAncestors: Int { Set(ancestors).count }

    /// How many of the first draws have descendants among some particles.
    func distinctAncestors(of particles: [Int]) -> Int {
        Set(particles.map { ancestors[$0] }).count
    }

    /// The standard deviation of some particles in each slot, see ``ParticleCloud``.
    func spread(of particles: [Int]) -> [Double] { cloud.spread(of: particles) }

    /// The particles in a random order that does not look at them.
    func shuffled() -> [Int] { inRandomOrder(Array(0..<cloud.count), block: .max) }

    private func inRandomOrder(_ particles: [Int], block: UInt32) -> [Int] {
        particles
            .map { (resampling.word(index: first + UInt64($0), block: block), $0) }
            .sorted { $0 < $1 }.map(\.1)
    }

    /// Fills the cloud's values and results with the block of particles from `start`.
    mutating func measure(start: Int) { cloud.measure(start: start) }
}
