// SPDX-License-Identifier: Apache-2.0

/// `method: splitting` and its settings.
struct AskedSplitting: AskedMethod {
    private static let usual = SplittingSettings()
    private static let ofEvents = SplittingSettings.ofEstimates

    private static let particles = JobParameter(
        "particles",
        .powerOfTwo(
            (1 << SplittingSettings.particleBitsAllowed.lowerBound)...(1
                << SplittingSettings.particleBitsAllowed.upperBound)),
        default: .whole(usual.particles), "Particles of an island.")
    private static let islands = JobParameter(
        "islands", .whole(1...Limits.splittingIslands), default: .whole(usual.islands),
        events: .fallback(.whole(ofEvents.islands)),
        "Islands that answer; of an event with `moves` 10 by default.")
    private static let levels = JobParameter(
        "levels",
        .number(
            JobRange(
                SplittingSettings.levelSharesAllowed.lowerBound,
                SplittingSettings.levelSharesAllowed.upperBound)),
        default: .number(usual.levelShare), events: .fallback(.number(ofEvents.levelShare)),
        "The share of the particles that a level keeps.", also: ["p0"])
    private static let moves = JobParameter(
        "moves", .whole(1...Limits.splittingMoves), default: .whole(usual.moves),
        events: .fallback(.nothing("a `chain`")), "Moves of every particle after each level.")
    private static let chain = JobParameter(
        "chain", .powerOfTwo(2...Limits.splittingMoves), default: .whole(ofEvents.moves + 1),
        events: .only,
        "In place of `moves`, particles of a chain that a survivor heads, all of which stay.")

    static let declaration = SettingsDeclaration(
        .method, "splitting",
        "Small quantiles in about log(1/q) work: islands of particles go down level by level.",
        also: ["subset-simulation", "multilevel-splitting"], of: .withLevel,
        ParameterGroup(
            [particles, islands, levels, moves, chain],
            choices: [.init(keys: [moves.key, chain.key], isOptional: true)]),
        example: "{ particles: 4096, islands: 8 }", page: "methods/splitting.md")

    static let nature = MethodNature(
        kept: .reached, takesReplayed: true, takesRecorded: .ofTexts(with: nil))

    var settings: SplittingSettings

    static func read(
        _ map: inout JobMapping, _ surroundings: MethodSurroundings
    ) -> AskedSplitting {
        var settings = surroundings.isEstimate ? ofEvents : usual
        if map.has(moves.key) {
            // As draws have them; an interval rests on the islands' spread.
            settings = usual
            if surroundings.isEstimate { settings.islands = 10 }
        }
        settings.particleBits =
            map.whole(particles)?.trailingZeroBitCount ?? settings.particleBits
        settings.islands = map.whole(islands, default: settings.islands) ?? settings.islands
        settings.levelShare =
            map.number(levels, default: settings.levelShare) ?? settings.levelShare
        if settings.isChained {
            settings.moves = (map.whole(chain) ?? settings.moves + 1) - 1
        } else {
            settings.moves = map.whole(moves) ?? settings.moves
        }
        return AskedSplitting(settings: settings)
    }

    func numbers(_ keys: inout MethodKeys) -> MethodNumbers? {
        keys.single(.splitting(settings), instead: "`particles` and `islands`")
    }
}

extension SplittingSettings {
    /// The settings as a job file has them.
    var normalised: JSON {
        .object([
            ("particles", .integer(UInt64(particles))), ("islands", .integer(UInt64(islands))),
            ("levels", .number(levelShare)),
            isChained
                ? ("chain", .integer(UInt64(moves + 1))) : ("moves", .integer(UInt64(moves))),
        ])
    }
}
