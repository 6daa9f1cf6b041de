// SPDX-License-Identifier: Apache-2.0

/// Philox4x32-10: four random 32-bit words as a function of a counter and a key.
///
/// It is not a generator with a state, and not a cipher: anybody who knows the key knows the words.
/// This is the plain form; the kernels compute the same words by columns.
///
/// **Determinism**: the same words everywhere. **Complexity**: ten rounds of two multiplications.
///
/// Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as 1, 2, 3*, SC 2011,
/// doi:10.1145/2063384.2063405.
public struct Philox4x32: Sendable, Hashable {
    /// The first half of the key.
    public var key0: UInt32
    /// The second half of the key.
    public var key1: UInt32

    /// A key in two halves.
    public init(key0: UInt32, key1: UInt32) {
        self.key0 = key0
        self.key1 = key1
    }

    /// The key of a seed: its low half, then its high half.
    public init(seed: UInt64) {
        self.init(key0: UInt32(truncatingIfNeeded: seed), key1: UInt32(seed >> 32))
    }

    /// The block of a counter, lane 0 first.
    public func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var (k0, k1) = (key0, key1)
        for _ in 0..<10 {
            let p0 = UInt64(c0) &* 0xD251_1F53
            let p1 = UInt64(c2) &* 0xCD9E_8D57
            c0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
            c1 = UInt32(truncatingIfNeeded: p1)
            c2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            c3 = UInt32(truncatingIfNeeded: p0)
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }
}
