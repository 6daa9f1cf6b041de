// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool run`: answers a job on this machine, without a network.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Answer a job on this machine: all cores, no network.",
        discussion: """
            Examples:
              qpool run job.yaml
              qpool run job.yaml -o json > result.json
              qpool run job.yaml -o npy > draws.npy
              qpool init - | qpool run -
            """)

    @Argument(help: "The job file; - is standard input.")
    var file: String

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting(file: file) {
            let job = try JobFile(path: file)
            let spec = try JobCompiler.compile(job.node, resources: job.resources)
            let document = try await LocalJob(spec, job.resources).run(
                threads: threads.count, quiet: output.quiet)
            try ResultPrinter(format: output.output).write(document.text)
        }
    }
}

/// A job run in this process, with its progress on standard error.
struct LocalJob {
    let spec: JobSpec
    let resources: JobResources

    init(_ spec: JobSpec, _ resources: JobResources) {
        self.spec = spec
        self.resources = resources
    }

    func run(threads: Int, quiet: Bool) async throws -> ResultDocument {
        let run = LocalRun(job: spec.job, threads: threads)
        let asked = Asked()
        let signals = Signals { _ in
            if asked.again() { exit(ExitStatus.cancelled.rawValue) }
            run.cancel()
        }
        defer { withExtendedLifetime(signals) {} }
        let shown = quiet ? nil : Task { await Self.show(run) }
        let started = ContinuousClock.now
        let result: JobResult
        do {
            result = try await run.result()
            shown?.cancel()
            await shown?.value
        } catch {
            shown?.cancel()
            await shown?.value
            if error.code == "cancelled" {
                Terminal.say("qpool: cancelled; nothing is kept of a local run")
                throw ExitStatus.cancelled
            }
            throw error
        }
        let seconds = (ContinuousClock.now - started).seconds
        let timings: [(String, JSON)] = [
            ("seconds", .number(seconds)),
            ("samples_per_second", .number(Double(result.evaluations) / max(seconds, 1e-9))),
            ("threads", .integer(UInt64(threads))),
        ]
        return JobCompiler.document(
            result, spec, jobDigest: JobCompiler.digest(spec, resources), timings: timings)
    }

    private static func show(_ run: LocalRun) async {
        var line = ProgressLine()
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            if Task.isCancelled { break }
            let now = run.snapshot
            var report = ProgressReport(issued: now.done, total: now.total)
            if let t = now.threshold {
                report.threshold = (t.value, t.interval.lower, t.interval.upper)
            }
            line.show(report)
        }
        line.finish()
    }
}
