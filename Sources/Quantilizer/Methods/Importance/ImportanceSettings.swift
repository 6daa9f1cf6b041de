// SPDX-License-Identifier: Apache-2.0

/// The numbers of a job that weighs samples of a proposal.
public struct ImportanceSettings: Hashable, Sendable {
    /// What a proposal may look like that is adapted.
    public enum Family: String, Sendable, CaseIterable {
        /// `full` up to 16 slots of noise, `direction` beyond.
        case automatic = "auto"
        /// A mean and a standard deviation a slot.
        case independent
        /// A mean and a covariance.
        case full
        /// A mean, and a standard deviation along it.
        case direction
    }

    /// How a proposal is found, where the job does not give one.
    public struct Adaptation: Hashable, Sendable {
        /// Samples a round.
        public var round: Int?
        /// The share of a round's samples that the next proposal follows.
        public var elite: Double
        /// The family.
        public var family: Family
        /// Components of the mixture, at most.
        public var components: Int

        /// Settings, by default those of a job file.
        public init(
            round: Int? = nil, elite: Double = 0.1, family: Family = .automatic,
            components: Int = 1
        ) {
            self.round = round
            self.elite = elite
            self.family = family
            self.components = components
        }

        /// Samples a round, a multiple of 256.
        func roundSize(slots: Int) -> Int {
            ImportanceSettings.blocks(round ?? max(2_048, 32 * slots))
        }

        /// The family for so many slots.
        func family(slots: Int) -> Family {
            family == .automatic ? (slots <= 16 ? .full : .direction) : family
        }
    }

    /// The share α of the samples that come from the base itself, so that weights are at most 1/α.
    public var defensive: Double
    /// Samples of the run that gives the draws; the pilot takes as many.
    public var samples: Int
    /// How the proposal is found; nil where the job gives it.
    public var adaptation: Adaptation?

    /// Settings, by default those of a job file.
    public init(
        defensive: Double = 0.1, samples: Int = 8_192, adaptation: Adaptation? = nil
    ) {
        self.defensive = defensive
        self.samples = samples
        self.adaptation = adaptation
    }

    /// Samples, rounded up to whole blocks.
    var blockedSamples: Int { Self.blocks(samples) }

    /// The most that a sample can weigh.
    var largestWeight: Double { 1 / defensive }

    static func blocks(_ count: Int) -> Int { (count + 255) & ~255 }

    /// Base samples that measure means beside the proposal's.
    static let baseSamples: UInt64 = 1_024
    /// Rounds after which adapting is given up.
    static let mostRounds = 60
    /// Slots of noise for which a covariance is fitted.
    static let mostFullSlots = 64
}
