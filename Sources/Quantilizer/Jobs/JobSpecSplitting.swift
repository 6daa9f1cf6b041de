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

    mutating func splitting(_ settings: SplittingSettings, _ quantiles: [Double]) -> Numbers? {
        let before = map.diagnostics.count
        for key in ["samples", "precision"] where map.has(key) {
            map.note(
                key,
                "splitting does not use `\(key)`: leave it out, and give `particles` and `islands` "
                    + "under `method: splitting` for more precision")
        }
        if isEstimate {
            return map.diagnostics.count == before ? .estimate(.splitting(settings)) : nil
        }
        if let node = map["utilities"], case .mapping(let entries) = node.content,
            entries.count > 1
        {
            map.note("utilities", "splitting goes down one utility: make a job of each")
        }
        if quantiles.count > 1 {
            map.note("quantiles", "splitting goes down to one quantile: make a job of each")
        }
        guard let quantile = quantiles.first else {
            map.note(nil, "missing key `quantile`: the share of the base's mass to draw from")
            return nil
        }
        if quantile < 1e-300 {
            map.note("quantile", "splitting goes down to quantiles of 1e-300")
        }
        guard map.diagnostics.count == before else { return nil }
        return Numbers(
            samples: 1, quantiles: [quantile], method: .splitting(settings), precision: nil,
            asked: nil)
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
