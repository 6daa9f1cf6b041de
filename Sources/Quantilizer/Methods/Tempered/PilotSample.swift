// SPDX-License-Identifier: Apache-2.0

/// The utilities of a pilot, and what they say of weights and levels.
///
/// Samples that are not numbers, and those of −∞, count but weigh nothing.
struct PilotSample {
    /// All samples.
    let count: Double
    /// The finite utilities, the best first.
    let utilities: [Double]

    /// Nil where there is no finite utility, or an infinite one.
    init?(_ candidates: Candidates, of count: Int) {
        self.count = Double(count)
        let all = candidates.keys.map(\.utility)
        utilities = all.filter(\.isFinite).sorted(by: >)
        if utilities.isEmpty || all.contains(.infinity) { return nil }
    }

    /// Of finite utilities alone, at least one.
    init(_ utilities: [Double]) {
        precondition(!utilities.isEmpty, "a pilot has a sample")
        count = Double(utilities.count)
        self.utilities = utilities.sorted(by: >)
    }

    var best: Double { utilities[0] }
    private var worst: Double { utilities[utilities.count - 1] }

    // MARK: Levels

    /// The mean of (U − t)₊^s, in units of 2^(unit·s).
    func excess(over level: Double, order: Int, unit: Int = 0) -> Double {
        var sum = 0.0
        for utility in utilities {
            guard utility > level else { break }
            sum += Tempering.power((utility - level).timesPowerOfTwo(-unit), order)
        }
        return sum / count
    }

    /// The level t at which the mean of (U − t)₊^s is ε^s.
    func level(error: Double, order: Int) -> Double {
        // In units of ε, so that powers neither vanish nor overflow.
        let unit = Int(error.exponent)
        let wanted = Tempering.power(error.timesPowerOfTwo(-unit), order)
        let high = best
        var low = worst
        var step = max(error, high - low)
        while excess(over: low, order: order, unit: unit) < wanted, step.isFinite {
            low -= step
            step *= 2
        }
        return Self.bisect(low, high) { excess(over: $0, order: order, unit: unit) >= wanted }
    }

    /// The share of the samples above a level.
    func share(above level: Double) -> Double {
        Double(utilities.prefix { $0 > level }.count) / count
    }

    // MARK: Tilts

    /// The divergence of the tilted law from the base, in nats.
    func divergence(beta: Double) -> Double {
        var total = 0.0
        var mean = 0.0
        for utility in utilities {
            let log = (utility - best) / beta
            let weight = Elementary.exp(log)
            total += weight
            mean += weight * log
        }
        return Elementary.log(count / total) + mean / total
    }

    /// The β at which the divergence is as given; the least tried where none is so large.
    func beta(divergence wanted: Double) -> Double {
        let scale = best > worst ? best - worst : 1
        // By the logarithm to base 2 of β over the spread: the divergence falls as β grows.
        let log = Self.bisect(-20, 40) { divergence(beta: scale * Kernels.exp2($0)) >= wanted }
        return scale * Kernels.exp2(log)
    }

    // MARK: Caps

    /// The weights in order, over the weight of the best.
    private func weights(_ weight: Tempering.Weight) -> [Double] {
        let relative = Tempering(weight: weight, top: best)
        return utilities.map { relative.chance($0) }
    }

    /// The utility at a weight, given over the weight of the best.
    private func utility(at weight: Double, _ kind: Tempering.Weight) -> Double {
        switch kind {
        case .exponential(let beta): best + beta * Elementary.log(weight)
        case .power(let level, let exponent):
            level + (best - level)
                * (exponent == 1 ? weight : Elementary.pow(weight, 1 / Double(exponent)))
        }
    }

    /// The tempering that cuts off so much of all weight.
    func capped(_ kind: Tempering.Weight, share: Double) -> Tempering {
        let weights = weights(kind)
        let cut = share * weights.reduce(0, +)
        var sum = 0.0
        for (position, weight) in weights.enumerated() {
            sum += weight
            let next = position + 1 < weights.count ? weights[position + 1] : 0
            let level = (sum - cut) / Double(position + 1)
            if level >= next { return Tempering(weight: kind, top: utility(at: level, kind)) }
        }
        return Tempering(weight: kind, top: best)
    }

    /// The tempering that admits such a share of the base.
    func admitting(_ share: Double, _ kind: Tempering.Weight) -> Tempering {
        let mean = weights(kind).reduce(0, +) / count
        if share <= mean {
            return Tempering(weight: kind, top: utility(at: mean / share, kind))
        }
        let top = Self.bisect(worst, best) {
            admission(Tempering(weight: kind, top: $0)).mean >= share
        }
        return Tempering(weight: kind, top: top)
    }

    /// What a tempering admits of the base, and of what it thinks most.
    struct Admitted {
        /// The mean chance, and its standard deviation over samples.
        var mean: Double
        var spread: Double
        /// Samples of equal weight that say as much.
        var effective: Double
        /// The share of the weight that the cap cuts off.
        var capped: Double
        /// The divergence of the admitted law from the base, in nats.
        var divergence: Double
        /// The mean utility of the admitted law.
        var utility: Double
    }

    func admission(_ tempering: Tempering) -> Admitted {
        var sum = 0.0
        var squares = 0.0
        var full = 0.0
        var logs = 0.0
        var utilities = 0.0
        let weights = weights(tempering.weight)
        let atTop = Tempering(weight: tempering.weight, top: best).chance(tempering.top)
        for (utility, weight) in zip(self.utilities, weights) {
            let chance = tempering.chance(utility)
            guard chance > 0 else { break }
            sum += chance
            squares += chance * chance
            utilities += chance * utility
            logs += chance * Elementary.log(chance)
            full += weight
        }
        let mean = sum / count
        let lost = tempering.top < best ? full - sum * atTop : 0
        return Admitted(
            mean: mean, spread: max(0, squares / count - mean * mean).squareRoot(),
            effective: squares > 0 ? sum / squares * sum : 0,
            capped: full > 0 ? max(0, lost / full) : 0,
            divergence: sum > 0 ? logs / sum - Elementary.log(mean) : 0,
            utility: sum > 0 ? utilities / sum : .nan)
    }

    /// The L^p norm over the base of r, the density of the admitted law, and its standard error.
    ///
    /// With c the chance of a sample, the norm is E[c^p]^(1/p)/E[c]; the error is that of the influence
    /// function of both means.
    func norm(_ tempering: Tempering, power: Double) -> (value: Double, error: Double) {
        let chances = utilities.map { tempering.chance($0) }
        let mean = chances.reduce(0, +) / count
        let powers = chances.map { $0 > 0 ? Elementary.pow($0, power) : 0 }
        let moment = powers.reduce(0, +) / count
        guard mean > 0, moment > 0 else { return (.infinity, .infinity) }
        let value = Elementary.pow(moment, 1 / power) / mean
        var squares = 0.0
        for (chance, raised) in zip(chances, powers) {
            let influence = raised / (moment * power) - chance / mean + 1 - 1 / power
            squares += influence * influence
        }
        // Samples without a finite utility have chance 0.
        let missing = 1 - 1 / power
        squares += (count - Double(utilities.count)) * missing * missing
        return (value, value * squares.squareRoot() / count)
    }

    /// The largest number found for which the condition holds; it holds at `low`.
    private static func bisect(
        _ low: Double, _ high: Double, _ holds: (Double) -> Bool
    ) -> Double {
        var low = low
        var high = high
        for _ in 0..<120 {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if holds(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
