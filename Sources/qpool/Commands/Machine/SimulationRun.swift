// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import PoolRuntime
import Quantilizer
import Reports
import Simulation
import Synchronization

/// Many schedules on all threads, until one fails.
struct SimulationRun {
    let seeds: Range<UInt64>
    let options: SimulationOptions
    let threads: Int
    let quiet: Bool

    /// What happened in all of them.
    struct Summary: Sendable {
        var total: SimulationReport
        var schedules = 0
        var seconds = 0.0
        var coordinatorNanoseconds: UInt64 = 0
        var longestStep: UInt64 = 0
        /// Steps by the binary logarithm of their nanoseconds.
        var steps = [Int](repeating: 0, count: 64)
        var failure: SimulationFailure?
        /// The last events, where they were asked for or something failed.
        var trace: [String] = []
        var peakBytes: UInt64?
    }

    func result() -> Summary {
        let started = ContinuousClock.now
        let next = Atomic<UInt64>(seeds.lowerBound)
        let summary = Mutex(Summary(total: SimulationReport(seed: seeds.lowerBound)))
        let progress = Mutex(SimulationProgress(total: seeds.count, quiet: quiet))
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, seeds.count))) { _ in
            let cache = EvaluationCache()
            let meter = SimulationMeter { ThreadClock.nanoseconds }
            while summary.withLock({ $0.failure == nil }) {
                let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard seed < seeds.upperBound else { break }
                do throws(SimulationFailure) {
                    let report = try Simulator.run(
                        seed: seed, options: options, cache: cache, meter: meter)
                    let (schedules, events) = summary.withLock {
                        $0.total.add(report)
                        $0.schedules += 1
                        if $0.failure == nil { $0.trace = report.trace }
                        return ($0.schedules, $0.total.events)
                    }
                    progress.withLock { $0.show(schedules, events) }
                } catch {
                    summary.withLock {
                        // Of several the one with the smallest seed, so that runs agree.
                        if let other = $0.failure, other.seed < error.seed { return }
                        $0.failure = error
                        $0.trace = error.trace
                    }
                }
            }
            summary.withLock {
                $0.coordinatorNanoseconds += meter.nanoseconds
                $0.longestStep = max($0.longestStep, meter.longest)
                for (exponent, count) in meter.histogram.enumerated() {
                    $0.steps[exponent] += count
                }
            }
        }
        progress.withLock { $0.finish() }
        var result = summary.withLock { $0 }
        result.seconds = (ContinuousClock.now - started).seconds
        result.peakBytes = Self.peakBytes
        return result
    }

    /// The most memory that this process had, where the system says so in a file.
    private static var peakBytes: UInt64? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return nil }
        return UInt64(kilobytes).map { $0 * 1_024 }
    }
}

/// A line on standard error now and then.
private struct SimulationProgress {
    let total: Int
    let quiet: Bool
    private let started = ContinuousClock.now
    private var last = ContinuousClock.now
    private var drawn = false

    init(total: Int, quiet: Bool) {
        self.total = total
        self.quiet = quiet
    }

    mutating func show(_ schedules: Int, _ events: Int) {
        let now = ContinuousClock.now
        guard !quiet, now - last >= (Terminal.isInteractive ? .milliseconds(200) : .seconds(10))
        else { return }
        last = now
        let rate = Double(events) / max((now - started).seconds, 1e-9)
        let line =
            "\(Figures.grouped(UInt64(schedules))) of \(Figures.grouped(UInt64(total))) schedules, "
            + "\(Figures.count(rate)) events/s"
        if Terminal.isInteractive {
            Terminal.redraw(line)
            drawn = true
        } else {
            Terminal.say(line)
        }
    }

    mutating func finish() {
        if drawn { Terminal.writeError("\r\u{1B}[K") }
    }
}

extension SimulationRun.Summary {
    private var coordinatorSeconds: Double { Double(coordinatorNanoseconds) * 1e-9 }

    private func perSecond(_ count: Int) -> Double { Double(count) / max(seconds, 1e-9) }

