// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Frozen islands are properly weighted: E[Z · c] is the base's mean of c above the last level.
@Suite(.disabled(if: isQuick, "hundreds of jobs of splitting")) struct SplittingWeightTests {
    private let settings = SplittingSettings(particleBits: 8, islands: 1, moves: 2)

    /// Five standard errors of 300 islands: a false alarm in fewer than 1e-5 of choices of seeds.
    @Test func gaussianTailIsUnbiased() throws { try gaussianTail(settings) }

    /// So are chains, of more heads than a block has lanes or of fewer, with a step for each slot.
    @Test(arguments: [1, 7]) func chainsAreUnbiased(moves: Int) throws {
        try gaussianTail(
            SplittingSettings(particleBits: 10, islands: 1, moves: moves, isChained: true),
            spread: [0.6, 1, 0.8])
    }

    private func gaussianTail(_ settings: SplittingSettings, spread: [Double] = []) throws {
        let base = NoiseBase(noise: NoiseLayout(normals: 2))
        let count = settings.particles
        var weights: [Double] = []
        var halves: [Double] = []
        for seed in 0..<300 as Range<UInt64> {
            let record = try frozenIsland(
                [level(1), level(2), level(3)], step: 0.7, settings: settings, seed: seed,
                base: base, utility: LinearUtility(dimension: 2), draws: count,
                spread: spread)
            let weight = record.weight(levels: 3, particles: count)
            let share =
                Double(record.particles.count { $0.value[0] > $0.value[1] }) / Double(count)
            #expect(record.evaluations == UInt64(settings.evaluations(levels: 3)))
            #expect(record.particles.allSatisfy { $0.utility >= 3 })
            weights.append(weight)
            halves.append(weight * share)
        }
        // P(Z > 3)
        let tail = 1.3498980316300946e-3
        let (mean, error) = meanAndError(weights)
        #expect(abs(mean - tail) < 5 * error, "\(mean) ± \(error)")
        #expect(error < 0.03 * tail)
        let (half, halfError) = meanAndError(halves)
        #expect(abs(half - tail / 2) < 5 * halfError, "\(half) ± \(halfError)")
    }

    /// The sum of ten fair bits.
    private struct Bits: BaseDistribution {
        var dimension: Int { 1 }
        var noise: NoiseLayout { NoiseLayout(words: 10) }
        func transform(
            lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
            scratch: inout Columns, at place: Placement
        ) {
            for lane in 0..<lanes {
                values[0, lane] = Double((0..<10).count { noise.words[$0, lane] >> 63 == 1 })
            }
        }
    }

    /// P(Bin(10, ½) ≥ 9) = 11/1024, through levels that cut atoms in two.
    @Test func atomsAreUnbiased() throws {
        var weights: [Double] = []
        var cut: [Double] = []
        for seed in 0..<300 as Range<UInt64> {
            let record = try frozenIsland(
                [level(6, label: 0.3), level(8, label: 0.5), level(9)], step: 0.5,
                settings: settings, seed: 1_000 + seed, base: Bits(),
                utility: MapUtility(map: { $0 }))
            weights.append(record.weight(levels: 3, particles: 256))
            // γ at the second level: half of the atom at 8, all above.
            let second = record.survivors.prefix(2).reduce(1) { $0 * Double($1) / 256 }
            cut.append(second)
        }
        let (mean, error) = meanAndError(weights)
        #expect(abs(mean - 11.0 / 1024) < 5 * error, "\(mean) ± \(error)")
        #expect(error < 0.05 * 11 / 1024)
        let (half, halfError) = meanAndError(cut)
        #expect(abs(half - (22.5 + 11) / 1024) < 5 * halfError, "\(half) ± \(halfError)")
    }

    /// Levels on the utility alone, each said to keep a fifth: the mass claimed is several times the
    /// mass there is, so the promise made would be too good. With labels it is right.
    @Test func levelsWithoutLabelsAreUnsafe() throws {
        func claimed(labels: Bool, seed: UInt64) -> Double {
            let settings = SplittingSettings(particleBits: 10, islands: 1)
            let job = splittingJob(
                settings, seed: seed, quantile: 0.01, base: Bits(),
                utility: MapUtility(map: { $0 }))
            var island = SplittingIsland(job: job, settings: settings, island: 0)
            var mass = 1.0
            for number in 0..<20 as Range<UInt32> {
                let there = Double(island.survivors(of: level(9)).count) / 1024
                if there >= 0.2 { return mass * there }
                var order = island.cloud.levels
                var next = Quickselect.largest(1024 / 5, of: &order)
                if !labels { next = level(next.utility + 1) }
                mass *= 0.2
                let survivors = island.survivors(of: next)
                if survivors.isEmpty { return mass }
                island.resample(survivors, number: number)
                for _ in 0..<6 { _ = island.move(.crankNicolson(step: 0.5), level: next) }
            }
            return mass
        }
        let right = meanAndError((0..<20).map { claimed(labels: true, seed: $0) })
        let naive = meanAndError((0..<20).map { claimed(labels: false, seed: $0) })
        #expect(abs(right.mean / (11.0 / 1024) - 1) < 0.15, "\(right)")
        #expect(naive.mean > 2 * 11.0 / 1024, "\(naive)")
    }
}
