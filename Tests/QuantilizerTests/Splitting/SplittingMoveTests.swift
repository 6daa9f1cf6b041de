// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Moves leave the base as it is, on every kind of slot.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct SplittingMoveTests {
    private static let count = 8192
    private static let normals = 3

    private func columns(_ cloud: inout ParticleCloud) -> [[Double]] {
        var result = [[Double]](repeating: [], count: 5)
        for start in stride(from: 0, to: Self.count, by: ParticleCloud.lanes) {
            cloud.measure(start: start)
            for column in 0..<5 {
                for lane in 0..<ParticleCloud.lanes {
                    result[column].append(cloud.values[column, lane])
                }
            }
        }
        return result
    }

    private func cloud(seed: UInt64) -> ParticleCloud {
        var cloud = ParticleCloud(
            base: NoiseBase(noise: NoiseLayout(normals: Self.normals, words: 2)),
            functions: [LinearUtility(dimension: 1)], count: Self.count, seed: seed, first: 0)
        cloud.drawAll { _ in }
        return cloud
    }

    /// Kolmogorov–Smirnov at α = .001: 1.95/√n. Fixed seeds; 15 tests, so a false alarm in 1.5 % of
    /// choices of seeds.
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: [
            [Move.crankNicolson(step: 0.3)], [.refreshWord],
            [.crankNicolson(step: 0.9), .refreshWord],
        ])
    func manyMovesKeepTheLaw(moves: [Move]) {
        var cloud = cloud(seed: 11)
        for step in 1...12 as ClosedRange<UInt32> {
            for (number, move) in moves.enumerated() {
                let own = step * 2 + UInt32(number)
                #expect(cloud.move(move, level: .lowest, step: own) == Self.count)
            }
        }
        let bound = 1.95 / Double(Self.count).squareRoot()
        for (number, column) in columns(&cloud).enumerated() {
            var distance = 0.0
            for (rank, x) in column.sorted().enumerated() {
                let p = number < Self.normals ? SpecialFunctions.normalCDF(x) : x
                distance = max(
                    distance, p - Double(rank) / Double(Self.count),
                    Double(rank + 1) / Double(Self.count) - p)
            }
            #expect(distance < bound, "slot \(number) after \(moves)")
        }
    }

    /// A step of s leaves the correlation √(1 − s²), and mixes no two slots; five standard errors.
    @Test func stepsAreAsLongAsTheySay() {
        var cloud = cloud(seed: 12)
        let before = columns(&cloud)
        _ = cloud.move(.crankNicolson(step: 0.6), level: .lowest, step: 1)
        let after = columns(&cloud)
        let error = 5 / Double(Self.count).squareRoot()
        for slot in 0..<Self.normals {
            for other in 0..<Self.normals {
                let products = zip(before[slot], after[other]).map { $0 * $1 }
                let correlation = products.reduce(0, +) / Double(Self.count)
                #expect(abs(correlation - (slot == other ? 0.8 : 0)) < error * 1.5)
            }
        }
    }

    /// With a spread each slot has a step of its own, at most 1, and a chain's next particle lies
    /// elsewhere; five standard errors.
    @Test func slotsHaveStepsOfTheirOwn() {
        var cloud = cloud(seed: 14)
        let before = columns(&cloud)
        let half = Self.count / 2
        let spread = [0.2, 1, 0.6, 0.6, 0.6, 0.6]
        _ = cloud.move(
            .crankNicolson(step: 3, spread: spread), level: .lowest, step: 1, from: 0, to: half,
            count: half)
        let after = columns(&cloud)
        let error = 5 / Double(half).squareRoot()
        // s = 0.6 leaves a correlation of 0.8; s = 1 none.
        for (slot, wanted) in [0.8, 0, 0].enumerated() {
            #expect(before[slot][..<half] == after[slot][..<half])
            let products = zip(before[slot][..<half], after[slot][half...]).map { $0 * $1 }
            #expect(abs(products.reduce(0, +) / Double(half) - wanted) < error * 1.5)
        }
    }

    /// A move that is refused leaves a copy.
    @Test func whatIsRefusedIsCopied() {
        var cloud = cloud(seed: 15)
        let half = Self.count / 2
        let accepted = cloud.move(
            .crankNicolson(step: 0.5), level: level(.infinity), step: 1, from: half, to: 0,
            count: half)
        #expect(accepted == 0)
        #expect(cloud.levels[..<half] == cloud.levels[half...])
        let all = columns(&cloud)
        for column in all { #expect(column[..<half] == column[half...]) }
    }

    /// A refreshed word is one of the words or the label, one in three each; normals stay.
    @Test func oneWordIsRefreshed() {
        var cloud = cloud(seed: 13)
        let before = columns(&cloud)
        let labels = cloud.levels.map(\.label)
        _ = cloud.move(.refreshWord, level: .lowest, step: 1)
        let after = columns(&cloud)
        for slot in 0..<Self.normals { #expect(before[slot] == after[slot]) }
        let changes =
            [3, 4].map { slot in zip(before[slot], after[slot]).count { $0 != $1 } }
            + [zip(labels, cloud.levels).count { $0 != $1.label }]
        #expect(changes.reduce(0, +) == Self.count)
        for change in changes { #expect(abs(change - Self.count / 3) < 220) }
    }

    @Test func wordsOfNormalScores() {
        #expect(NormalScore.word(0) == ~UInt64(0x1p63 - 1024))
        #expect(NormalScore.word(-40) == 0)
        #expect(NormalScore.word(40) == .max)
        // Φ(−6) = 9.865876450376981e-10
        let word = Double(NormalScore.word(-6)) * 0x1p-64
        #expect(abs(word / 9.865876450376981e-10 - 1) < 1e-9)
        #expect(~NormalScore.word(6) == NormalScore.word(-6))
    }
}
