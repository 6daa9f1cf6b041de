// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// What is promised of a job that went on after it was looked at, and of several draws together.
@Suite struct LookTests {
    /// A job over the uniform base whose utility is 1 on a set of mass 0.01 and its hundredths elsewhere.
    private func job(_ seed: UInt64, _ samples: UInt64) -> CompiledJob {
        unitJob(
            JobSettings(seed: seed, samples: samples, quantiles: [0.125]),
            utilities: [{ $0 > 0.99 ? 2 : 0 }])
    }

    /// Extended by 8 until the best is in the set, ten looks at most: P(draw in the set) is above
    /// A·γ = 0.08 of the last extent alone, and below what the looks make of it.
    @Test(.disabled(if: isQuick, "two thousand jobs")) func goingOnUntilItLooksGoodIsPaidFor()
        throws
    {
        var hits = 0
        let runs = 2_000
        var promised = 0.0
        for seed in 0..<UInt64(runs) {
            var machine = run(job(seed, 8))
            var extent = machine.job.settings.extent
            while try #require(machine.result).selections[0].utility.maximum < 2,
                extent.looks.count < 9
            {
                extent = JobExtent(
                    samples: extent.samples + 8, draws: 1, looks: extent.looks + [extent.samples])
                try machine.extend(to: extent)
                machine = run(machine)
            }
            let selection = try #require(machine.result).selections[0]
            if selection.draws[0].utility == 2 { hits += 1 }
            let looks = Double(extent.looks.count)
            // 8/1 + 8/2 + … for k = 1, 2, …
            let expected = (0...Int(looks)).reduce(0.0) { $0 + 8 / Double($1 + 1) }
            #expect((selection.certificate.amplification - expected).magnitude < 1e-12)
            promised = max(promised, selection.certificate.amplification)
        }
        let share = Double(hits) / Double(runs)
        #expect(share > 0.12, "\(share)")
        // The rule stops at most at ten looks, and its promise is that of ten.
        #expect(share < promised * 0.01, "\(share), \(promised)")
    }

    /// L doublings: (1/q)(1 + L/2).
    @Test func doublings() {
        let looks = (0..<5).map { (UInt64(1_000) << UInt64($0), UInt64(100) << UInt64($0)) }
        let certificate = Certificate.uniformOverKept(
            kept: 3_200, issued: 32_000, looks: looks.map { ($0.0, $0.1) })
        #expect(certificate.amplification == 10 * (1 + 5.0 / 2))
        #expect(Certificate.uniformOverKept(kept: 3_200, issued: 32_000).amplification == 10)
    }

