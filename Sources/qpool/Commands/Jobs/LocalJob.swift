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
        _ job: JobArgument, threads: ThreadOptions, output: AnswerOptions,
        endpoints: EndpointOptions? = nil,
        changing change: (JobNode) throws(JobError) -> JobNode
    ) async throws {
        try await reporting(file: job.file) {
            var file = try job.load()
            file.allowPlugins()
            if let endpoints { try file.allowEndpoints(endpoints) }
            let spec = try JobCompiler.compile(try change(file.node), resources: file.resources)
            let document = try await LocalJob(spec, file.resources).run(
                threads: try threads.count(), quiet: output.quiet)
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
                        Terminal.say("qpool: \(error.description)", level: .error)
                    }
                }
            })
        let asked = Asked()
        let signals = Signals { _ in
            if asked.again() { Ending.leave(ExitStatus.cancelled) }
            run.cancel()
        }
        defer { withExtendedLifetime(signals) {} }
        ProgressStream.start(
            ProgressStream.Start(
                name: spec.name, method: JobPlan(job: spec.job).method,
                digest: JobCompiler.digest(spec, resources), total: machine.progress.expected,
                threads: threads))
        let shown = quiet ? nil : Task { await Self.show(run, before: before) }
        let started = ContinuousClock.now
        let ending = await run.ending()
        shown?.cancel()
        await shown?.value
        machine = ending.machine
        if machine.failure == nil { try keeper?.keep(machine) }
        if ending.isCancelled {
            let left =
                keeps.map {
                    "\(machine.progress.evaluations) samples are kept in \($0): run the same "
                        + "command to go on"
                } ?? "nothing is kept of a local run without --state"
            Ending.fail(
                ToldFailure(code: "cancelled", text: "cancelled; \(left)"),
                words: "qpool: cancelled; \(left)")
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

    private static func show(_ run: LocalRun, before: UInt64) async {
        var line = ProgressLine(before: before)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            line.show(ProgressReport(run.snapshot))
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

extension ProgressReport {
    /// What is seen of a run in this process.
    init(_ now: LocalRun.Snapshot) {
        self.init(issued: now.done, total: now.total)
        round = now.round
        if let t = now.threshold {
            threshold = Threshold(
                value: t.value, low: t.interval.lower, high: t.interval.upper,
                confidence: t.confidence, samples: t.samples)
        }
    }
}
