// SPDX-License-Identifier: Apache-2.0

/// The only source of chance in a simulation: SplitMix64, so that a seed replays everything.
///
/// Reference: Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195.
struct SimulationRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with a probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Nanoseconds between two bounds, small ones as likely as large ones on a log scale.
    mutating func nanoseconds(_ range: ClosedRange<Int64>) -> Int64 {
        let low = Double(max(1, range.lowerBound))
        let high = Double(max(1, range.upperBound))
        var value = low
        // A product of random halvings of the span needs no logarithm.
        var span = high / low
        while span > 1 {
            let factor = min(span, 2)
            if chance(0.5) { value *= factor }
            span /= 2
        }
        return Int64(min(high, value * (1 + 0.5 * unit())))
    }
}
