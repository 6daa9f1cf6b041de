// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// What a pilot says of levels, tilts and caps, against closed forms.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct PilotSampleTests {
    /// As many points as a law's quantiles, evenly spread: sums over them are integrals.
    private func grid(_ quantile: (Double) -> Double) -> PilotSample {
        let n = 200_000
        return PilotSample((0..<n).map { quantile((Double($0) + 0.5) / Double(n)) })
    }

    /// The references of the max-min policy: N(0,1), Exp(2), U[0,1].
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func levelsOfOrderOne() {
        let normal = grid { SpecialFunctions.normalQuantile($0) }
        for (epsilon, t, q) in [
            (0.1, 0.9023463475, 0.1834364562), (0.01, 1.9383563073, 0.0262898836),
        ] {
            let level = normal.level(error: epsilon, order: 1)
            #expect(abs(level - t) < 1e-3, "\(level)")
            #expect(abs(normal.share(above: level) - q) < 1e-4)
        }
        let exponential = grid { -Elementary.log1p(-$0) / 2 }
        let level = exponential.level(error: 0.05, order: 1)
        #expect(abs(exponential.share(above: level) - 0.1) < 1e-3)
        let uniform = grid { $0 }
        #expect(abs(uniform.level(error: 0.02, order: 1) - 0.8) < 1e-5)
        #expect(abs(uniform.share(above: 0.8) - 0.2) < 1e-4)
        // Below all samples: E(U − t) = ε is t = E U − ε.
        #expect(abs(uniform.level(error: 3, order: 1) + 2.5) < 1e-5)
    }

    /// E(U − t)₊² = (1 + t²)Q(t) − tφ(t) for a standard normal.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func levelsOfOrderTwo() {
        let normal = grid { SpecialFunctions.normalQuantile($0) }
        for t in [-0.5, 0.3, 1.2] {
            let q = SpecialFunctions.normalUpperTail(t)
            let density = Elementary.exp(-t * t / 2) / (2 * Double.pi).squareRoot()
            let norm = ((1 + t * t) * q - t * density).squareRoot()
            #expect(abs(normal.level(error: norm, order: 2) - t) < 2e-3)
        }
    }

    /// The tilt of N(0,1) with U = x: KL = 1/(2β²), E[U] = 1/β.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func tiltsOfTheNormalLaw() {
        let normal = grid { SpecialFunctions.normalQuantile($0) }
        for beta in [0.7, 1, 2] {
            #expect(abs(normal.divergence(beta: beta) - 0.5 / (beta * beta)) < 0.003)
            #expect(abs(normal.beta(divergence: 0.5 / (beta * beta)) - beta) < 0.01)
        }
        let free = Tempering(weight: .exponential(beta: 1), top: 20)
        #expect(abs(normal.admission(free).utility - 1) < 0.002)
        #expect(abs(normal.admission(free).divergence - 0.5) < 0.002)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func capsCutOffWhatTheySay() {
        let normal = grid { SpecialFunctions.normalQuantile($0) }
        for weight in [
            Tempering.Weight.exponential(beta: 0.8), .power(level: 0.5, exponent: 1),
            .power(level: -1, exponent: 3),
        ] {
            for share in [0.002, 0.05] {
                let admitted = normal.admission(normal.capped(weight, share: share))
                #expect(abs(admitted.capped - share) < 1e-4 * share + 1e-9)
            }
            for share in [0.5, 0.05, 1e-4, 1e-7] {
                let tempering = normal.admitting(share, weight)
                let mean = normal.admission(tempering).mean
                // Of a power nothing below the level is ever admitted.
                let most = normal.admission(Tempering(weight: weight, top: -4)).mean
                #expect(abs(mean - min(share, max(most, share * 0.6))) < 0.4 * share)
                if share < 0.3 { #expect(abs(mean - share) < 1e-4 * share) }
            }
        }
    }
}

