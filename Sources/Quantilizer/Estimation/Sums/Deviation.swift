// SPDX-License-Identifier: Apache-2.0

/// Differences of finite numbers in units of a power of two, where they would overflow or vanish.
enum Deviation {
    /// (value − centre)/2^exponent.
    static func of(_ value: Double, _ centre: Double, in exponent: Int) -> Double {
        let difference = value - centre
        if exponent == 0 { return difference }
        if difference.isFinite { return difference.timesPowerOfTwo(-exponent) }
        return value.timesPowerOfTwo(-exponent) - centre.timesPowerOfTwo(-exponent)
    }

    /// The unit in which a deviation's cube is told well: 1 for those of ordinary size.
    ///
    /// It depends on the deviation alone, so that sums in it do not depend on any order.
    static func unit(_ value: Double, _ centre: Double) -> Int {
        let difference = value - centre
        if !difference.isFinite { return 1200 }
        let exponent = difference == 0 ? 0 : Int(difference.exponent)
        if (-200..<200).contains(exponent) { return 0 }
        let steps = (exponent.magnitude + 200) / 400
        return 400 * (exponent < 0 ? -Int(steps) : Int(steps))
    }

    /// How far a value is above a level, the largest number where that overflows.
    static func excess(_ value: Double, over level: Double) -> Double {
        min(value - level, .greatestFiniteMagnitude)
    }
}
