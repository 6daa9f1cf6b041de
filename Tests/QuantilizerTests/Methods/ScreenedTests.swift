// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `screened`: a cheap utility first, the utility on survivors alone, N counts what was issued.
@Suite struct ScreenedTests {
    private func job(
        _ settings: JobSettings, _ screened: ScreenedSettings,
        screen: @escaping @Sendable (Double) -> Double,
        utility: @escaping @Sendable (Double) -> Double,
        costs: [@Sendable (Double) -> Double] = [], isHosted: Bool = false
    ) -> CompiledJob {
        var settings = settings
        settings.method = .screened(screened)
        func function(_ name: String, _ map: @escaping @Sendable (Double) -> Double)
            -> NamedUtility
        {
            let own = MapUtility(map: map)
            return NamedUtility(
                name: name, source: name, utility: isHosted ? HostedFunction(own) : own)
        }
        return CompiledJob(
            settings: settings, base: UnitBase(), utilities: [function("u", utility)],
            costs: costs.enumerated().map { function("c\($0)", $1) },
            auxiliary: function("screen", screen))
    }

    /// A screen that is right but for noise in the second decimal place.
    private let blurred: @Sendable (Double) -> Double = { x in
        x + 0.02 * ((x * 1e6).truncatingRemainder(dividingBy: 1) - 0.5)
    }

    /// Everything against brute force over the same samples.
    @Test(arguments: [ScreenedSettings.Survivors.share(0.05), .count(700), .count(5_000)])
    func agreesWithBruteForce(_ survivors: ScreenedSettings.Survivors) throws {
        let samples: UInt64 = 9_300
        let settings = JobSettings(seed: 3, samples: samples, quantiles: [0.01, 0.03], draws: 40)
        let screened = ScreenedSettings(survivors: survivors, audit: 500)
        let job = job(settings, screened, screen: blurred, utility: { $0 }, costs: [{ 1 - $0 }])
        let result = try #require(run(job).result)
        let count = Int(screened.count(of: samples))
        let streams = Streams(seed: 3)
        func key(_ index: UInt64, _ utility: Double) -> Key {
            Key(
                bits: Key.orderedBits(utility),
                label: streams.label(domain: .base, utility: 0, index: index), index: index)
        }
        let all = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
        let byScreen = all.sorted {
            key($0.index, blurred($0.value[0])) > key($1.index, blurred($1.value[0]))
        }
        let best = byScreen.prefix(count).map { key($0.index, $0.utilities[0]) }.sorted(by: >)
        for (number, kept) in [93, 279].enumerated() {
            let selection = result.selections[number]
            #expect(selection.kept == UInt64(kept))
            #expect(selection.threshold.value == best[kept - 1].utility)
            #expect(selection.certificate.amplification == 9_300 / Double(kept))
            #expect(selection.certificate.kind == .exact)
            let mean = best.prefix(kept).reduce(0) { $0 + $1.utility } / Double(kept)
            #expect(abs(selection.utility.topMean - mean) < 1e-12)
            #expect(abs(selection.costs[0].top - (1 - mean)) < 1e-12)
            let draws = best.prefix(kept)
                .map { (streams.priority(selection: number, index: $0.index), $0.index) }
                .sorted { $0 < $1 }.prefix(40).map(\.1)
            #expect(selection.draws.map(\.index) == draws)
        }
        // The audit: the same samples, and what they say.
        let limit = screened.auditLimit(of: samples)
        let audited = byScreen.dropFirst(count).filter { streams.audit(index: $0.index) < limit }
        let facts = Dictionary(
            uniqueKeysWithValues: result.diagnostics.map { ($0.name, $0.value) })
        #expect(facts["audited"] == Double(audited.count))
        #expect(
            facts["audit_hits"]
                == Double(audited.count { key($0.index, $0.utilities[0]) > best[92] }))
        #expect(facts["survivors"] == Double(count))
        #expect(facts["utility_evaluations"] == Double(count + audited.count))
        #expect(result.issued == samples && result.evaluations == samples)
        // Base means: of the costs over all samples, of the utility by strata.
        #expect(abs(result.selections[0].utility.mean - 0.5) < 0.05)
        #expect(abs(result.selections[0].costs[0].base - 0.5) < 0.02)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [1, 2, 3] as [UInt64])
    func anyCutGivesTheSameBits(_ seed: UInt64) throws {
        let settings = JobSettings(
            seed: seed, samples: 20_000, quantiles: [0.01], draws: 20, memoryBytes: 1 << 20)
        let screened = ScreenedSettings(survivors: .share(0.3), audit: 300)
        for isHosted in [false, true] {
            let job = job(
                settings, screened, screen: { (8 * blurred($0)).rounded() },
                utility: { $0 > 0.7 && $0 < 0.701 ? .nan : ($0 * 40).rounded(.down) },
                costs: [{ $0 }], isHosted: isHosted)
            let whole = try #require(run(job).result)
            #expect(try runShuffled(job, seed: seed &* 77, level: 11).result == whole)
            #expect(whole.selections[0].tieMass > 0)
        }
    }