    /// The time that a share of the coordinator's steps stayed within, to a factor of two.
    private func step(_ share: Double) -> UInt64 {
        var left = Double(steps.reduce(0, +)) * share
        for (exponent, count) in steps.enumerated() {
            left -= Double(count)
            if left <= 0 { return min(longestStep, 2 << UInt64(min(61, exponent))) }
        }
        return longestStep
    }

    func table(workers: Int) -> String {
        func grouped(_ count: Int) -> String { Figures.grouped(UInt64(max(0, count))) }
        let mean = coordinatorNanoseconds / UInt64(max(1, total.coordinatorSteps))
        var out = """
            schedules    \(grouped(schedules)) of \(grouped(workers)) workers\
            \(failure == nil ? ", all laws held" : " passed, then one failed")
            events       \(grouped(total.events)), \(Figures.count(perSecond(total.events))) a second
            jobs         \(grouped(total.jobsDone)) done, \(grouped(total.jobsCancelled)) cancelled
            leases       \(grouped(total.leases)) handed out, at most \(grouped(total.mostLeases)) \
            out at once, \(grouped(total.leasesHandedBack)) handed back
            coordinator  \(grouped(total.coordinatorSteps)) steps of \(mean) ns, half within \
            \(step(0.5)) ns, 99 % within \(step(0.99)) ns, the longest \(longestStep) ns
            time         \(Figures.duration(seconds)); \
            \(Figures.duration(Double(total.nanoseconds) * 1e-9)) in the models

            """
        if let peakBytes { out += "memory       \(Figures.bytes(Double(peakBytes))) at most\n" }
        guard !total.faults.isEmpty else { return out }
        var faults = Table(["fault", "times"], numeric: [1])
        for (name, count) in total.faults.sorted(by: { $0.key < $1.key }) {
            faults.rows.append([name, grouped(count)])
        }
        return out + "\n" + faults.text
    }

    func json(workers: Int, _ replay: (UInt64) -> String) -> JSON {
        func integer(_ count: Int) -> JSON { .integer(UInt64(max(0, count))) }
        let faults = total.faults.sorted { $0.key < $1.key }.map { ($0.key, integer($0.value)) }
        var members: [(String, JSON)] = [
            ("version", .integer(1)),
            ("schedules", integer(schedules)),
            ("workers", integer(workers)),
            ("events", integer(total.events)),
            ("seconds", .number(seconds)),
            ("events_per_second", .number(perSecond(total.events))),
            ("model_seconds", .number(Double(total.nanoseconds) * 1e-9)),
            (
                "jobs",
                .object([
                    ("done", integer(total.jobsDone)), ("cancelled", integer(total.jobsCancelled)),
                ])
            ),
            (
                "leases",
                .object([
                    ("handed_out", integer(total.leases)),
                    ("computed", integer(total.leasesComputed)),
                    ("handed_back", integer(total.leasesHandedBack)),
                    ("most_at_once", integer(total.mostLeases)),
                    ("per_second", .number(perSecond(total.leases))),
                ])
            ),
            (
                "coordinator",
                .object([
                    ("steps", integer(total.coordinatorSteps)),
                    ("seconds", .number(coordinatorSeconds)),
                    ("median_nanoseconds", .integer(step(0.5))),
                    ("p99_nanoseconds", .integer(step(0.99))),
                    ("longest_nanoseconds", .integer(longestStep)),
                ])
            ),
            ("faults", .object(faults)),
            ("peak_bytes", peakBytes.map { .integer($0) } ?? .null),
        ]
        if let failure {
            members.append(
                (
                    "failure",
                    .object([
                        ("seed", .integer(failure.seed)), ("event", integer(failure.event)),
                        ("model_seconds", .number(Double(failure.nanoseconds) * 1e-9)),
                        ("law", .string(failure.reason)), ("replay", .string(replay(failure.seed))),
                        ("trace", .array(failure.trace.map { .string($0) })),
                    ])
                ))
        } else {
            members.append(("failure", .null))
        }
        return .object(members)
    }
}
