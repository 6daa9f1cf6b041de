// SPDX-License-Identifier: Apache-2.0

/// `method: splitting` and its settings.
extension JobSpecReader {
    static func splitting(
        _ node: JobNode, isEstimate: Bool
    ) throws(JobError) -> SplittingSettings {
        var map = JobMapping(
            node, path: "method.splitting", keys: ["particles", "islands", "levels", "moves"])
        var settings = SplittingSettings()
        // An interval rests on the islands' spread.
        if isEstimate { settings.islands = 10 }
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
        let moves = map.integer("moves", in: 1...Limits.splittingMoves, default: settings.moves)
        settings.moves = moves ?? settings.moves
        try map.finish()
        return settings
    }
}

extension SplittingSettings {
    /// The settings as a job file has them.
    var normalised: JSON {
        .object([
            ("particles", .integer(UInt64(particles))), ("islands", .integer(UInt64(islands))),
            ("levels", .number(levelShare)), ("moves", .integer(UInt64(moves))),
        ])
    }
}
