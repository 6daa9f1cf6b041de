// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// Probabilities of events: known answers, and how often the printed intervals hold them.
@Suite struct EstimateTests {
    struct Problem: Sendable, CustomTestStringConvertible {
        var name: String
        var dimension: Int
        /// Positive in the event.
        var level: String
        var p: Double
        var components = 1
        var testDescription: String { name }
    }

    /// Reference values of docs/methods.md.
    static let problems = [
        Problem(
            name: "RP22", dimension: 2,
            level: "-(2.5 - (x[0]+x[1])/sqrt(2) + 0.1*(x[0]-x[1])^2)", p: 0.00420730551129962),
        Problem(
            name: "RP25", dimension: 2,
            level: "-max(x[0]^2 - 8*x[1] + 16, -16*x[0] + x[1] + 32)",
            p: 4.14856629375975e-5),
        Problem(
            name: "RP31", dimension: 2, level: "-(2 - x[1] + (4*x[0])^4)",
            p: 0.00322668120958769),
        Problem(
            name: "RP107", dimension: 10, level: "sum(x) - 5*sqrt(10)", p: 2.86651571879194e-7),
        Problem(
            name: "four-branch", dimension: 2,
            level: "max(max((x[0]+x[1])/sqrt(2), -(x[0]+x[1])/sqrt(2)) - 3 - 0.1*(x[0]-x[1])^2, "
                + "max(x[0]-x[1], x[1]-x[0]) - 7/sqrt(2))",
            p: 0.00222279506619444, components: 4),
        Problem(
            name: "chi-squared 10", dimension: 10, level: "sum(x^2) - 40", p: 1.69447439e-5),
    ]

    static func job(_ problem: Problem, _ method: JobNode, seed: Int) throws -> CompiledJob {
        try JobSpec.parse([
            "seed": JobNode(integerLiteral: seed),
            "base": ["normal": ["dimension": JobNode(integerLiteral: problem.dimension)]],
            "utility": JobNode(stringLiteral: problem.level),
            "event": JobNode(stringLiteral: "\(problem.level) > 0"), "method": method,
        ]).job
    }

