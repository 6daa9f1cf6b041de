// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// A job run in this process, with its progress on standard error.
struct LocalJob {
    let spec: JobSpec
    let resources: JobResources
    /// Where it stands.
    var machine: JobMachine
    /// The samples to compute; nil for all.
    var part: Range<UInt64>?
    /// The file that keeps what is done.
    var keeps: String?

    init(_ spec: JobSpec, _ resources: JobResources) {
        self.spec = spec
        self.resources = resources
        machine = JobMachine(job: spec.job)
    }

    /// What is kept in `path`, to go on from.
    init(_ state: RunState, keeps path: String?) {
        spec = state.spec
        resources = state.resources
        machine = state.machine
        keeps = path
    }

    /// Runs the job to its end.
    func run(threads: Int, quiet: Bool) async throws -> ResultDocument {
        var job = self
        guard let document = try await job.proceed(threads: threads, quiet: quiet) else {
            throw JobFailure("incomplete", "the job ended without an answer")
        }
        return document
    }

    /// Reads a job file, changes its tree as a command's options say, runs the job here and prints the
    /// answer.
    static func answer(
        _ path: String, threads: ThreadOptions, output: AnswerOptions,
        endpoints: EndpointOptions? = nil,
        changing change: (JobNode) throws(JobError) -> JobNode
    ) async throws {
        try await reporting(file: path) {
            var file = try JobFile(path: path)
            file.allowPlugins()
            if let endpoints { try file.allowEndpoints(endpoints) }
            let spec = try JobCompiler.compile(try change(file.node), resources: file.resources)
            let document = try await LocalJob(spec, file.resources).run(
                threads: threads.count, quiet: output.quiet)
            try ResultPrinter(output).write(document.text)
        }
    }

    /// Runs as far as is wanted and keeps what was done; nil where samples are missing after that.
    mutating func proceed(threads: Int, quiet: Bool) async throws -> ResultDocument? {
        let before = machine.progress.evaluations
        let keeper = keeps.map { Keeper(spec, resources, $0) }
        let run = LocalRun(
            machine: machine, threads: threads, part: part,
            keep: keeper.map { keeper in
                { @Sendable machine in
                    // The work goes on: what is kept at its end decides.
                    do throws(PoolFailure) { try keeper.keep(machine) } catch {
                        Terminal.say("qpool: \(error.description)")
                    }
                }
            })
        let asked = Asked()
        let signals = Signals { _ in
            if asked.again() { exit(ExitStatus.cancelled.rawValue) }
            run.cancel()
        }
        defer { withExtendedLifetime(signals) {} }
        let shown = quiet ? nil : Task { await Self.show(run) }
        let started = ContinuousClock.now
        let ending = await run.ending()
        shown?.cancel()
        await shown?.value
        machine = ending.machine
        if machine.failure == nil { try keeper?.keep(machine) }
        if ending.isCancelled {
            Terminal.say(
                "qpool: cancelled; "
                    + (keeps.map {
                        "\(machine.progress.evaluations) samples are kept in \($0): run the same "
                            + "command to go on"
                    } ?? "nothing is kept of a local run without --state"))
            throw ExitStatus.cancelled
        }
        if let failure = ending.failure ?? machine.failure { throw failure }
        guard let result = machine.result else { return nil }
        let seconds = (ContinuousClock.now - started).seconds
        let done = machine.progress.evaluations - min(before, machine.progress.evaluations)
        let timings: [(String, JSON)] = [
            ("seconds", .number(seconds)),
            ("samples_per_second", .number(Double(done) / max(seconds, 1e-9))),
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

/// Writes a run's state to its file.
struct Keeper: Sendable {
    let spec: JobSpec
    let resources: JobResources
    let path: String

    init(_ spec: JobSpec, _ resources: JobResources, _ path: String) {
        self.spec = spec
        self.resources = resources
        self.path = path
    }

    func keep(_ machine: JobMachine) throws(PoolFailure) {
        try RunState(spec, resources, machine: machine).write(to: path)
    }
}
