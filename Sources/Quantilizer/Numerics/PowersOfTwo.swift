// SPDX-License-Identifier: Apache-2.0

extension Double {
    /// x·2^exponent, rounded once where it is subnormal; 0 and ±∞ beyond the range.
    ///
    /// **Determinism**: exact wherever the result is a normal number.
    func timesPowerOfTwo(_ exponent: Int) -> Double {
        exponent == 0 || self == 0
            ? self : Double(sign: .plus, exponent: exponent, significand: self)
    }
}