/// `tilt` and `minimax` as jobs.
@Suite(.disabled(if: isQuick, "slow without an optimiser")) struct TemperedTests {
    private static let masses = [0.5, 0.3, 0.15, 0.04, 0.008, 0.002]
    private static let atom: @Sendable (Double) -> Double = { x in
        x < 0.5 ? 0 : x < 0.8 ? 1 : x < 0.95 ? 2 : x < 0.99 ? 3 : x < 0.998 ? 4 : 5
    }
    /// The rarest atom is worth far more than all others, and most small pilots never see it.
    private static let worth: @Sendable (Double) -> Double = { x in
        [0, 1, 2, 3, 4, 9][Int(atom(x))]
    }

    private func job(
        _ settings: JobSettings, _ method: MethodChoice,
        utility: @escaping @Sendable (Double) -> Double = worth,
        costs: [@Sendable (Double) -> Double] = []
    ) -> CompiledJob {
        var settings = settings
        settings.method = method
        return unitJob(settings, utilities: [utility], costs: costs)
    }

    /// A = N/k in whole runs with poor pilots; resampling by weight alone breaks it.
    @Test(.disabled(if: isQuick, "ten thousand jobs"))
    func tiltsKeepThePromiseThatWeightsAloneBreak() throws {
        var count = RatioCount(masses: Self.masses)
        var ungated = RatioCount(masses: Self.masses)
        let picks = RandomStream(seed: 77, domain: .pick)
        for seed in 0..<10_000 as Range<UInt64> {
            let job = job(
                JobSettings(seed: seed, samples: 64, quantiles: [1]),
                .tilt(TiltSettings(strength: .beta(0.7), quantile: 0.125, pilot: 256)))
            let selection = try #require(run(job).result?.selections.first)
            #expect(selection.certificate.amplification == 8)
            count.add(Int(Self.atom(selection.draws[0].value[0])), promised: 8)
            let samples = RangeEvaluator(job: job).evaluate(indices: 0..<64)
            let weights = samples.map { Elementary.exp($0.utilities[0] / 0.7) }
            var place =
                Double(picks.word(index: seed, block: 0) >> 11) * 0x1p-53
                * weights.reduce(0, +)
            let own = samples.indices.first {
                place -= weights[$0]
                return place < 0
            }
            ungated.add(Int(Self.atom(samples[own ?? 63].value[0])), promised: 8)
        }
        count.row("tilt", "six atoms of a unit base")
        ungated.row("tilt by weight alone", "six atoms of a unit base")
        count.expectAtMost(8)
        let (ratio, error) = ungated.ratios[5]
        #expect(ratio > 8 + 10 * error, "\(ratio)")
        #expect(count.ratios[4].ratio > 3)
    }

    /// The mean of the law actually drawn from, whose cap the run names: 1,000 runs at 90 %.
    ///
    /// On the uniform law with weight exp(u/β) capped at c: with E = exp(1/β),
    /// ∫ u·min(w, w(c)) and ∫ min(w, w(c)) are elementary. The interval is asymptotic.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func topMeanIntervalCovers() throws {
        let beta = 0.3
        try expectCoverage(0.9, repeats: 1_000, atMost: 0.9) { number in
            let job = job(
                JobSettings(
                    seed: UInt64(number), samples: 2_000, quantiles: [1], confidence: 0.9),
                .tilt(TiltSettings(strength: .beta(beta), pilot: 512, cap: 0.05)),
                utility: { $0 })
            let result = try #require(run(job).result)
            let c = try #require(result.diagnostics.first { $0.name == "cap_utility" }).value
            let e = Elementary.exp(c / beta)
            let mass = beta * (e - 1) + e * (1 - c)
            let first = beta * (c * e - beta * (e - 1)) + e * (1 - c * c) / 2
            let interval = try #require(result.selections[0].utility.topMeanInterval)
            return interval.lower <= first / mass && first / mass <= interval.upper
        }
    }

    /// The mass above minimax's level, counted on samples that had no part in choosing it.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func tailMassIntervalCovers() throws {
        try expectCoverage(0.9, repeats: 1_000) { number in
            let job = job(
                JobSettings(
                    seed: UInt64(number), samples: 600, quantiles: [1], confidence: 0.9),
                .minimax(MinimaxSettings(shortfall: .given(0.1), order: 2, pilot: 512)),
                utility: { $0 })
            let selection = try #require(run(job).result).selections[0]
            let mass = 1 - selection.threshold.value
            return selection.threshold.tailMassInterval.lower <= mass
                && mass <= selection.threshold.tailMassInterval.upper
        }
    }

    /// ε from pairs: Chernoff's bound covers whatever the law, Student's nearly so (here of (U − V)₊
    /// where the difference is uniform on [−1, 1]: mean 1/4, L² norm √(1/6)).
    @Test(.disabled(if: isQuick, "a thousand jobs"), arguments: [1, 2]) func boundsOfEpsilonCover(
        _ order: Int
    ) throws {
        let truth = order == 1 ? 0.25 : (1.0 / 6).squareRoot()
        for limit in [1.0, nil] {
            expectCoverage(0.95, repeats: 1_000) { number in
                var random = SplitMix(state: UInt64(number))
                let proxy = (0..<80).map { _ in Double.random(in: -1...1, using: &random) }
                let found = try? MeanBound.shortfall(
                    proxy: proxy, truth: proxy.map { _ in 0 }, order: order, limit: limit,
                    confidence: 0.95)
                // Without a limit it may be refused, for pairs whose tail looks heavy.
                return found.map { $0 >= truth } ?? (limit == nil)
            }
        }
        #expect(throws: ShortfallFailure.self) {
            try MeanBound.shortfall(
                proxy: [3, 1], truth: [1, 1], order: 1, limit: 1, confidence: 0.9)
        }
        // All zero, n = 10: (1 − p)^10 = 0.05.
        let zero = MeanBound.chernoff(mean: 0, count: 10, limit: 2, confidence: 0.95)
        #expect(abs(zero - 2 * (1 - Elementary.pow(0.05, 0.1))) < 1e-9)
    }

    @Test(arguments: [1, 2] as [UInt64]) func anyCutGivesTheSameBits(_ seed: UInt64) throws {
        let settings = JobSettings(
            seed: seed, samples: 30_000, quantiles: [1], draws: 50, memoryBytes: 4 << 20)
        for method in [
            MethodChoice.tilt(TiltSettings(strength: .beta(0.5), pilot: 3_000)),
            .tilt(TiltSettings(strength: .divergence(1), quantile: 0.05, pilot: 3_000)),
            .minimax(MinimaxSettings(shortfall: .given(0.05), order: 1, pilot: 3_000)),
            .minimax(
                MinimaxSettings(shortfall: .cost(name: "c0", bound: 1), order: 2, pilot: 3_000)),
        ] {
            let job = job(settings, method, utility: { $0 }, costs: [{ $0 * $0 }])
            let whole = try #require(run(job).result)
            #expect(try runShuffled(job, seed: seed &* 31, level: 12).result == whole)
            #expect(Set(whole.selections[0].draws.map(\.index)).count == 50)
            #expect(whole.selections[0].draws.allSatisfy { !$0.fallback })
        }
    }

    /// Five admitted where sixteen are kept: eleven draws are fall-backs, and say so.
    @Test func fallBacksAreMarked() throws {
        let settings = TiltSettings(strength: .beta(1), quantile: 0.25)
        let job = job(
            JobSettings(seed: 1, samples: 64, quantiles: [0.25], draws: 16), .tilt(settings))
        var plan = TemperedPlan()
        plan.quantile = 0.25
        plan.effective = 1_000
        plan.tempering = Tempering(weight: .exponential(beta: 1), top: 9)
        func keys(_ range: Range<UInt64>) -> [Key] {
            range.map { Key(bits: Key.orderedBits(1), label: $0, index: $0) }
        }
        var counts = [ChannelTally(), ChannelTally()]
        counts[0].above = 5
        counts[1].above = 59
        let report = TemperedReport(
            plan: plan, goal: .tilt(settings), samples: 64, counts: counts,
            admitted: keys(0..<5), turnedDown: keys(5..<21))
        let result = report.result(
            MethodContext(
                job: job, moments: [Moments()], issued: 64, evaluations: 64, nextRound: 2,
                evaluator: RangeEvaluator(job: job)))
        let draws = result.selections[0].draws
        #expect(draws.count { $0.fallback } == 11)
        #expect(draws.allSatisfy { $0.fallback == ($0.index >= 5) })
        #expect(Set(draws.map(\.index)) == Set(0..<16))
        #expect(result.selections[0].certificate.fallback == 11.0 / 16)
        #expect(result.selections[0].certificate.amplification == 4)
        #expect(result.warnings.map(\.code) == ["fell-back"])
    }

    @Test func readsJobFiles() throws {
        let file: JobNode = [
            "base": "normal", "utility": "x[0]", "samples": 20_000,
            "costs": ["truth": "x[0] - 0.1"], "quantile": "auto",
        ]
        var resources = JobResources()
        resources.tables["pairs.csv"] = DataTable(
            columnNames: ["true", "proxy"], columns: [[0, 1, 2], [0.5, 1, 2.25]])
        for method in [
            ["tilt": ["beta": 0.5]], ["tilt": ["divergence": 0.5, "pilot": 4096]],
            ["minimax": ["epsilon": 0.1]],
            ["minimax": ["epsilon": ["cost": "truth"], "order": 2]],
            ["minimax": ["epsilon": ["pairs": "pairs.csv", "bound": 1]]],
        ] as [JobNode] {
            let spec = try JobSpec.parse(file.with("method", method), resources: resources)
            let again = try JobSpec.parse(JobNode(spec.normalised), resources: resources)
            #expect(again.normalised.text() == spec.normalised.text())
            #expect(JobPlan(job: spec.job).problem == nil)
            let result = try #require(run(spec.job).result)
            #expect(result.selections[0].certificate.kind == .exact)
        }
        func text(_ method: JobNode, _ more: (String, JobNode)? = nil) -> String {
            do throws(JobError) {
                var job = file.with("method", method)
                if let (key, value) = more { job = job.with(key, value) }
                _ = try JobSpec.parse(job, resources: resources)
                return ""
            } catch { return error.description }
        }
        #expect(text("tilt").contains("missing key: one of `beta`, `divergence`"))
        #expect(text(["tilt": ["divergence": 9, "pilot": 4096]]).contains("larger `pilot`"))
        #expect(text(["minimax": ["order": 1]]).contains("missing key `epsilon`"))
        #expect(
            text(["minimax": ["epsilon": 0.1]], ("quantile", 0.1))
                .contains("minimax finds the quantile"))
        #expect(
            text(["minimax": ["epsilon": ["cost": "trust"]]]).contains("no cost `trust`"))
        #expect(
            text(["minimax": ["epsilon": ["pairs": "other.csv"]]]).contains("was not read"))
        #expect(
            text(["minimax": ["epsilon": ["pairs": "pairs.csv", "bound": 0.3]]])
                .contains("above the `bound`"))
        #expect(text("exact").contains("missing key `quantile`"))
    }

    /// References of the whole way: N(0,1), ε = 0.1, in a run of a million samples.
    @Test func guaranteedValueIsTheLevel() throws {
        let spec = try JobSpec.parse([
            "base": "normal", "utility": "x[0]", "samples": 200_000, "seed": 4,
            "method": ["minimax": ["epsilon": 0.1, "pilot": 262_144]],
        ])
        let result = try #require(run(spec.job, level: 16).result)
        let facts = Dictionary(
            uniqueKeysWithValues: result.diagnostics.map { ($0.name, $0.value) })
        let selection = result.selections[0]
        #expect(abs((facts["level"] ?? 0) - 0.9023463475) < 0.01)
        #expect(abs((selection.quantile ?? 0) - 0.1834364562) < 0.004)
        // E[U] − ε/q of the quantilizer is the level.
        #expect(abs((facts["guaranteed_value"] ?? 0) - 0.9023463475) < 0.02)
        #expect(selection.certificate.amplification == 200_000 / Double(selection.kept))
        let higher = try JobSpec.parse([
            "base": "normal", "utility": "x[0]", "samples": 200_000, "seed": 4,
            "method": ["minimax": ["epsilon": 0.1, "order": 2, "cap": 0.001]],
        ])
        let second = try #require(run(higher.job, level: 16).result)
        let level = try #require(second.diagnostics.first { $0.name == "level" }).value
        let value = try #require(
            second.diagnostics.first { $0.name == "guaranteed_value" }
        ).value
        // A lower limit of it.
        #expect(level - value < 0.06 && value < level)
    }
}
