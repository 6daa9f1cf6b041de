// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool jobs`: lists the coordinator's jobs.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the coordinator's jobs, newest first.",
        discussion: """
            Examples:
              qpool jobs
              qpool jobs --state running --state queued
              qpool jobs --name nightly --owner ann --since 2h
              qpool jobs --limit 20 -o jsonl

            A terminal that is too narrow loses columns; --wide keeps them.
            """)

    @OptionGroup var filter: JobFilterOptions

    @Option(help: "The most to list.")
    var limit = 100

    @OptionGroup var width: WidthOptions
    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more") }
    }

    func run() async throws {
        try await reporting {
            let (jobs, total) = try await connection.client().jobs(limit: limit, filter.filter)
            if output.output.format == .table {
                try output.output.write(
                    StatusText.sentence(jobs, of: total) + "\n\n"
                        + StatusText.table(jobs).text(columns: width.columns(output)))
            } else {
                try output.output.write(
                    try RecordList(
                        jobs.map { StatusText.record($0) }, columns: StatusText.jobColumns
                    ).text(output.output.format))
            }
            if total > jobs.count {
                // Programs read no sentence.
                Terminal.say(
                    "\(jobs.count) of \(total) jobs shown; --limit shows more, at most "
                        + "\(PoolLimits.listed) at once")
            }
        }
    }
}

/// Which jobs are meant.
struct JobFilterOptions: ParsableArguments {
    @Option(help: "Jobs in this state; may be given several times.")
    var state: [StateName] = []

    @Option(help: "Jobs whose names contain this, whatever the case.")
    var name: String?

    @Option(help: "Jobs that the key of this name submitted.")
    var owner: String?

    @Option(help: "Jobs submitted at most so long ago: 30m, 2h, 7d.")
    var since: Span?

    var filter: JobFilter {
        JobFilter(
            states: state.map(\.state), owner: owner, name: name,
            since: since.map { .nanoseconds($0.nanoseconds) })
    }
}

/// A state of jobs on the command line.
struct StateName: ExpressibleByArgument {
    let state: JobStatus.State

    init?(argument: String) {
        guard let state = JobStatus.State(rawValue: argument) else { return nil }
        self.state = state
    }

    static var allValueStrings: [String] { JobStatus.State.allCases.map(\.rawValue) }
}

/// How wide a table may be.
struct WidthOptions: ParsableArguments {
    @Flag(help: "All columns, however narrow the terminal.")
    var wide = false

    /// Columns that a table may take; nil for as many as it needs.
    func columns(_ output: OutputOptions) -> Int? { wide ? nil : output.output.tableColumns }
}

/// `qpool workers`: lists the coordinator's workers.
struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "List the workers that are connected.",
        discussion: "Examples:\n  qpool workers\n  qpool workers -o jsonl")

    @Option(help: "The most to list.")
    var limit = 1000

    @OptionGroup var width: WidthOptions
    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more") }
    }

    func run() async throws {
        try await reporting {
            let (workers, total) = try await connection.client().workers(limit: limit)
            if output.output.format == .table {
                try output.output.write(
                    StatusText.sentence(workers, of: total) + "\n\n"
                        + StatusText.table(workers).text(columns: width.columns(output)))
            } else {
                try output.output.write(
                    try RecordList(workers.map { StatusText.record($0) }).text(output.output.format)
                )
            }
            if total > workers.count {
                Terminal.say("\(workers.count) of \(total) workers shown; --limit shows more")
            }
        }
    }
}
