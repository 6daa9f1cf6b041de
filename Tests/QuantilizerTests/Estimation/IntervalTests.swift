// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

@Suite struct IntervalTests {
    /// The ranks are the tightest with the coverage asked for, by summing the binomial law.
    @Test(arguments: [(20, 0.3), (59, 0.05), (93, 0.05), (200, 0.5), (7, 1.0)])
    func ranksAreTight(_ n: Int, _ q: Double) {
        let ranks = OrderStatistics.ranks(samples: UInt64(n), quantile: q, confidence: 0.9)
        var law = [Double](repeating: 0, count: n + 1)
        for j in 0...n {
            var p = 1.0
            for i in 0..<j { p *= q * Double(n - i) / Double(i + 1) }
            for _ in j..<n { p *= 1 - q }
            law[j] = p
        }
        func below(_ k: Int) -> Double { law[..<max(0, k)].reduce(0, +) }
        func from(_ k: Int) -> Double { k > n ? 0 : law[k...].reduce(0, +) }
        let best = Int(ranks.best)
        let worst = Int(ranks.worst)
        #expect(below(best) <= 0.05 + 1e-12)
        if best < n { #expect(below(best + 1) > 0.05) }
        #expect(from(worst) <= 0.05 + 1e-12)
        #expect(from(worst - 1) > 0.05)
    }

    /// 59 runs for the best, 93 for the second best: the classical 95/95 bounds.
    @Test func orderStatisticFloor() {
        #expect(TailMass.clopperPearson(hits: 0, trials: 59, confidence: 0.9).upper < 0.05)
        #expect(TailMass.clopperPearson(hits: 0, trials: 58, confidence: 0.9).upper > 0.05)
        #expect(TailMass.clopperPearson(hits: 1, trials: 93, confidence: 0.9).upper < 0.05)
        #expect(TailMass.clopperPearson(hits: 1, trials: 92, confidence: 0.9).upper > 0.05)
    }

    /// Coverage of the threshold's and the tail mass's interval over 2,000 seeds of a uniform base.
    ///
    /// At 90 % a correct interval fails this with probability below 1e-5 either way: ± 4.4 sd; the
    /// threshold's is conservative by the binomial's steps, about 1 % here.
    @Test(.disabled(if: isQuick, "two thousand jobs")) func coverageAtFixedSeeds() throws {
        var thresholdHits = 0
        var massHits = 0
        var topHits = 0
        let repeats = 2_000
        for seed in 0..<UInt64(repeats) {
            let job = unitJob(
                JobSettings(seed: seed, samples: 500, quantiles: [0.1], confidence: 0.9))
            let selection = try #require(run(job).result).selections[0]
            let interval = try #require(selection.threshold.interval)
            if interval.lower <= 0.9 && 0.9 <= interval.upper { thresholdHits += 1 }
            let mass = 1 - selection.threshold.value
            let said = selection.threshold.tailMassInterval
            if said.lower <= mass && mass <= said.upper { massHits += 1 }
            let mean = try #require(selection.utility.topMeanInterval)
            if mean.lower <= 0.95 && 0.95 <= mean.upper { topHits += 1 }
        }
        #expect((1_741...1_880).contains(thresholdHits), "\(thresholdHits)")
        #expect((1_741...1_859).contains(massHits), "\(massHits)")
        // Wider on the side of the skew, never narrower than Student's.
        #expect((1_741...1_880).contains(topHits), "\(topHits)")
    }

    /// All looks of a run hold together: with 80 % asked, at least that many of 300 runs.
    @Test(.disabled(if: isQuick, "ten million samples")) func watchedIntervalsHoldTogether() throws
    {
        var held = 0
        for seed in 0..<300 as Range<UInt64> {
            let job = unitJob(
                JobSettings(
                    seed: 1_000 + seed, samples: 1 << 15, quantiles: [0.2], confidence: 0.8))
            var machine = JobMachine(job: job)
            let evaluator = RangeEvaluator(job: job)
            var allHold = true
            var looks = 0
            var seen: RunningThreshold?
            while let round = machine.currentRound {
                for range in DyadicRange.cover(round.range, maximumLevel: 11) {
                    _ = machine.merge(evaluator.evaluate(round: round, range: range))
                    guard let look = machine.progress.threshold, look != seen else { continue }
                    seen = look
                    looks += 1
                    if look.interval.lower > 0.8 || look.interval.upper < 0.8 { allHold = false }
                }
            }
            #expect(looks == 2)
            if allHold { held += 1 }
        }
        // P(Bin(300, .8) < 215) < 1e-3.
        #expect(held >= 215)
    }

    @Test func looksSpendNoMoreThanTheyHave() {
        let spent = (0..<10_000).reduce(0.0) {
            $0 + 1 - LookSchedule.confidence(look: $1, total: 0.9)
        }
        #expect(spent < 0.1 && spent > 0.0999)
        #expect(LookSchedule.look(samples: 4_095) == nil)
        #expect(LookSchedule.look(samples: 4_096) == 0)
        #expect(LookSchedule.look(samples: 16_383) == 0)
        #expect(LookSchedule.look(samples: 16_384) == 1)
        #expect(LookSchedule.look(samples: 1 << 40) == 14)
    }
}
