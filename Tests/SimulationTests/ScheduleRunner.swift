// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Simulation
import Synchronization
import Testing

/// Schedules on all cores. A failure prints the last events and how to replay it.
enum ScheduleRunner {
    /// A number from the environment.
    static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// Runs seeds 1 to `count`, or those that `QPOOL_SEED` and `QPOOL_SCHEDULES` name.
    static func run(
        _ name: String, count: UInt64, _ options: SimulationOptions, flags: String = ""
    ) -> [SimulationReport] {
        let seeds =
            number("QPOOL_SEED").map { $0..<$0 + 1 } ?? 1..<(number("QPOOL_SCHEDULES") ?? count) + 1
        let next = Atomic<UInt64>(seeds.lowerBound)
        let reports = Mutex<[SimulationReport]>([])
        let failures = Mutex<[SimulationFailure]>([])
        let started = ContinuousClock.now
        DispatchQueue.concurrentPerform(
            iterations: ProcessInfo.processInfo.activeProcessorCount
        ) { _ in
            let cache = EvaluationCache()
            var mine: [SimulationReport] = []
            while failures.withLock({ $0.count < 20 }) {
                let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard seed < seeds.upperBound else { break }
                do throws(SimulationFailure) {
                    mine.append(try Simulator.run(seed: seed, options: options, cache: cache))
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            reports.withLock { $0 += mine }
        }
        for failure in failures.withLock({ $0 }).sorted(by: { $0.seed < $1.seed }) {
            Issue.record("\(name): \(failure)")
            print(failure.trace.joined(separator: "\n"))
            print("again: qpool simulate --seed \(failure.seed)\(flags)")
        }
        let all = reports.withLock { $0 }.sorted { $0.seed < $1.seed }
        var total = SimulationReport(seed: 0)
        for report in all { total.add(report) }
        print(
            "\(name): \(all.count) schedules, \(total.events) events,",
            "\(ContinuousClock.now - started),", "\(total.leases) leases,",
            total.faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                .joined(separator: ", "))
        return all
    }
}
