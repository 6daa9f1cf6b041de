// SPDX-License-Identifier: Apache-2.0

/// The numbers of an attack: how far the base may be shifted, and how hard to look.
public struct AttackSettings: Hashable, Sendable {
    /// The divergence allowed, in nats.
    public var budget: Double
    /// Rounds after the event is within reach.
    public var rounds: Int
    /// Samples of a round and of the final run, and the defensive share.
    public var weighing: ImportanceSettings

    /// Settings, by default those of a job file.
    public init(
        budget: Double, rounds: Int = 12,
        weighing: ImportanceSettings = ImportanceSettings(adaptation: .init())
    ) {
        self.budget = budget
        self.rounds = rounds
        self.weighing = weighing
    }

    /// The attacked law's own share of what is sampled beside the base's.
    static let shiftedShare = 0.1

    /// The most that a sample can weigh under the attacked law.
    var largestWeight: Double { 1 / ((1 - weighing.defensive) * Self.shiftedShare) }

    /// Rounds that may be asked for.
    static let roundsAllowed = 2...60
    /// The largest budget.
    static let mostBudget = 1_000.0

    /// The settings as a job file has them.
    var normalised: JSON {
        .object(
            [("kl", .number(budget)), ("rounds", .integer(UInt64(rounds)))] + weighing.normalised)
    }
}
