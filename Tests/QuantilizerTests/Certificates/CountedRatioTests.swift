// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Every method in whole runs, on bases where dP/dγ can be counted: no ratio is above A.
///
/// `QPOOL_RATIOS=20000` makes so many runs a row and prints the table of docs/methods/counted.md.
@Suite(.disabled(if: isQuick, "thousands of jobs a method")) struct CountedRatioTests {
    private struct Case: Sendable {
        let name: String
        /// Runs where the environment asks for none.
        let runs: Int
        let job: @Sendable (CountedBase, UInt64) -> CompiledJob
        /// A, where the certificate's is a bound with confidence and the truth is known.
        var truth: (@Sendable (CountedBase) -> Double)?
    }

    /// Samples of the runs that take the best of N, and the quantile of those.
    private static let quantile = 0.125

    private static func minimax(_ order: Int) -> Case {
        Case(
            name: "minimax, order \(order)", runs: 2_000,
            job: {
                $0.job(
                    .minimax(
                        MinimaxSettings(shortfall: .given(0.15), order: order, pilot: 256)),
                    seed: $1, quantile: 1)
            })
    }

    private static let cases: [Case] = [
        Case(name: "exact", runs: 4_000, job: { $0.job(.exact, seed: $1, quantile: quantile) }),
        Case(
            name: "best-of-n", runs: 4_000,
            job: { $0.job(.bestOfN, seed: $1, samples: 8, quantile: quantile) }),
        Case(
            name: "threshold, given", runs: 2_000,
            job: {
                $0.job(
                    .threshold(.value($0.threshold.utility), maximumSamples: 1_024), seed: $1,
                    quantile: 1)
            }, truth: { 1 / $0.threshold.mass }),
        Case(
            name: "threshold, pilot of 64", runs: 2_000,
            job: {
                $0.job(
                    .threshold(.pilot(64), maximumSamples: 1_024), seed: $1, quantile: quantile)
            }, truth: { _ in 64.0 / 7 }),
        Case(
            name: "splitting", runs: 1_000,
            job: {
                $0.job(
                    .splitting(SplittingSettings(particleBits: 8, islands: 1, moves: 1)),
                    seed: $1, quantile: $0.gate)
            }),
        Case(
            name: "importance", runs: 1_000,
            job: {
                $0.job(
                    .importance(ImportanceSettings(defensive: 0.1, samples: 256)), seed: $1,
                    quantile: $0.gate)
            }),
        Case(
            name: "cross-entropy", runs: 500,
            job: {
                $0.job(
                    .crossEntropy(
                        ImportanceSettings(
                            defensive: 0.1, samples: 256,
                            adaptation: .init(round: 256, elite: 0.1, family: .independent))),
                    seed: $1, quantile: $0.gate)
            }),
        Case(
            name: "screened", runs: 4_000,
            job: {
                $0.job(
                    .screened(ScreenedSettings(survivors: .count(8), audit: 4)), seed: $1,
                    quantile: 1.0 / 32)
            }),
        Case(
            name: "band", runs: 4_000,
            job: { $0.job(.band(cut: 0.0625), seed: $1, quantile: quantile) }),
        minimax(1), minimax(2), minimax(3),
        Case(
            name: "tilt", runs: 2_000,
            job: {
                $0.job(
                    .tilt(
                        TiltSettings(strength: .beta(0.7), quantile: quantile, pilot: 256)),
                    seed: $1, quantile: 1)
            }),
        Case(
            name: "impact", runs: 4_000,
            job: { $0.job(.impact(width: nil), seed: $1, quantile: quantile) }),
    ]

    @Test(arguments: cases.indices) func noRatioIsAboveThePromise(_ number: Int) throws {
        let method = Self.cases[number]
        for base in try CountedBase.all() {
            if method.name == "importance", base.proposal == nil { continue }
            var count = RatioCount(masses: base.masses)
            var honest = 0
            for seed in 0..<UInt64(RatioCount.asked ?? method.runs) {
                let machine = run(method.job(base, seed))
                // Nothing is returned where nothing may be kept.
                guard let selection = machine.result?.selections.first else {
                    #expect(machine.failure?.code == "too-few-kept")
                    continue
                }
                guard let draw = selection.draws.first else { continue }
                let truth = method.truth?(base) ?? selection.certificate.amplification
                if selection.certificate.amplification >= truth * (1 - 1e-9) { honest += 1 }
                count.add(base.cell(draw.value[0]), promised: truth)
            }
            count.row(method.name, base.name)
            count.expectAtMost(count.amplification, "\(method.name), \(base.name)")
            #expect(count.runs > 100)
            // A bound with confidence 95 % is above the truth at least so often.
            #expect(Double(honest) > 0.93 * Double(count.runs), "\(method.name): \(honest)")
            // The screen drops what is best and the band leaves it out; cells of one utility are
            // filled in any order.
            if ["screened", "band"].contains(method.name) { continue }
            let (_, largest, error) = count.largest
            if !base.name.contains("constant") {
                #expect(largest > 1 + 2 * error, "\(method.name), \(base.name): \(largest)")
            } else if method.name != "impact" {
                // The base itself comes back.
                for (ratio, error) in count.ratios { #expect(abs(ratio - 1) < 4.5 * error) }
            }
        }
    }
}
