// SPDX-License-Identifier: Apache-2.0

/// A uniform 64-bit word from a standard normal.
enum NormalScore {
    static let rootHalf = 0.5.squareRoot()

    /// ⌊2⁶⁴ Φ(z)⌋, given erfc(|z|/√2); the upper half is mirrored, so both tails keep their precision.
    static func word(_ z: Double, twoTails: Double) -> UInt64 {
        // Below 2⁶³ as a double; never negative, and no normal of a block is NaN.
        let low = UInt64(min(twoTails * 0x1p63, 0x1p63 - 1024))
        return z < 0 ? low : ~low
    }

    static func word(_ z: Double) -> UInt64 {
        word(z, twoTails: Kernels.erfc(z.magnitude * rootHalf))
    }
}
