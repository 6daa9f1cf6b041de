// SPDX-License-Identifier: Apache-2.0

/// `method: importance` and its settings.
struct AskedImportance: AskedMethod {
    static let name = "importance"

    var settings: ImportanceSettings
    var proposal: JobNode?

    var estimating: Estimating { .too }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedImportance {
        var map = JobMapping(
            node, path: "method.importance", keys: ["proposal", "defensive", "samples"])
        var settings = ImportanceSettings()
        ImportanceSettings.common(&map, &settings)
        if !map.has("proposal") {
            map.note(
                nil,
                "missing key `proposal`: a base to sample in place of the job's, as "
                    + "`{ normal: { mean: [3, 0] } }`")
        }
        try map.finish()
        return AskedImportance(settings: settings, proposal: map["proposal"] ?? node)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.importance(settings), instead: "`samples`")
    }
}

/// `method: cross-entropy` and its settings.
struct AskedCrossEntropy: AskedMethod {
    static let name = "cross-entropy"

    var settings: ImportanceSettings

    var estimating: Estimating { .withLevel }

    static func read(
        _ node: JobNode, _ surroundings: MethodSurroundings
    ) throws(JobError) -> AskedCrossEntropy {
        AskedCrossEntropy(settings: try .adapted(node, path: "method.cross-entropy"))
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.crossEntropy(settings), instead: "`samples`")
    }
}

extension ImportanceSettings {
    private static let mostWeighed = Limits.weighedSamples

    fileprivate static func common(_ map: inout JobMapping, _ settings: inout ImportanceSettings) {
        if let share = map.double("defensive", in: .openUnit, default: settings.defensive) {
            if share >= 0.001, share <= 0.9 {
                settings.defensive = share
            } else {
                map.note("defensive", "expected the base's share of the samples, 0.001 to 0.9")
            }
        }
        let samples = map.integer(
            "samples", in: 256...mostWeighed, default: settings.samples)
        settings.samples = samples ?? settings.samples
    }

    /// Reads the settings of a proposal that is adapted.
    static func adapted(_ node: JobNode, path: String) throws(JobError) -> ImportanceSettings {
        var map = JobMapping(
            node, path: path,
            keys: ["round", "elite", "family", "components", "defensive", "samples"])
        var settings = ImportanceSettings()
        var adaptation = ImportanceSettings.Adaptation()
        common(&map, &settings)
        if map.has("round") {
            adaptation.round = map.integer("round", in: 256...mostWeighed)
        }
        if let elite = map.double("elite", in: .openUnit, default: adaptation.elite) {
            if elite >= 0.01, elite <= 0.5 {
                adaptation.elite = elite
            } else {
                map.note("elite", "expected the share that is followed, 0.01 to 0.5")
            }
        }
        let family = map.choice("family", of: "family", default: adaptation.family)
        adaptation.family = family ?? adaptation.family
        let components = map.integer(
            "components", in: LatentMixture.componentsAllowed, default: adaptation.components)
        adaptation.components = components ?? adaptation.components
        settings.adaptation = adaptation
        try map.finish()
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
