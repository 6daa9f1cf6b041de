// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

@testable import Quantilizer

/// Where samples lie at the threshold, the mass "above" it is P(U > t) or P(U ≥ t): the interval holds both.
@Suite struct TieMassTests {
    /// The number of heads of ten coins, twice over: P(≥ j) of Binomial(10, 1/2).
    private static let coins: [Double] = {
        var tail = [Double](repeating: 0, count: 12)
        var way = 1.0
        var mass: [Double] = []
        for j in 0...10 {
            mass.append(way / 1024)
            way = way * Double(10 - j) / Double(j + 1)
        }
        for j in stride(from: 10, through: 0, by: -1) { tail[j] = tail[j + 1] + mass[j] }
        return tail
    }()

    private func holds(_ threshold: ThresholdEstimate, _ tail: [Double]) -> Bool {
        let t = Int(threshold.value)
        let interval = threshold.tailMassInterval
        return interval.lower <= tail[t + 1] && tail[t] <= interval.upper
    }

    private func spec(_ method: JobNode?, seed: Int, samples: Int? = 500) throws -> JobSpec {
        var job: JobNode = [
            "base": ["binomial": ["trials": 10, "probability": 0.5]], "utility": "x",
            "quantile": 0.1, "draws": 20,
        ]
        job = job.with("seed", .init(integerLiteral: seed))
        if let method { job = job.with("method", method) }
        if let samples { job = job.with("samples", .init(integerLiteral: samples)) }
        return try JobSpec.parse(job)
    }

    @Test func exact() throws {
        try expectCoverage(0.95, repeats: 400) { seed in
            let result = try #require(run(try spec(nil, seed: seed).job).result)
            return holds(result.selections[0].threshold, Self.coins)
        }
    }

    @Test func pilot() throws {
        try expectCoverage(0.95, repeats: 200) { seed in
            let spec = try spec(["threshold": ["pilot": 500]], seed: seed, samples: nil)
            let result = try #require(run(spec.job).result)
            let selection = result.selections[0]
            let kept = try #require(selection.tieKept)
            #expect(selection.tieMass > 0 && kept > 0)
            return holds(selection.threshold, Self.coins)
        }
    }

    @Test(.disabled(if: isQuick, "many seeds")) func band() throws {
        try expectCoverage(0.95, repeats: 200) { seed in
            let spec = try spec(["band": ["cut": 0.01]], seed: seed)
            let result = try #require(run(spec.job).result)
            return holds(result.selections[0].threshold, Self.coins)
        }
    }

    /// By weights and labels: a sum of four, at the threshold a fiftieth.
    @Test(.disabled(if: isQuick, "many seeds"), arguments: ["splitting", "cross-entropy"])
    func weighed(_ method: String) throws {
        var tail = [1.0]
        var mass = [Double](repeating: 0, count: 41)
        mass[0] = 1
        for _ in 0..<40 {
            for j in stride(from: 40, through: 1, by: -1) { mass[j] = (mass[j] + mass[j - 1]) / 2 }
            mass[0] /= 2
        }
        tail = [Double](repeating: 0, count: 42)
        for j in stride(from: 40, through: 0, by: -1) { tail[j] = tail[j + 1] + mass[j] }
        try expectCoverage(0.95, repeats: 60) { seed in
            let spec = try JobSpec.parse([
                "base": ["binomial": ["trials": 10, "probability": 0.5, "dimension": 4]],
                "utility": "sum(x)", "quantile": 0.02, "draws": 1,
                "seed": .init(integerLiteral: seed),
                "method": .init(stringLiteral: method),
            ])
            let result = try #require(run(spec.job).result)
            return holds(result.selections[0].threshold, tail)
        }
    }

    /// Counts of which all is known, by hand: 6 above, 3 of 5 at the threshold kept.
    @Test func bothLimits() {
        let ties = Ties(count: 5, kept: 3)
        #expect(ties.strictlyAbove(9) == 6 && ties.reached(9) == 11)
        let interval = TailMass.aboveRank(9, ties: ties, of: 100, confidence: 0.95)
        let low = TailMass.clopperPearson(hits: 6, trials: 100, confidence: 0.95)
        let high = TailMass.clopperPearson(hits: 11, trials: 100, confidence: 0.95)
        #expect(interval == Interval(low.lower, high.upper))
        // Not known how many were kept: no fewer than one, no more than all.
        let unknown = Ties(count: 5)
        #expect(unknown.strictlyAbove(9) == 4 && unknown.reached(9) == 13)
        #expect(unknown.strictlyAbove(3) == 0)
        // A flat utility: nothing is above, all reaches it.
        let flat = TailMass.aboveRank(
            10, ties: Ties(count: 100, kept: 10), of: 100, confidence: 0.95)
        #expect(flat == Interval(0, 1))
        let alone = TailMass.aboveRank(9, ties: Ties(count: 1, kept: 1), of: 100, confidence: 0.95)
        #expect(alone == TailMass.aboveRank(9, of: 100, confidence: 0.95))
    }
}
