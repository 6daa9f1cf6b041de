// SPDX-License-Identifier: Apache-2.0

/// The numbers of a search for the parameters of a reward.
public struct SearchSettings: Hashable, Sendable {
    /// How the next candidates are chosen.
    public enum Way: String, Sendable, CaseIterable {
        /// Along the gradient (1/σ) E[ε f(θ + σε)] of the smoothed score.
        case evolution
        /// Uniformly in the box.
        case random
    }

    /// A parameter of the reward, between two values.
    public struct Parameter: Hashable, Sendable {
        /// Its name in the formula.
        public var name: String
        /// The least value.
        public var lower: Double
        /// The greatest value.
        public var upper: Double

        /// The value at a share of the way.
        func value(at share: Double) -> Double { lower + share * (upper - lower) }
        /// Halfway.
        var middle: Double { value(at: 0.5) }
    }

    /// The parameters.
    public var parameters: [Parameter]
    /// How candidates are chosen.
    public var way = Way.evolution
    /// Rounds of candidates.
    public var generations = 20
    /// Candidates a round, in pairs that mirror one another.
    public var population = 32
    /// The spread of candidates, as a share of a parameter's range; at the end it is a tenth of that.
    public var sigma = 0.15
    /// The length of a step, in spreads.
    public var rate = 1.0
    /// Samples of an inner quantilizer.
    public var samples = 4_096
    /// Fresh sets of samples for the last comparison.
    public var replicates = 32

    /// Settings, by default those of a job file.
    public init(parameters: [Parameter]) { self.parameters = parameters }

    /// The spread of a generation.
    func spread(_ generation: Int) -> Double {
        sigma * Elementary.pow(10, -Double(generation) / Double(max(1, generations - 1)))
    }

    /// Samples of candidates in all, each evaluated on every base.
    func issued(bases: Int) -> UInt64 {
        UInt64(generations * population + replicates) * UInt64(samples * bases)
    }
}
