// SPDX-License-Identifier: Apache-2.0

/// Samples and their functions, many blocks at a time, for functions that like large batches: a
/// process answers a batch of 8,192 about as fast as one of 256.
///
/// It is for one thread. A chunk begins at a multiple of its size, so that how leases are cut does not
/// move the batches of the ranges inside them.
///
/// **Determinism**: a sample's results do not depend on its batch, as far as the functions keep to
/// that.
struct ChunkSampler: ~Copyable {
    private let lanes: Int
    private var sampler: BlockSampler
    private var domain = Domain.base
    /// The samples at hand.
    private var held: Range<UInt64> = 0..<0

    init(_ work: Workload, functions: [any Utility]) {
        let wanted = functions.reduce(work.recorded?.batchLanes ?? BlockSampler.lanes) {
            max($0, ($1 as? any ExternalFunction)?.batchLanes ?? 0)
        }
        let columns = work.base.dimension + work.base.noise.normals + work.base.noise.words
        let allowed = Limits.batchBytes / (8 * max(1, columns))
        lanes = max(BlockSampler.lanes, min(wanted, allowed) & ~(BlockSampler.lanes - 1))
        sampler = BlockSampler(
            seed: work.seed, base: work.base, columns: functions, capacity: lanes)
    }

    /// Fills `results` with the block of samples from `start`; `end` is where those asked for end.
    mutating func fill(
        _ results: inout Columns, domain: Domain, start: UInt64, lanes count: Int, end: UInt64
    ) {
        if domain != self.domain || !held.contains(start) {
            let size = UInt64(lanes)
            let last = min(end, (start / size + 1) * size)
            sampler.evaluate(domain: domain, start: start, lanes: Int(last - start))
            held = start..<last
            self.domain = domain
        }
        let offset = Int(start - held.lowerBound)
        for column in 0..<results.count {
            for lane in 0..<count {
                results[column, lane] = sampler.results[column, offset + lane]
            }
        }
    }

    /// Forgets the samples at hand: a range that is evaluated again asks its functions again.
    mutating func forget() { held = 0..<0 }

    /// What was drawn of a recorded base, and forgets it.
    mutating func takeDrawn() -> DrawnRecords { sampler.takeDrawn() }
}