    /// A job file of looks is the extended job, and wrong ones are named.
    @Test func looksStandInTheJob() throws {
        let file: JobNode = [
            "base": "normal", "utility": "x[0]", "quantile": 0.1, "samples": 1_000, "seed": 4,
        ]
        let spec = try JobSpec.parse(file)
        let larger = try spec.extended(samples: 4_000, draws: nil)
        let read = try JobSpec.parse(JobNode(larger))
        #expect(read.job.settings.looks == [1_000] && read.normalised.text() == larger.text())
        let again = try JobSpec.parse(JobNode(try read.extended(samples: 8_000, draws: nil)))
        #expect(again.job.settings.looks == [1_000, 4_000])
        #expect(try read.extended(samples: 4_000, draws: nil).text() == larger.text())
        let planned = try spec.extended(samples: 4_000, draws: nil, looked: false)
        #expect(try JobSpec.parse(JobNode(planned)).job.settings.looks.isEmpty)
        var machine = run(spec.job)
        try machine.extend(to: read.job.settings.extent)
        machine = run(try JobMachine(job: read.job, snapshot: machine.snapshot()))
        let result = try #require(machine.result)
        #expect(result.selections == run(read.job).result?.selections)
        #expect(result.selections[0].certificate.amplification == 10 + 3_000.0 / 400)
        for looks: JobNode in [[5, 5], [1_000], [0], [5, 3], "all", [-1]] {
            #expect(throws: JobError.self) { try JobSpec.parse(file.with("looks", looks)) }
        }
        #expect(throws: JobError.self) {
            try JobSpec.parse(
                file.with("looks", [5]).with("method", "splitting").with("samples", nil))
        }
    }

    /// Sixteen samples, two kept, two draws: each pair of outcomes of the base comes at most
    /// C(16, 2)/C(2, 2) = 120 times as often as it does among two base samples, and far more than A².
    @Test(.disabled(if: isQuick, "twenty thousand jobs")) func pairsOfDrawsTogether() throws {
        #expect(Certificate.joint(kept: 2, issued: 16, draws: 2) == 120)
        #expect(Certificate.joint(kept: 2, issued: 16, draws: 1) == nil)
        var together = 0
        let runs = 20_000
        for seed in 0..<UInt64(runs) {
            let job = unitJob(
                JobSettings(seed: seed, samples: 16, quantiles: [0.125], draws: 2),
                utilities: [{ $0 > 0.99 ? 1 : 0 }])
            let result = try #require(run(job).result)
            if result.selections[0].draws.allSatisfy({ $0.utility == 1 }) { together += 1 }
        }
        // P(two draws of the set) against 120 · 10⁻⁴; A² would allow 64 · 10⁻⁴.
        let share = Double(together) / Double(runs)
        #expect(share <= 0.012 && share > 0.008, "\(share)")
        let job = unitJob(JobSettings(seed: 1, samples: 16, quantiles: [0.125], draws: 2))
        let statement = try #require(run(job).result).selections[0].certificate.statement
        #expect(statement.contains("at most 120 times its average over 2 samples"))
    }

    /// Independent draws above a pilot's k-th best: two of a set of mass p come together at most
    /// C(n, 2)/C(k − 1, 2) times as often as two base samples do, over pilots.
    @Test(.disabled(if: isQuick, "twenty thousand jobs")) func independentDrawsTogether() throws {
        var together = 0
        let runs = 20_000
        var promised = 0.0
        for seed in 0..<UInt64(runs) {
            let job = unitJob(
                JobSettings(
                    seed: seed, samples: 4_000, quantiles: [0.25], draws: 2,
                    method: .threshold(.pilot(24), maximumSamples: 4_000)),
                utilities: [{ $0 > 0.98 ? 1 : 0 }])
            let result = try #require(run(job).result)
            promised = result.selections[0].certificate.together ?? .infinity
            if result.selections[0].draws.allSatisfy({ $0.utility == 1 }) { together += 1 }
        }
        // n = 24, k = 6: 276/10.
        #expect((promised - 27.6).magnitude < 1e-9)
        let share = Double(together) / Double(runs)
        let error = (promised * 4e-4 / Double(runs)).squareRoot()
        #expect(share <= promised * 4e-4 + 4 * error, "\(share)")
        #expect(share > 16 * 4e-4 / 2, "\(share)")
    }

    /// The key takes a method whose draws are independent, and refuses others with the way out.
    @Test func independentIsAskedFor() throws {
        let file: JobNode = [
            "base": "normal", "utility": "x[0]", "quantile": 0.1, "draws": 3, "independent": "true",
        ]
        let spec = try JobSpec.parse(file)
        guard case .pilot? = spec.job.settings.method.as(ThresholdRoom.self)?.source else {
            Issue.record("\(spec.job.settings.method)")
            return
        }
        #expect(
            try JobSpec.parse(JobNode(spec.normalised)).normalised.text() == spec.normalised.text())
        let best = try JobSpec.parse(
            [
                "base": "normal", "utility": "x[0]", "samples": 50, "draws": 3,
                "method": "best-of-n",
                "independent": "true",
            ])
        let certificate = try #require(run(best.job).result).selections[0].certificate
        #expect(certificate.together == 125_000 && certificate.statement.contains("125000 times"))
        for method: JobNode in ["exact", "splitting"] {
            #expect(throws: JobError.self) { try JobSpec.parse(file.with("method", method)) }
        }
        #expect(try JobSpec.parse(file.with("independent", "false")).job.settings.method == .exact)
    }

    /// A quantile of 0 is refused with the way to the best of n.
    @Test func noQuantileIsZero() throws {
        let file: JobNode = ["base": "normal", "utility": "x[0]", "quantile": 0]
        do throws(JobError) {
            _ = try JobSpec.parse(file)
            Issue.record("a quantile of 0 was taken")
        } catch {
            #expect(error.description.contains("best-of-n"))
        }
    }
}
