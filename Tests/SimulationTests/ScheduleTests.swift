// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Simulation
import TestMarks
import Testing

/// Schedules of faults. A failure prints its seed and the command that replays it; QPOOL_SEED=…
/// replays that one alone here, and QPOOL_SCHEDULES=… runs so many.
@Suite(.serialized) struct ScheduleTests {
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func everyJobEndsWithTheUndisturbedResult() {
        let reports = ScheduleRunner.run("default", count: 10_000, SimulationOptions())
        // Over so many schedules every kind of fault has happened.
        guard reports.count >= 10_000 else { return }
        for fault in [
            "loss", "delay", "duplicate", "garbage", "worker killed", "worker frozen",
            "worker given up and back", "worker slowed down", "worker drained",
            "worker's clock jumped", "identity used again", "partition", "one-way partition",
            "coordinator killed", "killed before the answer", "coordinator's clock jumped",
            "store failure", "disk full", "client cut off", "job cancelled", "job retried",
            "job extended", "priority changed", "second client",
        ] {
            let times = reports.reduce(0) { $0 + $1.faults[fault, default: 0] }
            #expect(times >= 3, "\(fault) happened \(times) times")
        }
        #expect(reports.reduce(0) { $0 + $1.jobsDone } > 2 * reports.count)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func everyJobEndsThoughEverythingGoesWrongAllTheTime() {
        var options = SimulationOptions()
        options.faults = .heavy
        _ = ScheduleRunner.run("heavy", count: 300, options, flags: " --faults heavy")
    }

    @Test func aQuietPoolComputesEveryRangeOnce() throws {
        var options = SimulationOptions()
        options.faults = FaultRates()
        options.jobs = [ModelJob(seed: 4, samples: 40_960, quantile: 0.01)]
        options.coordinator.leaseLevels = 10...10
        options.coordinator.speculates = false
        let report = try Simulator.run(seed: 1, options: options, cache: EvaluationCache())
        #expect(report.leases == 40)
        #expect(report.leasesComputed == 40)
        #expect(report.leasesHandedBack == 0)
        #expect(report.faults.isEmpty)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func aStragglerDoesNotHoldTheJob()
        throws
    {
        var options = SimulationOptions()
        options.faults = FaultRates()
        options.jobs = [ModelJob(seed: 5, samples: 1 << 14, quantile: 0.01)]
        options.workers = 2
        options.coordinator.leaseLevels = 8...12
        options.coordinator.firstLevel = 12
        // Some seeds make one worker a hundred times slower than the other.
        var alone = 0.0
        var doubled = 0.0
        let cache = EvaluationCache()
        for seed in 1..<20 as Range<UInt64> {
            options.coordinator.speculates = false
            alone += Double(
                try Simulator.run(seed: seed, options: options, cache: cache).nanoseconds)
            options.coordinator.speculates = true
            doubled += Double(
                try Simulator.run(seed: seed, options: options, cache: cache).nanoseconds)
        }
        #expect(doubled < 0.8 * alone)
    }

    @Test func aSeedReplaysTheSameSchedule() throws {
        let options = SimulationOptions()
        let first = try Simulator.run(seed: 9, options: options, cache: EvaluationCache())
        let second = try Simulator.run(seed: 9, options: options, cache: EvaluationCache())
        #expect(first == second)
    }

    @Test(.disabled(if: isQuick, "a thousand workers")) func aThousandWorkersAreServed() throws {
        var options = SimulationOptions()
        options.workers = 1_000
        options.faults = FaultRates()
        options.faults.workerCrashes = 5
        options.jobs = [ModelJob(seed: 6, samples: 1_000_000, quantile: 0.001)]
        options.coordinator.leaseLevels = 10...10
        options.troubleSeconds = 10
        options.checksInvariants = false
        let report = try Simulator.run(seed: 3, options: options, cache: EvaluationCache())
        #expect(report.jobsDone == 1)
    }
}
