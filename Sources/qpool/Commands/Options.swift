// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// Where the coordinator is: for every command that talks to one.
struct ConnectOptions: ParsableArguments {
    @Option(
        help: """
            The coordinator: a connection file (`qpool keygen`), or for plain TCP HOST:PORT. \
            Default: QPOOL_CONNECT, else the configuration's pool, else \(Endpoint.usual).
            """, completion: .file(extensions: ["yaml"]))
    var connect: String?

    @Option(
        help: "The coordinator that `qpool config` knows by this name. Default: QPOOL_POOL.",
        completion: LiveNames.pools)
    var pool: String?

    @Flag(help: "Use plain TCP beyond this machine. Also QPOOL_ALLOW_PLAINTEXT=1.")
    var allowPlaintext = false

    @Option(help: "Seconds to wait for an answer. Default 10.")
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout < 1e6) {
            throw ValidationError("--timeout takes seconds above 0")
        }
        if connect != nil, pool != nil {
            throw ValidationError("--connect and --pool both say where: leave out one of the two")
        }
    }

    /// Where the coordinator is and how we know one another; says so where nothing is encrypted.
    func connection() throws -> Connection {
        let connection = try Settings.coordinator(of: self).resolve()
        if let warning = connection.warning { Terminal.warn(warning) }
        return connection
    }

    /// A client of that coordinator.
    func client() throws -> PoolClient {
        let connection = try connection()
        let seconds = try Settings.coordinator(of: self).timeout.value
        try Reachability.check(connection.endpoint, within: .seconds(min(seconds, 1)))
        return try PoolClient(
            endpoint: connection.endpoint, security: connection.security,
            timeout: .seconds(seconds))
    }
}

/// How the answer is written, and how much is said meanwhile.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: """
            table, json (the whole result), or its draws as jsonl, csv, npy; or a file with such an \
            ending, as draws.npy.
            """)
    var output = OutputTarget(.table)

    @OptionGroup var progress: ProgressOptions

    var quiet: Bool { progress.quiet }

    func validate() throws { try output.check() }
}

/// How much is said while a command works.
struct ProgressOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    @OptionGroup var style: MessageOptions

    func validate() throws {
        if quiet, style.progress == .json {
            throw ValidationError("--quiet has no progress to tell: leave out one of the two")
        }
    }
}

/// How what is said is written.
struct MessageOptions: ParsableArguments {
    @Option(
        help: """
            auto: a line; json: everything on standard error as an event a line, for programs \
            (docs/progress.md).
            """)
    var progress = ProgressStyle.auto
}

/// The job that a command reads: the same for all of them.
struct JobArgument: ParsableArguments {
    /// The endings of job files.
    static let endings = ["yaml", "yml", "json"]

    @Argument(
        help: "The job file; - is standard input.", completion: .file(extensions: Self.endings))
    var file: String

    @OptionGroup var changes: JobChanges

    /// Reads it, with its changes.
    func load() throws -> JobFile { try changes.load(file) }
}

/// Changes of a job on the command line.
struct JobChanges: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            """
            Change the job before it is read: quantile=0.1, base.normal.dimension=3, precision= to \
            leave a key out. May be given several times.
            """, valueName: "path=value"))
    var settings: [String] = []

    func load(_ path: String) throws -> JobFile {
        try JobFile(
            path: path,
            settings: try settings.map { text throws(JobError) in try JobSetting(text) })
    }
}

/// How an answer is written, and its report: for every command that ends with a result.
struct AnswerOptions: ParsableArguments {
    @OptionGroup var options: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Also write a report to this file: one page of HTML, with pictures, for any browser.",
            valueName: "file.html"))
    var report: String?

    var output: OutputTarget { options.output }
    var quiet: Bool { options.quiet }

    func validate() throws {
        if let report { try OutputTarget.check(report, flag: "--report") }
    }

    /// Refuses a report where the command does not wait for a result.
    func refuseReport() throws {
        if report != nil { throw ValidationError("--report needs --wait: there is no result yet") }
    }
}

/// Cores to compute on: for every command that computes.
struct ThreadOptions: ParsableArguments {
    @Option(help: "Threads to compute on. Default: QPOOL_THREADS, else all cores.")
    var threads: Int?

    func validate() throws {
        let count: Sourced<Int>
        do { count = try Settings.threads(flag: threads) } catch let error as SecurityError {
            throw ValidationError("\(error)")
        }
        guard (1...4096).contains(count.value) else {
            throw ValidationError("\(count.source) takes 1 to 4096 threads")
        }
    }

    /// Threads to compute on.
    func count() throws -> Int { try Settings.threads(flag: threads).value }
}
