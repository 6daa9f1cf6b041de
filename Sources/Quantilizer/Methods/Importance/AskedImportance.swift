// SPDX-License-Identifier: Apache-2.0

/// `method: importance` and its settings.
struct AskedImportance: AskedMethod {
    static let proposalParameter = JobParameter(
        "proposal", .base,
        "A base to sample in place of the job's, as `{ normal: { mean: [3, 0] } }`.")

    static let declaration = SettingsDeclaration(
        .method, "importance", "Samples a proposal in place of the base, and weighs what it gives.",
        also: ["importance-sampling"], of: .too,
        ParameterGroup([proposalParameter] + ImportanceSettings.commonParameters),
        example: "{ proposal: { normal: { mean: [3, 0] } } }", page: "methods/importance.md")

    static let nature = MethodNature(kept: .reached)

    var settings: ImportanceSettings
    var proposal: JobNode?

    static func read(
        _ map: inout JobMapping, _ surroundings: MethodSurroundings
    ) -> AskedImportance {
        AskedImportance(
            settings: .common(&map), proposal: map.node(proposalParameter) ?? map.node)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.importance(settings), instead: "`samples`")
    }
}

/// `method: cross-entropy` and its settings.
struct AskedCrossEntropy: AskedMethod {
    static let declaration = SettingsDeclaration(
        .method, "cross-entropy",
        "Importance sampling whose proposal is found by itself, over the noise of any base.",
        of: .withLevel,
        ParameterGroup(ImportanceSettings.adaptedParameters + ImportanceSettings.commonParameters),
        example: "{ components: 2 }", page: "methods/cross-entropy.md")

    static let nature = MethodNature(kept: .reached, takesReplayed: true)

    var settings: ImportanceSettings

    static func read(
        _ map: inout JobMapping, _ surroundings: MethodSurroundings
    ) -> AskedCrossEntropy {
        AskedCrossEntropy(settings: .adapted(&map))
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.crossEntropy(settings), instead: "`samples`")
    }
}

extension ImportanceSettings {
    private static let usual = ImportanceSettings()
    private static let usualAdaptation = Adaptation()
    private static let sizes = 256...Limits.weighedSamples

    private static let defensive = JobParameter(
        "defensive", .number(JobRange(0.001, 0.9)), default: .number(usual.defensive),
        "The share of the samples that come from the base itself, so that no weight is above its inverse."
    )
    private static let samples = JobParameter(
        "samples", .whole(sizes), default: .whole(usual.samples),
        "Samples of the pilot, and again of the run that answers.")
    private static let round = JobParameter(
        "round", .whole(sizes), default: .nothing("2048, or 32 a slot of noise where that is more"),
        "Samples a round of fitting.")
    private static let elite = JobParameter(
        "elite", .number(JobRange(0.01, 0.5)), default: .number(usualAdaptation.elite),
        "The share of a round that the next proposal follows.", also: ["rho"])
    private static let family = JobParameter(
        "family", .choice(Family.allCases.map(\.rawValue)),
        default: .text(usualAdaptation.family.rawValue),
        "What the Gaussians look like: `auto` is `full` up to 16 slots of noise, `direction` beyond."
    )
    /// The Gaussians of a proposal.
    static let components = JobParameter(
        "components", .whole(LatentMixture.componentsAllowed),
        default: .whole(usualAdaptation.components), "Gaussians in the proposal.")

    /// What every proposal takes.
    static let commonParameters = [defensive, samples]
    /// What one takes besides that is adapted.
    static let adaptedParameters = [components, family, elite, round]

    fileprivate static func common(_ map: inout JobMapping) -> ImportanceSettings {
        ImportanceSettings(
            defensive: map.number(defensive) ?? usual.defensive,
            samples: map.whole(samples) ?? usual.samples)
    }

    /// Reads the settings of a proposal that is adapted.
    static func adapted(_ map: inout JobMapping) -> ImportanceSettings {
        var settings = common(&map)
        settings.adaptation = Adaptation(
            round: map.whole(round), elite: map.number(elite) ?? usualAdaptation.elite,
            family: map.choice(family, as: Family.self) ?? usualAdaptation.family,
            components: map.whole(components) ?? usualAdaptation.components)
        return settings
    }
}

extension ImportanceSettings {
    /// The settings as a job file has them, without the proposal.
    var normalised: [(String, JSON)] {
        var list: [(String, JSON)] = []
        if let adaptation {
            if let round = adaptation.round { list.append(("round", .integer(UInt64(round)))) }
            list += [
                ("elite", .number(adaptation.elite)),
                ("family", .string(adaptation.family.rawValue)),
                ("components", .integer(UInt64(adaptation.components))),
            ]
        }
        return list + [
            ("defensive", .number(defensive)), ("samples", .integer(UInt64(samples))),
        ]
    }
}
