// SPDX-License-Identifier: Apache-2.0

/// `method: splitting` and its settings.
extension JobSpecReader {
    static func splitting(
        _ node: JobNode, isEstimate: Bool
    ) throws(JobError) -> SplittingSettings {
        var map = JobMapping(
            node, path: "method.splitting",
            keys: ["particles", "islands", "levels", "moves"] + (isEstimate ? ["chain"] : []))
        var settings = isEstimate ? SplittingSettings.ofEstimates : SplittingSettings()
        if map.has("moves") {
            // As draws have them; an interval rests on the islands' spread.
            settings = SplittingSettings()
            if isEstimate { settings.islands = 10 }
            if map.has("chain") {
                map.note("chain", "give `moves` of every particle, or the length of a `chain`")
            }
        }
        let least = 1 << SplittingSettings.particleBitsAllowed.lowerBound
        let most = 1 << SplittingSettings.particleBitsAllowed.upperBound
        if let particles = map.integer("particles", in: least...most, default: settings.particles) {
            if particles.nonzeroBitCount == 1 {
                settings.particleBits = particles.trailingZeroBitCount
            } else {
                map.note("particles", "expected a power of two from \(least) to \(most)")
            }
        }
        let islands = map.integer(
            "islands", in: 1...Limits.splittingIslands, default: settings.islands)
        settings.islands = islands ?? settings.islands
        if let share = map.double("levels", in: .openUnit, default: settings.levelShare) {
            let allowed = SplittingSettings.levelSharesAllowed
            if allowed.contains(share) {
                settings.levelShare = share
            } else {
                map.note(
                    "levels",
                    "expected the share that a level keeps, from "
                        + "\(Number.text(allowed.lowerBound)) to \(Number.text(allowed.upperBound))"
                )
            }
        }
        if settings.isChained {
            let most = Limits.splittingMoves
            if let chain = map.integer("chain", in: 2...most, default: settings.moves + 1) {
                if chain.nonzeroBitCount == 1 {
                    settings.moves = chain - 1
                } else {
                    map.note("chain", "expected a power of two from 2 to \(most)")
                }
            }
        } else {
            let moves = map.integer(
                "moves", in: 1...Limits.splittingMoves, default: settings.moves)
            settings.moves = moves ?? settings.moves
        }
        try map.finish()
        return settings
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
