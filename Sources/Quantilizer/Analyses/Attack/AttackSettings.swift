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

extension JobSpecReader {
    static func attack(_ node: JobNode) throws(JobError) -> AttackSettings {
        var map = JobMapping(
            node, path: "attack",
            keys: [
                "kl", "rounds", "round", "family", "elite", "components", "defensive", "samples",
            ]
        )
        var settings = AttackSettings(budget: 0)
        let budget = map.double(
            "kl", in: JobRange(0, AttackSettings.mostBudget, includesLower: false))
        settings.budget = budget ?? 1
        settings.rounds =
            map.integer(
                "rounds", in: AttackSettings.roundsAllowed, default: settings.rounds)
            ?? settings.rounds
        let names: Set<String> = ["kl", "rounds"]
        if case .mapping(let entries) = node.content {
            let rest = JobNode(
                .mapping(entries.filter { !names.contains($0.key) && map.has($0.key) }),
                at: node.position)
            let read = map.collect { () throws(JobError) in
                try crossEntropy(rest, path: "attack")
            }
            if let read { settings.weighing = read }
            if (settings.weighing.adaptation?.components ?? 1) != 1 {
                map.note("components", "an attack has one shift: leave `components` out")
            }
        }
        try map.finish()
        return settings
    }
}
