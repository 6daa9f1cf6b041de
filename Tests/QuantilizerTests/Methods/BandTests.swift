// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `band`: between two quantiles.
@Suite struct BandTests {
    private func job(
        _ settings: JobSettings, cut: Double,
        utilities: [@Sendable (Double) -> Double] = [{ $0 }],
        costs: [@Sendable (Double) -> Double] = []
    ) -> CompiledJob {
        var settings = settings
        settings.method = .band(cut: cut)
        return unitJob(settings, utilities: utilities, costs: costs)
    }

    /// Ties, several quantiles and utilities, few candidates in memory: against brute force, and
    /// whichever way the work is cut.
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: [6_000, 300_000] as [UInt64]) func agreesWithBruteForce(
            _ samples: UInt64
        ) throws
    {
        let utilities: [@Sendable (Double) -> Double] = [
            { $0 }, { (20 * $0).rounded(.down) },
        ]
        let job = job(
            JobSettings(
                seed: 8, samples: samples, quantiles: [0.1, 0.4], draws: 30,
                memoryBytes: 4 << 20), cut: 0.02, utilities: utilities, costs: [{ $0 * $0 }])
        let result = try #require(run(job).result)
        #expect(try runShuffled(job, seed: 4, level: 13).result == result)
        let streams = Streams(seed: 8)
        let all = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
        for (number, selection) in result.selections.enumerated() {
            let utility = number / 2
            let keys = all.map {
                Key(
                    bits: Key.orderedBits($0.utilities[utility]),
                    label: streams.label(domain: .base, utility: utility, index: $0.index),
                    index: $0.index)
            }.sorted(by: >)
            let best = Int(samples) / 50
            let worst = Int(samples) * (number % 2 == 0 ? 1 : 4) / 10
            let band = keys[best..<worst]
            #expect(selection.kept == UInt64(worst - best))
            #expect(selection.certificate.amplification == Double(samples) / Double(band.count))
            #expect(selection.threshold.value == keys[worst - 1].utility)
            #expect(selection.utility.maximum == keys[best].utility)
            let mean = band.reduce(0) { $0 + $1.utility } / Double(band.count)
            #expect(abs(selection.utility.topMean - mean) < 1e-12 * Double(samples))
            let draws = band.map {
                (streams.priority(selection: number, index: $0.index), $0.index)
            }.sorted { $0 < $1 }.prefix(30).map(\.1)
            #expect(selection.draws.map(\.index) == draws)
        }
    }

    /// Atoms, the best cut off: dP/dγ ≤ N/(k₂ − k₁), and the best atom nearly never comes.
    @Test(.disabled(if: isQuick, "ten thousand jobs")) func tenThousandRunsKeepThePromise() throws {
        let masses = [0.5, 0.25, 0.125, 0.0625, 0.046875, 0.015625]
        let atom: @Sendable (Double) -> Double = { x in
            x < 0.5 ? 0 : x < 0.75 ? 1 : x < 0.875 ? 2 : x < 0.9375 ? 3 : x < 0.984375 ? 4 : 5
        }
        var count = RatioCount(masses: masses)
        for seed in 0..<10_000 as Range<UInt64> {
            let job = job(
                JobSettings(seed: seed, samples: 64, quantiles: [0.125]), cut: 0.0625,
                utilities: [atom])
            let selection = try #require(run(job).result?.selections.first)
            #expect(selection.certificate.amplification == 16)
            count.add(Int(selection.draws[0].utility), promised: 16)
        }
        count.row("band", "six atoms, masses of 2⁻¹ to 2⁻⁶")
        count.expectAtMost(16)
        #expect(count.ratios[5].ratio < 1)
        #expect(count.ratios[3].ratio > 3)
    }

    /// The mean between the quantiles 0.3 and 0.05 of the uniform law is 0.825: 1,000 runs at 90 %.
    ///
    /// The interval is asymptotic; with 2,000 samples it covers as often as it says within the
    /// allowance of four standard errors.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func intervalOfTheMeanCovers() throws {
        try expectCoverage(0.9, repeats: 1_000, atMost: 0.9) { number in
            let job = job(
                JobSettings(
                    seed: UInt64(number), samples: 2_000, quantiles: [0.3], confidence: 0.9),
                cut: 0.05)
            let selection = try #require(run(job).result).selections[0]
            let interval = try #require(selection.utility.topMeanInterval)
            return interval.lower <= 0.825 && 0.825 <= interval.upper
        }
    }

    @Test func readsJobFiles() throws {
        let file: JobNode = [
            "base": "normal", "utility": "x[0]", "quantile": "10%", "samples": 10_000,
            "method": ["band": ["cut": "1%"]],
        ]
        let spec = try JobSpec.parse(file)
        #expect(spec.job.settings.method == .band(cut: 0.01))
        #expect(
            try JobSpec.parse(JobNode(spec.normalised)).normalised.text()
                == spec.normalised.text())
        #expect(JobPlan(job: spec.job).selections[0].kept == 900)
        func text(_ file: JobNode) -> String {
            do throws(JobError) {
                _ = try JobSpec.parse(file)
                return ""
            } catch { return error.description }
        }
        #expect(text(file.with("quantile", 0.005)).contains("is not below"))
        #expect(text(file.with("draws", 901)).contains("only 900 in the band"))
        #expect(text(file.with("method", "band")).contains("missing key `cut`"))
    }
}
