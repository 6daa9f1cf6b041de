// SPDX-License-Identifier: Apache-2.0

extension SplittingReport {
    /// How the islands came down, from the first level to the last; empty where some of what they moved
    /// was lost on the way, as texts may be.
    func course(_ job: CompiledJob) -> [ReachedLevel] {
        guard records.allSatisfy({ $0.living == nil }) else { return [] }
        let particles = Double(settings.particles)
        let acceptance = acceptance
        return plan.levels.indices.map { number in
            let there = records.filter { $0.survivors.count > number }
            let shares = there.map { Double($0.survivors[number]) / particles }
            let weights = records.map { $0.weight(upTo: number, particles: settings.particles) }
            let mass = weights.reduce(0, +) / Double(weights.count)
            return ReachedLevel(
                utility: plan.levels[number].utility, mass: mass,
                interval: interval(
                    of: weights, mass: mass, levels: number + 1,
                    confidence: job.settings.confidence),
                survived: Interval(shares.min() ?? 0, shares.max() ?? 0),
                acceptance: acceptance.indices.contains(number) ? acceptance[number] : nil)
        }
    }

    private func interval(
        of weights: [Double], mass: Double, levels: Int, confidence: Double
    ) -> Interval {
        let first = firstLevel(confidence)
        if levels == 1 { return first }
        guard mass > 0 else { return Interval(0, first.upper) }
        return IslandMass(
            weights: weights, leastVariation: settings.idealVariation(levels: levels, mass: mass),
            chanceShare: isEstimate ? IslandMass.chanceOfEstimates : 1
        ).interval(confidence: confidence)
    }
}

extension IslandRecord {
    /// ∏ survivors/M down to a level, 0 where the island died out before.
    fileprivate func weight(upTo level: Int, particles: Int) -> Double {
        guard survivors.count > level else { return 0 }
        return survivors.prefix(level + 1).reduce(1) { $0 * (Double($1) / Double(particles)) }
    }
}
