// SPDX-License-Identifier: Apache-2.0

/// The key `attack` and its settings.
struct AskedAttack: AskedMethod {
    static let name = "attack"

    var settings: AttackSettings

    var estimating: Estimating { .withLevel }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedAttack {
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
                try ImportanceSettings.adapted(rest, path: "attack")
            }
            if let read { settings.weighing = read }
            if (settings.weighing.adaptation?.components ?? 1) != 1 {
                map.note("components", "an attack has one shift: leave `components` out")
            }
        }
        try map.finish()
        return AskedAttack(settings: settings)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.attack(settings), instead: "`samples`")
    }
}
