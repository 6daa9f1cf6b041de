// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// What a result tells of splitting's levels, beside the document.
@Suite struct ReachedLevelTests {
    /// Each level's mass is near the truth, its interval ends in the result's own, and no cut changes it.
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: [
            ["method": "splitting", "event": "x[0] > 5", "utility": "x[0]"],
            [
                "method": ["splitting": ["particles": 1024, "islands": 8]], "quantile": 1e-6,
                "utility": "x[0]",
            ],
        ] as [JobNode])
    func massesAreThoseOfTheLevels(_ part: JobNode) throws {
        var file = part.with("base", ["normal": ["dimension": 2]]).with("seed", 5)
        file = file.with("confidence", 0.999)
        let job = try JobSpec.parse(file).job
        let result = try #require(run(job).result)
        #expect(result.levels.count > 4)
        for (level, next) in zip(result.levels, result.levels.dropFirst()) {
            #expect(level.utility < next.utility && level.mass > next.mass)
        }
        for level in result.levels {
            let truth = SpecialFunctions.normalUpperTail(min(level.utility, 5))
            let ends = level.interval.lower...level.interval.upper
            #expect(ends.contains(truth) && ends.contains(level.mass), "\(level)")
            #expect(ends.upperBound < 3 * truth && ends.lowerBound > truth / 3)
            #expect(level.survived.lower > 0 && level.survived.upper < 0.6)
        }
        let last = try #require(result.levels.last)
        if let estimate = result.estimate {
            #expect(last.utility == .infinity && last.acceptance == nil)
            #expect(last.mass == estimate.p && last.interval == estimate.interval)
        } else {
            let threshold = result.selections[0].threshold
            #expect(last.mass == threshold.tailMass && last.utility == threshold.value)
            #expect(last.interval == threshold.tailMassInterval)
            #expect(result.levels.allSatisfy { $0.acceptance.map { $0 > 0.1 && $0 < 0.9 } == true })
        }
        let machine = try runShuffled(job, seed: 3, level: 9)
        #expect(machine.result?.levels == result.levels)
    }

    /// Islands that die out count as nothing there, and the levels behind have an upper end only.
    @Test func deadIslandsCount() throws {
        let job = try JobSpec.parse([
            "base": ["normal": ["dimension": 1]], "utility": "x[0]", "event": "x[0] > 9",
            "method": ["splitting": ["particles": 256, "islands": 2]],
        ]).job
        let plan = SplittingPlan(
            levels: [level(1), level(50), .event],
            steps: [MoveSteps(0.5), MoveSteps(0.5), MoveSteps(0.5)])
        let records = try (0..<2).map { island in
            try #require(
                IslandRecord.run(
                    SplittingPass(phase: .production, plan: plan), island: UInt64(island), job: job,
                    isCancelled: { false }))
        }
        let course = SplittingReport(
            settings: SplittingSettings(particleBits: 8, islands: 2), plan: plan,
            calibration: SplittingCalibration(), reachedAim: true, records: records,
            isEstimate: true
        ).course(job)
        #expect(course.count == 3)
        #expect(course[0].mass > 0.05 && course[0].interval.lower > 0)
        for dead in course.dropFirst() {
            #expect(dead.mass == 0 && dead.interval.lower == 0)
            #expect(dead.interval.upper == course[0].interval.upper)
        }
        #expect(course[1].survived == Interval(0, 0) && course[2].survived == Interval(0, 0))
    }
}
