// SPDX-License-Identifier: Apache-2.0

/// One utility of a job over the job's first block of samples, as often as asked: what a measurement
/// of the utility alone calls.
public struct UtilityTrial: ~Copyable {
    private var sampler: BlockSampler

    /// Samples of a block.
    public static let lanes = BlockSampler.lanes

    /// Draws the block. Nil where the job has no such utility, or it is computed outside the formula
    /// language.
    public init?(job: CompiledJob, utility: Int) {
        guard job.utilities.indices.contains(utility), !job.utilities[utility].isExternal else {
            return nil
        }
        sampler = BlockSampler(
            seed: job.settings.seed, base: job.base, columns: [job.utilities[utility].utility])
        sampler.sample(domain: .base, start: 0, lanes: Self.lanes)
    }

    /// Evaluates the utility over the block, so many times. The sum of the last results.
    ///
    /// **Complexity**: O(times · lanes · operations), no allocation.
    public mutating func evaluate(times: Int) -> Double {
        for _ in 0..<times { sampler.apply(lanes: Self.lanes) }
        var sum = 0.0
        for lane in 0..<Self.lanes { sum += sampler.results[0, lane] }
        return sum
    }
}
