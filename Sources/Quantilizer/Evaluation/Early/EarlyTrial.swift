// SPDX-License-Identifier: Apache-2.0

/// One utility of a job with and without giving samples up early: what a measurement of that calls.
///
/// Samples are looked for above the utility's upper quantile, by the job's first quantile, of the first samples.
public struct EarlyTrial: ~Copyable {
    private var sampler: SurvivorSampler
    private var whole: BlockSampler
    private let least: Double
    /// Random blocks of a whole sample, two values each.
    public let blocks: Int

    /// Samples that the quantile is taken from.
    private static let pilot = 1 << 16

    /// Nil where the job has no such utility, or nothing can be decided early.
    ///
    /// **Complexity**: evaluates 65,536 samples.
    public init?(job: CompiledJob, utility: Int) {
        guard job.utilities.indices.contains(utility) else { return nil }
        let named = job.utilities[utility]
        let work = Workload(seed: job.settings.seed, base: job.base, utilities: [named], costs: [])
        guard let sampler = SurvivorSampler(work, functions: [named.utility]) else { return nil }
        self.sampler = sampler
        let span = BlockSampler.span(job.base, [named.utility])
        var whole = BlockSampler(
            seed: job.settings.seed, base: job.base, columns: [named.utility], capacity: span)
        blocks = job.base.noise.blocks
        var keys: [UInt64] = []
        for start in stride(from: 0, to: Self.pilot, by: span) {
            whole.evaluate(domain: .base, start: UInt64(start), lanes: span)
            for lane in 0..<span { keys.append(Kernels.key(whole.results[0, lane])) }
        }
        self.whole = whole
        let kept = max(1, Int(job.settings.quantiles[0] * Double(keys.count)))
        least = Kernels.utility(Quickselect.largest(min(kept, keys.count), of: &keys))
    }

    /// What became of some samples.
    public struct Outcome: Sendable {
        /// The samples.
        public var samples: UInt64
        /// The share of them of which each random block was drawn, in the order in which they are drawn.
        public var drawn: [Double]
        /// Those that have the quantile's utility or more.
        public var found: UInt64

        /// Random blocks that a sample took.
        public var blocksASample: Double { drawn.reduce(0, +) }
    }

    /// Looks for samples of the top among so many, giving up the others; nil where that does not pay.
    public mutating func early(samples: Int) -> Outcome? {
        let lanes = sampler.lanes
        var found: UInt64 = 0
        let before = sampler.drawn
        let begun = sampler.begun
        for start in stride(from: 0, to: samples, by: lanes) {
            guard sampler.isWorthwhile(.base, from: UInt64(start), least: least) else { return nil }
            let count = min(lanes, samples - start)
            sampler.evaluate(domain: .base, start: UInt64(start), count: count, least: least)
            for place in 0..<sampler.left.count
            where sampler.results[0, sampler.left[place]] >= least {
                found += 1
            }
            sampler.forget()
        }
        let all = sampler.begun - begun
        return Outcome(
            samples: all,
            drawn: zip(sampler.drawn, before).map { Double($0 - $1) / Double(max(1, all)) },
            found: found)
    }

    /// The same by drawing every sample whole: how many are of the top.
    public mutating func all(samples: Int) -> UInt64 {
        let lanes = whole.results.capacity
        var found: UInt64 = 0
        for start in stride(from: 0, to: samples, by: lanes) {
            let count = min(lanes, samples - start)
            whole.evaluate(domain: .base, start: UInt64(start), lanes: count)
            for lane in 0..<count where whole.results[0, lane] >= least { found += 1 }
        }
        return found
    }
}
