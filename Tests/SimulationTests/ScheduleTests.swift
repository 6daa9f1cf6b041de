// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Simulation
import Testing

/// Schedules of faults. A failure prints its seed; QPOOL_SEED=… replays that one alone, and
/// QPOOL_SCHEDULES=… runs so many.
@Suite struct ScheduleTests {
    static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// Reports every seed that fails, and what happened in all.
    func run(
        _ name: String, seeds: Range<UInt64>, _ options: SimulationOptions
    ) -> [SimulationReport] {
        let cache = EvaluationCache()
        var reports: [SimulationReport] = []
        let wanted = Self.number("QPOOL_SEED").map { UInt64($0)..<UInt64($0) + 1 } ?? seeds
        for seed in wanted {
            do throws(SimulationFailure) {
                reports.append(try Simulator.run(seed: seed, options: options, cache: cache))
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
        let faults = reports.reduce(into: [String: Int]()) { sum, report in
            sum.merge(report.faults) { $0 + $1 }
        }
        let events = reports.reduce(0) { $0 + $1.events }
        print(
            "\(name): \(reports.count) schedules, \(events) events,",
            faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                .joined(separator: ", "))
        return reports
    }

    @Test func everyJobEndsWithTheUndisturbedResult() {
        let count = UInt64(Self.number("QPOOL_SCHEDULES") ?? 60)
        let reports = run("usual", seeds: 1..<count + 1, SimulationOptions())
        // Over so many schedules every kind of fault has happened.
        for fault in [
            "loss", "delay", "duplicate", "garbage", "worker killed", "worker frozen",
            "worker drained", "partition", "coordinator killed", "store failure", "job cancelled",
        ] {
            #expect(
                reports.contains { $0.faults[fault, default: 0] > 0 } || reports.count < 60,
                "\(fault) never happened")
        }
    }

    @Test func aQuietPoolComputesEveryRangeOnce() throws {
        var options = SimulationOptions()
        options.faults = FaultRates()
        options.jobs = [ModelJob(seed: 4, samples: 40_960, quantile: 0.01)]
        options.coordinator.leaseLevels = 10...10
        options.coordinator.speculates = false
        let report = try Simulator.run(seed: 1, options: options, cache: EvaluationCache())
        #expect(report.leasesComputed == 40)
        #expect(report.faults.isEmpty)
    }

    @Test func aStragglerDoesNotHoldTheJob() throws {
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

    @Test func aThousandWorkersAreServed() throws {
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
