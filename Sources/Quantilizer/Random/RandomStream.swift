// SPDX-License-Identifier: Apache-2.0

/// The random numbers of one seed and purpose, addressed by sample index and block.
///
/// It has no position: a sample *is* its index, and any part can be made anywhere, in any order.
///
/// **Determinism**: a function of (seed, domain, index, block).
public struct RandomStream: Sendable, Hashable {
    /// The job's seed: Philox's key.
    public var seed: UInt64
    /// What the numbers are for.
    public var domain: Domain

    /// A stream.
    public init(seed: UInt64, domain: Domain) {
        self.seed = seed
        self.domain = domain
    }

    /// The two 64-bit words of a block.
    public func words(index: UInt64, block: UInt32) -> (low: UInt64, high: UInt64) {
        let counter = SIMD4(
            UInt32(truncatingIfNeeded: index), UInt32(index >> 32), block, domain.rawValue)
        let r = Philox4x32(seed: seed).block(counter)
        return (UInt64(r[0]) | UInt64(r[1]) << 32, UInt64(r[2]) | UInt64(r[3]) << 32)
    }

    /// One word of a block: half 0 is the low one, half 1 the high one.
    public func word(index: UInt64, block: UInt32, half: Int = 0) -> UInt64 {
        let pair = words(index: index, block: block)
        return half == 0 ? pair.low : pair.high
    }
}
