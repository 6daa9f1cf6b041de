// SPDX-License-Identifier: Apache-2.0

/// An adaptive island that finds the levels and the steps which later islands use unchanged.
///
/// Its own particles are not properly weighted, since its levels depend on them: they are thrown
/// away.
enum SplittingPilot {
    /// The share of moves accepted that steps are tuned for.
    static func acceptance(_ settings: SplittingSettings) -> Double {
        settings.isChained ? 0.4 : 0.35
    }

    /// Levels that a pilot takes on its way to an event at most.
    static let mostLevelsToEvent = 600

    /// Goes down, level by level, to a mass of about `aim`; nil where cancelled.
    static func run(
        _ island: inout SplittingIsland, job: CompiledJob, settings: SplittingSettings,
        isCancelled: () -> Bool
    ) -> SplittingPlan? {
        var plan = SplittingPlan()
        var steps = MoveSteps(0.5)
        let target = settings.firstAim(quantile: job.settings.quantiles[0])
        let particles = Double(settings.particles)
        let isEstimate = job.isEstimate
        let proposals = Double(settings.isChained ? settings.chains : settings.particles)
        let longest = settings.isChained ? MoveSteps.longest : 1
        let most = isEstimate ? mostLevelsToEvent : target.levels
        let share =
            isEstimate
            ? settings.levelShare
            : Kernels.exp(Kernels.log(target.mass) / Double(target.levels))
        let keep = min(settings.particles, max(1, Int((share * particles).rounded())))
        while plan.levels.count < most {
            if isCancelled() { return nil }
            var order = island.cloud.levels
            var level = Quickselect.largest(keep, of: &order)
            // Enough particles are in the event: it is the last level.
            if isEstimate, level >= .event { level = .event }
            // Particles that no longer move cannot show the way.
            if let last = plan.levels.last, level <= last { break }
            // Nothing moves after an event.
            if isEstimate, level == .event {
                plan.levels.append(level)
                plan.steps.append(steps)
                break
            }
            let survivors = island.survivors(of: level)
            // Of texts all may have been lost.
            if survivors.isEmpty { break }
            if settings.isChained { steps.spread = island.spread(of: survivors) }
            island.renew(survivors, number: plan.levels.count, settings: settings)
            for number in 0..<settings.moves {
                // The moves of this level follow the steps as they are tuned.
                let move = settings.moves(steps, base: job.base, isTuning: true)[number]
                let accepted = island.advance(
                    move, number: number, level: level, settings: settings)
                steps.tune(
                    move, excess: Double(accepted) / proposals - acceptance(settings),
                    longest: longest)
            }
            plan.levels.append(level)
            plan.steps.append(steps)
        }
        return plan
    }
}
