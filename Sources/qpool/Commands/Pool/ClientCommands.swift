// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool submit`: hands a job to a coordinator.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Hand a job to a coordinator; prints its id, or with --wait its result.",
        discussion: """
            Examples:
              qpool submit job.yaml                 prints the id and returns
              qpool submit --wait job.yaml          follows it to the end, prints the result
              qpool submit --id nightly-1 job.yaml  the same job twice under one id is one job
              qpool submit job.yaml --set seed=2    the job with another seed
            """)

    @OptionGroup var job: JobArgument

    @Flag(help: "Follow the job to its end and print the result.")
    var wait = false

    @Option(
        help:
            "The job's id, your choice: letters, digits, dots, dashes. Makes submitting idempotent."
    )
    var id: String?

    @Option(help: "-10 to 10; higher is served first.")
    var priority = 0

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: AnswerOptions

    func validate() throws {
        guard (-10...10).contains(priority) else {
            throw ValidationError("--priority takes -10 to 10")
        }
        if !wait { try output.refuseReport() }
        if let id, !JobID.isValid(id) {
            throw ValidationError("--id takes letters, digits, dots, dashes and underscores")
        }
    }

    func run() async throws {
        try await reporting(file: job.file) {
            let file = try job.load()
            var resources = file.resources
            resources.extensions = .absent
            let spec = try JobCompiler.compile(file.node, resources: resources)
            let client = try connection.client()
            let submitted = try await client.submit(
                file.package(of: spec), id: id ?? Machine.newID(), priority: priority)
            guard wait else {
                try Terminal.writeOutput(submitted.status.id + "\n")
                return
            }
            try await follow(submitted.status.id, client, quiet: output.quiet, answer: output)
        }
    }
}

/// `qpool watch`: shows a job's progress until it ends.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show a job's progress until it ends. Ctrl-C detaches; the job goes on.",
        discussion: """
            Examples:
              qpool watch 3f9a            any unique beginning of the id will do
              qpool watch 3f9a -o jsonl   an observation a line, for programs
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if output.output.path != nil {
            throw ValidationError("watch goes on writing: add > FILE in place of a file under -o")
        }
    }

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            let asLines = output.output.format == .jsonl || output.output.format == .json
            try await follow(
                job, client, quiet: output.quiet,
                observe: asLines
                    ? { try Terminal.writeOutput(RecordList([StatusText.record($0)]).lines) } : nil)
        }
    }
}

/// `qpool wait`: returns when a job is done, or precise enough.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Return when a job is done, or its threshold's interval is narrow enough.",
        discussion: """
            Examples:
              qpool wait 3f9a
              qpool wait 3f9a --for "precision<0.01" --within 10m

            precision is the width of the running threshold's interval, in units of utility. The
            intervals hold together, however often one looks. Exit status 4 when --within is over.
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @Option(name: .customLong("for"), help: "done, or precision<WIDTH.")
    var condition = WaitCondition.done

    @Option(help: "Give up after this long: 30s, 10m.")
    var within: Span?

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            let waiting = Task {
                try await follow(job, client, quiet: output.quiet, until: condition)
            }
            let clock = within.map { within in
                Task {
                    try await Task.sleep(for: .nanoseconds(within.nanoseconds))
                    waiting.cancel()
                }
            }
            defer { clock?.cancel() }
            try await waiting.value
            if waiting.isCancelled {
                let words = "not there yet; the job goes on. Wait again: qpool wait \(job)"
                Ending.fail(
                    ToldFailure(code: "timed-out", text: words), words: "qpool: \(words)")
                throw ExitStatus.timedOut
            }
        }
    }
}

/// What `qpool wait` waits for.
enum WaitCondition: ExpressibleByArgument {
    case done
    case precision(Double)

    init?(argument: String) {
        if argument == "done" {
            self = .done
            return
        }
        let parts = argument.split(separator: "<")
        guard parts.count == 2, parts[0] == "precision", let width = Double(parts[1]), width > 0
        else { return nil }
        self = .precision(width)
    }

    var defaultValueDescription: String { "done" }

    /// Whether the observation is enough.
    func isMet(by status: JobStatus) -> Bool {
        switch self {
        case .done: status.state == .done
        case .precision(let width):
            status.state == .done
                || status.thresholds.first?.interval.map { $0.upperBound - $0.lowerBound < width }
                    ?? false
        }
    }
}

/// `qpool status`: where a job stands.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show where a job stands.",
        discussion: "Example:\n  qpool status 3f9a -o json\n\nqpool describe tells all of it.")

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @OptionGroup var width: WidthOptions
    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let status = try await connection.client().status(job)
            let format = output.output.format
            try output.output.write(
                format == .table
                    ? StatusText.table([status]).text(columns: width.columns(output))
                    : try RecordList([StatusText.record(status)]).text(
                        format == .json ? .jsonl : format))
        }
    }
}

/// `qpool result`: prints a finished job's result.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result", abstract: "Print a finished job's result.",
        discussion: """
            Examples:
              qpool result 3f9a
              qpool result 3f9a -o json > result.json
              qpool result 3f9a -o npy > draws.npy
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: AnswerOptions

    func run() async throws {
        try await reporting {
            let (document, status) = try await connection.client().answer(job)
            if status.state != .done {
                Terminal.say(
                    "qpool: \(status.id) was extended and is \(status.state.rawValue): this is its "
                        + "result before that")
            }
            status.sayWarnings()
            try ResultPrinter(output).write(document.text)
        }
    }
}

/// `qpool cancel`: stops a job.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop a job; one that is over stays as it is.",
        discussion: "Example:\n  qpool cancel 3f9a")

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var messages: MessageOptions

    func run() async throws {
        try await reporting {
            let status = try await connection.client().cancel(job)
            Terminal.say("\(status.id) is \(status.state.rawValue)")
        }
    }
}
