// SPDX-License-Identifier: Apache-2.0

/// The base samples that means, spreads and counts of what is no number are over.
///
/// A sample that cannot be among the kept need not be drawn whole, unless something is measured on it. So of a
/// job that has no costs the first 2^22 samples are measured, and of the others 1,024 in every 65,536.
///
/// **Determinism**: a function of the index, so neither the number of samples nor any cut matters.
public enum MeasuredShare: String, Sendable, Hashable {
    /// All samples.
    case all
    /// The first 2^22, and of the others 1,024 in every 65,536.
    case part

    /// Samples that are measured in any case.
    static let whole: UInt64 = 1 << 22
    /// Of so many samples beyond them …
    static let period: UInt64 = 1 << 16
    /// … the first so many are measured.
    static let portion: UInt64 = 1 << 10

    /// Whether a sample is measured, and the first later one of which the opposite may be true. Both change at
    /// multiples of 1,024.
    func measures(_ index: UInt64) -> (Bool, until: UInt64) {
        guard self == .part else { return (true, .max) }
        if index < Self.whole { return (true, Self.whole + Self.portion) }
        let start = index & ~(Self.period - 1)
        return index - start < Self.portion
            ? (true, start + Self.portion) : (false, start + Self.period)
    }

    /// How many samples of a range are measured.
    ///
    /// **Complexity**: O(1).
    public func count(in range: Range<UInt64>) -> UInt64 {
        below(range.upperBound) - below(range.lowerBound)
    }

    private func below(_ index: UInt64) -> UInt64 {
        guard self == .part, index > Self.whole else { return index }
        let (periods, rest) = (index - Self.whole).quotientAndRemainder(dividingBy: Self.period)
        return Self.whole + periods * Self.portion + min(rest, Self.portion)
    }
}
