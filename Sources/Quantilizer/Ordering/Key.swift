// SPDX-License-Identifier: Apache-2.0

/// A sample's place in the total order: utility, then a random label, then its index.
///
/// It is not the utility: labels split ties without bias, and no two samples compare equal.
/// Larger is better; NaN is lowest; −0 and +0 are one utility; of equal labels the smaller index wins.
///
/// **Determinism**: a pure function of (seed, domain, utility number, index, utility).
public struct Key: Comparable, Hashable, Sendable {
    /// The utility as monotone bits; 0 for NaN.
    public var bits: UInt64
    /// The tie label, larger first.
    public var label: UInt64
    /// The sample's index, smaller first.
    public var index: UInt64

    /// A key from its parts.
    public init(bits: UInt64, label: UInt64, index: UInt64) {
        self.bits = bits
        self.label = label
        self.index = index
    }

    /// Below or equal to every sample's key.
    public static let lowest = Key(bits: 0, label: 0, index: .max)
    /// Above every sample's key.
    public static let highest = Key(bits: .max, label: .max, index: 0)

    /// The utility, NaN where the sample has none. A negative zero comes back as zero.
    public var utility: Double { Key.utility(ofBits: bits) }

    /// Monotone bits: `a < b` exactly where `orderedBits(a) < orderedBits(b)`; NaN gives 0.
    public static func orderedBits(_ utility: Double) -> UInt64 {
        Kernels.key(utility)
    }

    /// The utility of monotone bits: the inverse of ``orderedBits(_:)``.
    public static func utility(ofBits bits: UInt64) -> Double {
        Kernels.utility(bits)
    }

    /// Whether `a` is worse than `b`.
    public static func < (a: Key, b: Key) -> Bool {
        if a.bits != b.bits { return a.bits < b.bits }
        if a.label != b.label { return a.label < b.label }
        return a.index > b.index
    }
}

extension Key {
    /// The key of a utility, for its value alone.
    init(utility: Double) {
        self.init(bits: Key.orderedBits(utility), label: 0, index: 0)
    }
}
