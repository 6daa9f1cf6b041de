// SPDX-License-Identifier: Apache-2.0

/// How many of a population have a property, from a random part of it that was looked at.
///
/// The number seen among those looked at is hypergeometric; the interval inverts its tails, so it
/// holds at least as often as it says, whatever the population. For very large populations the
/// binomial law takes its place, whose interval is wider.
/// Chung and DeLury, *Confidence Limits for the Hypergeometric Distribution*, 1950.
public enum AuditedCount {
    /// Above so many the hypergeometric law is not told from the binomial one.
    private static let mostExact: UInt64 = 100_000_000

    /// The numbers of the population that agree with `hits` among `looked`.
    public static func interval(
        hits: UInt64, looked: UInt64, population: UInt64, confidence: Double
    ) -> (lower: UInt64, upper: UInt64) {
        guard looked > 0, hits <= looked, looked <= population else { return (0, population) }
        let tail = (1 - confidence) / 2
        let most = population - looked + hits
        guard population <= mostExact else {
            let mass = TailMass.clopperPearson(
                hits: hits, trials: looked, confidence: confidence)
            let size = Double(population)
            return (
                max(hits, UInt64((mass.lower * size).rounded(.down))),
                min(most, UInt64(min(size, (mass.upper * size).rounded(.up))))
            )
        }
        // The fewest for which so many hits are not too many.
        var low = hits
        var high = most
        while low < high {
            let middle = low + (high - low) / 2
            let law = Hypergeometric(population, middle, looked)
            if law.atLeast(hits) > tail { high = middle } else { low = middle + 1 }
        }
        let lower = low
        // The most for which so few are not too few.
        low = lower
        high = most
        while low < high {
            let middle = low + (high - low + 1) / 2
            let law = Hypergeometric(population, middle, looked)
            if law.atMost(hits) > tail { low = middle } else { high = middle - 1 }
        }
        return (lower, low)
    }
}

/// Hits among `looked` of a population with `marked` marked.
struct Hypergeometric {
    private let population: Double
    private let marked: Double
    private let looked: Double

    init(_ population: UInt64, _ marked: UInt64, _ looked: UInt64) {
        self.population = Double(population)
        self.marked = Double(marked)
        self.looked = Double(looked)
    }

    private func logChoose(_ n: Double, _ k: Double) -> Double {
        Elementary.logGamma(n + 1) - Elementary.logGamma(k + 1)
            - Elementary.logGamma(n - k + 1)
    }

    private func density(_ hits: Double) -> Double {
        guard hits >= 0, hits <= min(marked, looked), looked - hits <= population - marked else {
            return 0
        }
        return Elementary.exp(
            logChoose(marked, hits) + logChoose(population - marked, looked - hits)
                - logChoose(population, looked))
    }

    func atLeast(_ hits: UInt64) -> Double {
        let first = max(Double(hits), looked - (population - marked), 0)
        if first > min(marked, looked) { return 0 }
        if first * population > looked * marked { return sum(from: first, step: 1) }
        return 1 - sum(from: first - 1, step: -1)
    }

    func atMost(_ hits: UInt64) -> Double {
        let last = min(Double(hits), marked, looked)
        if last < max(0, looked - (population - marked)) { return 0 }
        if last * population < looked * marked { return sum(from: last, step: -1) }
        return 1 - sum(from: last + 1, step: 1)
    }

    /// The sum of the densities from a number on, away from the mean.
    private func sum(from first: Double, step: Double) -> Double {
        var term = density(first)
        var total = 0.0
        var hits = first
        while term > total * 0x1p-60, term > 0 {
            total += term
            let ratio =
                step > 0
                ? (marked - hits) * (looked - hits)
                    / ((hits + 1) * (population - marked - looked + hits + 1))
                : hits * (population - marked - looked + hits)
                    / ((marked - hits + 1) * (looked - hits + 1))
            term *= max(0, ratio)
            hits += step
        }
        return min(1, total)
    }
}
