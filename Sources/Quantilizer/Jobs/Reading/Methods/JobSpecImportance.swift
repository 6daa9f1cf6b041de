// SPDX-License-Identifier: Apache-2.0

/// `method: importance` and `method: cross-entropy` with their settings.
extension JobSpecReader {
    private static let mostWeighed = Limits.weighedSamples

    private static func common(_ map: inout JobMapping, _ settings: inout ImportanceSettings) {
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

    static func importance(
        _ node: JobNode
    ) throws(JobError) -> (settings: ImportanceSettings, proposal: JobNode) {
        var map = JobMapping(
            node, path: "method.importance", keys: ["proposal", "defensive", "samples"])
        var settings = ImportanceSettings()
        common(&map, &settings)
        if !map.has("proposal") {
            map.note(
                nil,
                "missing key `proposal`: a base to sample in place of the job's, as "
                    + "`{ normal: { mean: [3, 0] } }`")
        }
        try map.finish()
        return (settings, map["proposal"] ?? node)
    }

    static func crossEntropy(
        _ node: JobNode, path: String = "method.cross-entropy"
    ) throws(JobError) -> ImportanceSettings {
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

    /// The proposal of `method: importance`, which must be weighed against the base.
    mutating func readProposal(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> (any BaseDistribution)? {
        guard let node = proposalNode, let base else { return nil }
        let path = "method.importance.proposal"
        return map.collect { () throws(JobError) -> any BaseDistribution in
            let proposal = try BaseRegistry.make(node, resources: resources, path: path)
            guard proposal.dimension == base.dimension else {
                throw JobError(
                    at: node.position, path: path,
                    "the proposal has \(proposal.dimension) values, the base \(base.dimension)")
            }
            guard let own = base.densityMeasures else {
                throw JobError(
                    at: node.position, path: path,
                    "the base has no density, being continuous in part and discrete in part at the "
                        + "same values: take `cross-entropy` or `splitting`")
            }
            guard let other = proposal.densityMeasures, own == other else {
                throw JobError(
                    at: node.position, path: path,
                    "the proposal must be continuous where the base is, and discrete where it is")
            }
            return proposal
        }
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
