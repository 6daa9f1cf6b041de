// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// The promise checked by counting, on a base of a few atoms: over many seeds the law of the draws is
/// compared to the base's.
@Suite struct CertificateTests {
    /// Atoms 0...5; the best has mass 1/64, the others fill up.
    private static let atom: @Sendable (Double) -> Double = { x in
        switch x {
        case ..<0.5: 0
        case ..<0.75: 1
        case ..<0.875: 2
        case ..<0.9375: 3
        case ..<0.984375: 4
        default: 5
        }
    }
    private static let masses = [0.5, 0.25, 0.125, 0.0625, 0.046875, 0.015625]

    private func law(_ settings: JobSettings, seeds: Range<UInt64>) throws -> [Double] {
        var counts = [Double](repeating: 0, count: 6)
        var total = 0.0
        for seed in seeds {
            var settings = settings
            settings.seed = seed
            let job = unitJob(settings, utilities: [Self.atom])
            for draw in try #require(run(job).result).selections[0].draws {
                counts[Int(draw.utility)] += 1
                total += 1
            }
        }
        return counts.map { $0 / total }
    }

    /// P[at most k − 1 of n − 1 others are above], water-filled over a level between two ranks.
    private func topLaw(_ n: Int, _ k: Int) -> [Double] {
        // E[share of the kept in a level] = ∫ r(v) dv with r(v) = (n/k) P[Bin(n−1, v) ≤ k−1].
        var edges = [0.0]
        for mass in Self.masses.reversed() { edges.append(edges[edges.count - 1] + mass) }
        func r(_ v: Double) -> Double {
            Double(n) / Double(k)
                * SpecialFunctions.binomialCDF(k - 1, trials: n - 1, probability: v)
        }
        let shares = zip(edges, edges.dropFirst()).map { a, b in
            let steps = 400
            let h = (b - a) / Double(steps)
            return (0..<steps).reduce(0.0) { $0 + r(a + (Double($1) + 0.5) * h) * h }
        }
        return shares.reversed()
    }

    /// T2's reference numbers.
    @Test func referenceDensity() {
        func r(_ v: Double) -> Double {
            10 * SpecialFunctions.binomialCDF(9, trials: 99, probability: v)
        }
        for (v, value) in [
            (0, 10), (0.05, 9.734833), (0.1, 4.644767), (0.15, 0.595299), (0.2, 0.026698),
        ] { #expect(abs(r(v) - value) < 1e-6) }
    }

    /// Ties split by label: with n = 20, k = 4 the drawn law is T2's, atom by atom.
    ///
    /// 1,500 independent draws; each frequency within 4.5 standard deviations: error rate below 5e-5.
    @Test func topOfSmallSamplesHasTheLawOfT2() throws {
        let settings = JobSettings(samples: 20, quantiles: [0.2], draws: 1)
        let found = try law(settings, seeds: 0..<1_500)
        for (p, expected) in zip(found, topLaw(20, 4)) {
            #expect(abs(p - expected) < 4.5 * (expected * (1 - expected) / 1_500).squareRoot())
            // The promise: no atom is more than N/k times as likely as under the base.
        }
        for (p, mass) in zip(topLaw(20, 4), Self.masses) { #expect(p <= 5 * mass + 1e-9) }
    }

    @Test func bestOfNHasItsOwnLaw() throws {
        var settings = JobSettings(samples: 6, quantiles: [1.0 / 6], draws: 1_500)
        settings.method = .bestOfN
        let found = try law(settings, seeds: 3..<4)
        for (p, expected) in zip(found, topLaw(6, 1)) {
            #expect(abs(p - expected) < 4.5 * (expected * (1 - expected) / 1_500).squareRoot())
        }
        let result = try #require(run(unitJob(settings)).result)
        #expect(result.selections[0].certificate.amplification == 6)
        #expect(result.issued == 9_000)
        for (group, draw) in result.selections[0].draws.enumerated() {
            #expect(draw.index / 6 == UInt64(group))
        }
    }

    /// Groups that begin in the middle of a block: brute force.
    @Test func groupsAgreeWithBruteForce() throws {
        for size in [1, 7, 256, 300, 1_000] as [UInt64] {
            var settings = JobSettings(seed: 4, samples: size, quantiles: [0.5], draws: 9)
            settings.method = .bestOfN
            let job = unitJob(settings, utilities: [Self.atom])
            let machine = try runShuffled(job, seed: size, level: 9)
            let samples = RangeEvaluator(job: job).evaluate(indices: 0..<9 * size)
            let streams = Streams(seed: 4)
            for (group, draw) in try #require(machine.result).selections[0].draws.enumerated() {
                let members = samples[group * Int(size)..<(group + 1) * Int(size)]
                let best = members.max {
                    let a = Key.orderedBits($0.utilities[0])
                    let b = Key.orderedBits($1.utilities[0])
                    return (a, streams.label(domain: .base, utility: 0, index: $0.index))
                        < (b, streams.label(domain: .base, utility: 0, index: $1.index))
                }
                #expect(draw.index == best?.index)
            }
        }
    }

    /// A pilot's threshold, then fresh draws: over seeds each atom's mass is at most N₀/(k − 1) times the
    /// base's, and the law is a mixture over Beta masses.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func thresholdFromAPilot() throws {
        var settings = JobSettings(samples: 1, quantiles: [0.2], draws: 1)
        settings.method = .threshold(.pilot(20), maximumSamples: 1 << 20)
        let found = try law(settings, seeds: 0..<400)
        let bound = 20.0 / 3
        for (p, mass) in zip(found, Self.masses) {
            #expect(p <= bound * mass + 4.5 * (p * (1 - p) / 400).squareRoot())
        }
        let result = try #require(run(unitJob(settings)).result).selections[0]
        #expect(result.certificate.amplification == bound)
        #expect(result.certificate.kind == .exact)
        #expect(result.threshold.tailMass == 0.2)
        var one = settings
        one.quantiles = [0.05]
        let single = try #require(run(unitJob(one)).result).selections[0].certificate
        #expect(single.kind == .confidence)
        // 1/BetaInv(.05; 1, 20) = 1/(1 − .95^(1/20)).
        #expect(abs(single.amplification - 390.4) < 0.1)
    }

    @Test func givenThresholdTakesTheFirstThatReachIt() throws {
        var settings = JobSettings(seed: 6, samples: 1, quantiles: [1], draws: 300)
        settings.method = .threshold(.value(0.99), maximumSamples: 1 << 30)
        let job = unitJob(settings)
        let machine = run(job)
        let result = try #require(machine.result)
        let draws = result.selections[0].draws
        let expected = RangeEvaluator(job: job).evaluate(indices: 0..<result.issued)
            .filter { $0.utilities[0] >= 0.99 }.prefix(300).map(\.index)
        #expect(draws.map(\.index) == Array(expected))
        let certificate = result.selections[0].certificate
        #expect(certificate.kind == .confidence)
        #expect(certificate.amplification > 100 && certificate.amplification < 120)
        #expect(try runShuffled(job, seed: 5).result == result)
        settings.method = .threshold(.value(2), maximumSamples: 5_000)
        let none = try #require(run(unitJob(settings)).result)
        #expect(none.issued == 5_000)
        #expect(none.warnings.map(\.code) == ["draws-missing"])
        #expect(none.selections[0].certificate.kind == .none)
    }

    @Test func precisionOfTheThreshold() throws {
        var settings = JobSettings(seed: 8, samples: 1, quantiles: [0.1], draws: 5)
        settings.precision = .threshold(width: 0.01)
        let job = unitJob(settings)
        let result = try #require(run(job).result)
        let selection = result.selections[0]
        let interval = try #require(selection.threshold.interval)
        #expect(interval.upper - interval.lower <= 0.01)
        #expect(interval.upper - interval.lower > 0.007)
        #expect(
            selection.certificate.amplification
                == Double(result.issued) / Double(selection.kept))
        #expect(result.evaluations > result.issued)
        #expect(try runShuffled(job, seed: 1).result == result)
        settings.precision = .threshold(width: 1e-9)
        #expect(JobMachine(job: unitJob(settings)).failure == nil)
    }
}
