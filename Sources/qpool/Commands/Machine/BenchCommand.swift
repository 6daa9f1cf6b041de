// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolRuntime
import Quantilizer

/// `qpool bench`: how fast this machine computes.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast this machine computes, on one thread and on all.",
        discussion: """
            Examples:
              qpool bench                         the project's two workloads, G and E
              qpool bench job.yaml                a job of your own, and each utility alone
              qpool bench --threads 1 -o json

            The median of several rounds, after one to warm up, of the computation alone: neither the
            start of the process nor the reading of the job counts. A utility alone is timed on one
            thread, over samples that are in the cache. "Given up early" looks for the top of each utility
            as a job does that measures a part of its samples, beside drawing all of them. Other work on the machine slows it down.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Argument(
        help: "A job file; - is standard input. Default: workloads G and E.",
        completion: .file(extensions: JobArgument.endings))
    var file: String?

    @OptionGroup var changes: JobChanges

    @Option(help: "Samples of workloads G and E. A job file has its own.")
    var samples: Double?

    @Option(help: "Rounds, of which the median counts.")
    var rounds = 5

    @OptionGroup var threads: ThreadOptions

    @Option(name: [.customShort("o"), .long], help: "table or json.")
    var output = Format.table

    func validate() throws {
        if file == nil, !changes.settings.isEmpty {
            throw ValidationError("--set changes a job file: name one")
        }
        if let samples {
            guard file == nil else {
                throw ValidationError("--samples is for workloads G and E; a job file has its own")
            }
            guard samples >= 1_000, samples <= 1e12 else {
                throw ValidationError("--samples takes 1e3 to 1e12")
            }
        }
        guard (1...1_000).contains(rounds) else {
            throw ValidationError("--rounds takes 1 to 1000")
        }
    }

    func run() async throws {
        try await reporting(file: file) {
            var report = BenchReport()
            if let file {
                var file = try changes.load(file)
                file.allowPlugins()
                try measure(
                    JobCompiler.compile(file.node, resources: file.resources), into: &report)
            } else {
                for text in SpeedTest.workloads(samples: UInt64(samples ?? 3e7)) {
                    try measure(
                        JobCompiler.compile(JobText.parse(text), resources: JobResources()),
                        into: &report)
                }
            }
            switch output {
            case .table: try Terminal.writeOutput(report.table)
            case .json: try Terminal.writeOutput(report.json.text(pretty: true) + "\n")
            }
        }
    }

    private func measure(_ spec: JobSpec, into report: inout BenchReport) throws {
        let name = spec.name.isEmpty ? "job" : spec.name
        for count in Set([1, try threads.count()]).sorted() {
            if rounds > 1 { _ = try SpeedTest.time(spec.job, threads: count, rounds: 1) }
            report.jobs.append(
                BenchReport.Job(
                    name: name, threads: count,
                    time: try SpeedTest.time(spec.job, threads: count, rounds: rounds)))
        }
        for (number, utility) in spec.job.utilities.enumerated() {
            guard
                let rounds = SpeedTest.nanoseconds(
                    utility: number, of: spec.job, rounds: rounds)
            else { continue }
            report.utilities.append(
                BenchReport.Utility(job: name, name: utility.name, nanoseconds: rounds))
            report.early.append(
                BenchReport.Early(
                    job: name, name: utility.name,
                    time: SpeedTest.early(utility: number, of: spec.job, rounds: self.rounds)))
        }
    }
}
