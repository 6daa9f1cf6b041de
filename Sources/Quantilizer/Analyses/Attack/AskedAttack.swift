// SPDX-License-Identifier: Apache-2.0

/// The key `attack` and its settings.
struct AskedAttack: AskedMethod {
    private static let usual = AttackSettings(budget: 0)

    private static let budget = JobParameter(
        "kl", .number(JobRange(0, AttackSettings.mostBudget, includesLower: false)), unit: "nats",
        "The divergence allowed.")
    private static let rounds = JobParameter(
        "rounds", .whole(AttackSettings.roundsAllowed), default: .whole(usual.rounds),
        "Steps after the climb to the event.")
    /// An attack has one shift.
    private static let oneShift = ImportanceSettings.components

    static let declaration = SettingsDeclaration(
        .analysis, "attack",
        "Which shift of the base, within a budget, makes an `event` most likely?",
        of: .withLevel,
        ParameterGroup(
            [budget, rounds] + ImportanceSettings.adaptedParameters
                + ImportanceSettings.commonParameters),
        example: "{ kl: 2, rounds: 12 }", page: "analyses.md#attack")

    static let nature = MethodNature()

    var settings: AttackSettings

    static func read(_ map: inout JobMapping, _ surroundings: MethodSurroundings) -> AskedAttack {
        var settings = usual
        settings.budget = map.number(budget) ?? 1
        settings.rounds = map.whole(rounds) ?? settings.rounds
        settings.weighing = .adapted(&map)
        if (settings.weighing.adaptation?.components ?? 1) != 1 {
            map.note(oneShift.key, "an attack has one shift: leave `components` out")
        }
        return AskedAttack(settings: settings)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.attack(settings), instead: "`samples`")
    }
}