    /// The screen drops what is best and lets a rare decoy through: dP/dγ ≤ N/k atom by atom.
    @Test(.disabled(if: isQuick, "ten thousand jobs")) func tenThousandRunsKeepThePromise() throws {
        let masses = [0.5, 0.3, 0.15, 0.04, 0.01]
        let atom: @Sendable (Double) -> Double = { x in
            x < 0.5 ? 0 : x < 0.8 ? 1 : x < 0.95 ? 2 : x < 0.99 ? 3 : 4
        }
        var count = RatioCount(masses: masses)
        for seed in 0..<10_000 as Range<UInt64> {
            let job = job(
                JobSettings(seed: seed, samples: 64, quantiles: [1 / 32], draws: 1),
                ScreenedSettings(survivors: .count(8), audit: 4),
                screen: { [0, 0, 1, 2, 3][Int(atom($0))] },
                utility: { [9, 1, 2, 3, 4][Int(atom($0))] })
            let selection = try #require(run(job).result?.selections.first)
            #expect(selection.certificate.amplification == 32)
            count.add(Int(atom(selection.draws[0].value[0])), promised: 32)
        }
        count.row("screened", "five atoms, a screen that drops the best")
        count.expectAtMost(32)
        // The screen's favourites come far more often than under the base, within the promise.
        #expect(count.ratios[4].ratio > 10)
    }

    /// The audit's interval against the number missed, counted: 1,000 runs at 90 %.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func theAuditCoversWhatWasMissed() throws {
        let samples: UInt64 = 2_048
        try expectCoverage(0.9, repeats: 1_000) { number in
            let job = job(
                JobSettings(
                    seed: UInt64(number), samples: samples, quantiles: [1 / 32], confidence: 0.9),
                ScreenedSettings(survivors: .share(0.125), audit: 300),
                screen: { $0 + ($0 * 1e6).truncatingRemainder(dividingBy: 1) }, utility: { $0 })
            let result = try #require(run(job).result)
            let selection = result.selections[0]
            let above = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
                .count { $0.utilities[0] >= selection.threshold.value }
            let mass = Double(above) / Double(samples)
            #expect(above >= 64)
            return selection.threshold.tailMassInterval.lower <= mass
                && mass <= selection.threshold.tailMassInterval.upper
        }
    }

    /// The interval itself, where the numbers are small enough to enumerate every outcome.
    @Test func hypergeometricIntervalsCoverEverywhere() {
        let population: UInt64 = 40
        let looked: UInt64 = 12
        for marked in 0...population {
            var covered = 0.0
            let least = marked + looked > population ? marked + looked - population : 0
            for hits in least...min(marked, looked) {
                let interval = AuditedCount.interval(
                    hits: hits, looked: looked, population: population, confidence: 0.9)
                let law = Hypergeometric(population, marked, looked)
                let p = law.atLeast(hits) - (hits < looked ? law.atLeast(hits + 1) : 0)
                if interval.lower <= marked && marked <= interval.upper { covered += p }
            }
            #expect(covered >= 0.9 - 1e-9, "\(marked): \(covered)")
        }
        // All looked at: no doubt.
        let all = AuditedCount.interval(hits: 7, looked: 40, population: 40, confidence: 0.95)
        #expect(all.lower == 7 && all.upper == 7)
        // P(H ≤ 2) of 5 looked at, 10 of 30 marked: (C(20,5) + 10·C(20,4) + 45·C(20,3))/C(30,5).
        let law = Hypergeometric(30, 10, 5)
        #expect(abs(law.atMost(2) - (15_504 + 48_450 + 51_300) / 142_506) < 1e-12)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func readsJobFiles() throws {
        let file: JobNode = [
            "base": ["normal": ["dimension": 3]], "utility": "sum(x^3)", "quantile": 0.001,
            "samples": 100_000, "draws": 5,
            "method": ["screened": ["screen": "sum(x)", "survivors": "1%", "audit": 200]],
        ]
        let spec = try JobSpec.parse(file)
        #expect(
            spec.job.settings.method
                == .screened(ScreenedSettings(survivors: .share(0.01), audit: 200)))
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(
            again.normalised.text()
                == spec.normalised.text())
        let plan = JobPlan(job: spec.job)
        #expect(plan.selections[0].amplification == 1_000 && plan.rounds == 2)
        let result = try #require(run(spec.job).result)
        #expect(result.selections[0].draws.count == 5)
        func text(_ file: JobNode) -> String {
            do throws(JobError) {
                _ = try JobSpec.parse(file)
                return ""
            } catch { return error.description }
        }
        for (method, words) in [
            (
                ["screened": ["survivors": "1%"]] as JobNode,
                "missing key: one of `stages`, `screen`"
            ),
            (["screened": ["screen": "x[0]", "survivors": 50]], "give more `survivors`"),
            (["screened": ["screen": "x[9]", "survivors": 500]], "method.screened.screen"),
            (
                ["screened": ["screen": "x[0]", "survivors": 0]],
                "above 0 and below 1, or a whole number"
            ),
        ] {
            #expect(text(file.with("method", method)).contains(words), "\(words)")
        }
        let two = file.with("utility", nil).with("utilities", ["a": "x[0]", "b": "x[1]"])
        #expect(text(two).contains("screened goes to one utility"))
    }
}
