// SPDX-License-Identifier: Apache-2.0

/// The numbers of `method: minimax`.
public struct MinimaxSettings: Sendable, Hashable {
    /// How far the true utility may fall short of the utility, in the L^s norm over the base.
    public enum Shortfall: Sendable, Hashable {
        /// ε itself.
        case given(Double)
        /// An upper bound of ε from pairs of utility and true utility in a file.
        case pairs(file: String, bound: Double?, epsilon: Double)
        /// The same from the pilot, where a cost of the job is the true utility.
        case cost(name: String, bound: Double?)
    }

    /// ε, or where it comes from.
    public var shortfall: Shortfall
    /// The order s of the norm; 1 is the quantilizer.
    public var order: Int
    /// Samples of the pilot.
    public var pilot: Int
    /// For orders above 1, the share of the weight that may be cut off at the top.
    public var cap: Double

    /// Settings, by default those of a job file.
    public init(shortfall: Shortfall, order: Int = 1, pilot: Int = 65_536, cap: Double = 0.01) {
        self.shortfall = shortfall
        self.order = order
        self.pilot = pilot
        self.cap = cap
    }

    /// The confidence of a measured ε: half the error, as the value it goes into has an error of its own.
    static func measuring(_ confidence: Double) -> Double { (1 + confidence) / 2 }
}

/// The numbers of `method: tilt`.
public struct TiltSettings: Sendable, Hashable {
    /// How strongly the law is tilted.
    public enum Strength: Sendable, Hashable {
        /// β of exp(U/β).
        case beta(Double)
        /// The divergence of the tilted law from the base, in nats, of which a pilot finds β.
        case divergence(Double)
    }

    /// How strongly.
    public var strength: Strength
    /// The share of the samples to keep; nil for what the cap leaves.
    public var quantile: Double?
    /// Samples of the pilot.
    public var pilot: Int
    /// Without a quantile, the share of the weight that may be cut off at the top.
    public var cap: Double

    /// Settings, by default those of a job file.
    public init(
        strength: Strength, quantile: Double? = nil, pilot: Int = 65_536, cap: Double = 0.01
    ) {
        self.strength = strength
        self.quantile = quantile
        self.pilot = pilot
        self.cap = cap
    }
}
