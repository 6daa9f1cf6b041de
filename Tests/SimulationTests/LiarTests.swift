// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Simulation
import TestMarks
import Testing

/// Workers that lie, in the simulator: wrong utilities, another job's samples, omitted candidates, false counts, turned bits.
@Suite struct LiarTests {
    private func options(verify: Double, workers: Int, liars: Int) -> SimulationOptions {
        var options = SimulationOptions()
        options.workers = workers
        options.liars = liars
        options.lieShare = 0.5
        options.jobs = [
            ModelJob(seed: 1, samples: 30_000, quantile: 0.01, verify: verify),
            ModelJob(seed: 2, samples: 9_999, quantile: 0.1, verify: verify),
        ]
        options.faults.garbage = 0
        options.faults.cancellations = 0
        return options
    }

    /// Every range is computed by two, liars lie apart from one another: the answer is right
    /// whatever else goes wrong, and only liars are shut out.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func withEveryRangeVerifiedTheAnswerIsRight() throws {
        var lies: [String: Int] = [:]
        var quarantined = 0
        let cache = EvaluationCache()
        for seed in 1..<31 as Range<UInt64> {
            let options = options(verify: 1, workers: 5, liars: 2)
            let report = try Simulator.run(seed: seed, options: options, cache: cache)
            lies.merge(report.lies) { $0 + $1 }
            quarantined += report.quarantined.count
            #expect(report.restarts == 0, "nothing unverified is ever merged")
        }
        print("verified liars: \(lies), \(quarantined) shut out")
        #expect(lies.count == 5 && quarantined > 20)
    }

    /// The same lies without verification are believed: the test above can fail.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func withoutVerificationLiesAreBelieved() throws {
        var wrong = 0
        let cache = EvaluationCache()
        for seed in 1..<6 as Range<UInt64> {
            var options = options(verify: 0, workers: 5, liars: 2)
            options.lies = ["wrong utilities"]
            options.expectsTruth = false
            wrong += try Simulator.run(seed: seed, options: options, cache: cache).jobsWrong
        }
        #expect(wrong > 0)
    }

    /// With a share of the ranges verified, a job whose liars are all caught has the right answer:
    /// what they did before is done again.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func whatACaughtLiarDidIsDoneAgain()
        throws
    {
        var caught = 0
        var restarts = 0
        let cache = EvaluationCache()
        for seed in 1..<61 as Range<UInt64> {
            var options = options(verify: 0.2, workers: 4, liars: 1)
            options.jobs = [ModelJob(seed: 5, samples: 40_000, quantile: 0.01, verify: 0.2)]
            options.coordinator.leaseLevels = 8...9
            options.expectsTruth = false
            let report = try Simulator.run(seed: seed, options: options, cache: cache)
            guard report.liarsAtLarge == 0, !report.lies.isEmpty else { continue }
            caught += 1
            restarts += report.restarts
            #expect(report.jobsWrong == 0, "seed \(seed)")
        }
        print("caught in \(caught) of 60 schedules, \(restarts) jobs begun anew")
        #expect(caught > 20 && restarts > 10)
    }
}