    /// Within five of the estimate's own standard errors, which are at most `most`.
    private func check(_ problem: Problem, _ method: JobNode, most: Double) throws {
        let result = try #require(run(try Self.job(problem, method, seed: 8)).result)
        let estimate = try #require(result.estimate)
        #expect(result.selections.isEmpty)
        #expect(
            abs(estimate.p / problem.p - 1) < 5 * estimate.variation,
            "\(estimate) \(result.warnings)")
        #expect(estimate.variation < most, "\(estimate) \(result.diagnostics)")
        #expect(estimate.interval.lower < estimate.p && estimate.p < estimate.interval.upper)
        #expect(estimate.naiveFloor == 3 / Double(result.evaluations))
    }

    @Test(arguments: problems.dropLast()) func crossEntropy(_ problem: Problem) throws {
        try check(
            problem,
            ["cross-entropy": ["components": JobNode(integerLiteral: problem.components)]],
            most: 0.06)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: problems) func splitting(
        _ problem: Problem
    ) throws {
        try check(problem, "splitting", most: 0.2)
    }

    @Test func plainCounts() throws {
        let spec = try JobSpec.parse([
            "base": ["normal": [:]], "event": "x > 2", "samples": 200_000,
        ])
        let estimate = try #require(run(spec.job).result?.estimate)
        #expect(abs(estimate.p / 0.022750131948179 - 1) < 5 * estimate.variation)
        let hits = UInt64((estimate.p * 200_000).rounded())
        #expect(
            estimate.interval
                == TailMass.clopperPearson(hits: hits, trials: 200_000, confidence: 0.95))
        #expect(estimate.naiveFloor == 3.0 / 200_000)
        let never = try JobSpec.parse([
            "base": ["normal": [:]], "event": "x > 20", "samples": 1000,
        ])
        let result = try #require(run(never.job).result)
        #expect(result.estimate?.p == 0 && result.estimate?.logP == -.infinity)
        #expect(result.warnings.map(\.code) == ["event-not-seen"])
        // 1 − 0.025^(1/1000)
        let upper = try #require(result.estimate?.interval.upper)
        #expect(abs(upper - 0.003682083896865638) < 1e-12)
    }

    /// NaN is no event, and no level either.
    @Test func eventsAndLevels() {
        let utility = EventUtility(
            event: MapUtility { $0 == 4 ? .nan : $0 > 2 ? 1 : 0 },
            level: MapUtility { $0 == 1 ? .infinity : $0 == 0 ? .nan : $0 })
        var values = Columns(count: 1, capacity: 8)
        var results = Columns(count: 1, capacity: 8)
        var scratch = Columns(count: 0, capacity: 8)
        for lane in 0..<5 { values[0, lane] = Double(lane) }
        utility.evaluate(
            lanes: 5, values: values, scratch: &scratch, results: &results, column: 0)
        #expect(results[0, 0].isNaN)
        #expect(results[0, 1] == .greatestFiniteMagnitude)
        #expect((2..<5).map { results[0, $0] } == [2, .infinity, 4])
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func estimatesAreVerifiedAndCutAnyWay() throws {
        for method: JobNode in ["plain", "splitting", "cross-entropy"] {
            let spec = try JobSpec.parse([
                "base": ["normal": ["dimension": 2]], "event": "x[0] > 2.5", "utility": "x[0]",
                "method": method,
            ])
            let result = try #require(run(spec.job).result)
            let document = ResultJSON(result, spec: spec).document(id: nil, digest: "d")
            #expect(document["estimate"]?["p"] != nil && document["certificate"] == nil)
            #expect(try verify(document, spec).isValid)
            var altered = result
            altered.estimate?.p *= 1 + 1e-15
            let wrong = ResultJSON(altered, spec: spec).document(id: nil, digest: "d")
            #expect(
                try !verify(wrong, spec).isValid)
            for seed in 0..<2 as Range<UInt64> {
                #expect(try runShuffled(spec.job, seed: seed, level: 14).result == result)
            }
        }
    }

    /// How many of 1,000 intervals of 95 % hold the truth, in standard errors of a count, √(n .95 .05) =
    /// 6.9, from 950; or of another number of another confidence.
    private func coverage(
        _ problem: Problem, _ method: JobNode, confidence: Double = 0.95, repeats: Int = 1_000
    ) throws -> (hits: Int, deviations: Double) {
        var hits = 0
        for seed in 0..<repeats {
            var job = try Self.job(problem, method, seed: seed)
            job.settings.confidence = confidence
            guard let estimate = run(job).result?.estimate else { continue }
            if estimate.interval.lower <= problem.p && problem.p <= estimate.interval.upper {
                hits += 1
            }
        }
        if RatioCount.asked != nil { print("estimate, \(method): \(hits) of \(repeats)") }
        let n = Double(repeats)
        let spread = (n * confidence * (1 - confidence)).squareRoot()
        return (hits, (Double(hits) - confidence * n) / spread)
    }

    private static let tail = Problem(
        name: "normal tail", dimension: 2, level: "x[0] - 3", p: 0.0013498980316300946)

    @Test(.disabled(if: isQuick, "a thousand jobs")) func crossEntropyCovers() throws {
        let result = try coverage(
            Self.tail, ["cross-entropy": ["round": 512, "samples": 512]])
        #expect(abs(result.deviations) < 4, "\(result)")
    }

    @Test(.disabled(if: isQuick, "a thousand jobs")) func importanceCovers() throws {
        let proposal: JobNode = ["normal": ["mean": [3, 0], "sd": 1]]
        let result = try coverage(
            Self.tail, ["importance": ["proposal": proposal, "samples": 512]])
        #expect(abs(result.deviations) < 4, "\(result)")
    }

    /// With moves of every particle, and with chains: never less, and since chance may take an eighth of
    /// the error probability alone, more: with six islands nearly always at 95 %, and at 50 % not always.
    @Test(
        .disabled(if: isQuick, "a thousand jobs"),
        arguments: [["moves": 3], ["chain": 8]] as [JobNode])
    func splittingCovers(_ moves: JobNode) throws {
        let method: JobNode = ["splitting": moves.with("particles", 256).with("islands", 6)]
        let result = try coverage(Self.tail, method)
        #expect(result.deviations > -4, "\(result)")
        let half = try coverage(Self.tail, method, confidence: 0.5, repeats: 300)
        #expect(half.deviations > -4 && half.hits < 300, "\(half)")
    }

    /// Clopper and Pearson's interval never covers less; a little more, as counts are whole.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func plainCovers() throws {
        var hits = 0
        for seed in 0..<1_000 {
            let spec = try JobSpec.parse([
                "seed": JobNode(integerLiteral: seed), "base": ["normal": [:]],
                "event": "x > 2", "samples": 2_000,
            ])
            let interval = try #require(run(spec.job).result?.estimate?.interval)
            if interval.lower <= 0.022750131948179, interval.upper >= 0.022750131948179 {
                hits += 1
            }
        }
        #expect(hits >= 930 && hits < 990, "\(hits)")
    }
}
