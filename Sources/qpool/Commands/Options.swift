// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime

/// Where the coordinator is: for every command that talks to one.
struct ConnectOptions: ParsableArguments {
    /// The endpoint when nothing says otherwise.
    static let defaultEndpoint = Endpoint.usual

    @Option(
        help: """
            The coordinator: a connection file (`qpool keygen`), or for plain TCP HOST:PORT. \
            Default: QPOOL_CONNECT, else \(Self.defaultEndpoint).
            """)
    var connect: String?

    @Flag(help: "Use plain TCP beyond this machine. Also QPOOL_ALLOW_PLAINTEXT=1.")
    var allowPlaintext = false

    @Option(help: "Seconds to wait for an answer.")
    var timeout = 10.0

    func validate() throws {
        guard timeout > 0, timeout < 1e6 else {
            throw ValidationError("--timeout takes seconds above 0")
        }
    }

    /// Where the coordinator is and how we know one another; says so where nothing is encrypted.
    func connection() throws -> Connection {
        let connection = try ConnectionFile.resolve(
            flag: connect, environment: ProcessInfo.processInfo.environment,
            allowPlaintext: allowPlaintext)
        if let warning = connection.warning { Terminal.say("warning: \(warning)") }
        return connection
    }

    /// A client of that coordinator.
    func client() throws -> PoolClient {
        let connection = try connection()
        try Reachability.check(connection.endpoint, within: .seconds(min(timeout, 1)))
        return try PoolClient(
            endpoint: connection.endpoint, security: connection.security,
            timeout: .seconds(timeout))
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

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    func validate() throws { try output.check() }
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
        guard (1...4096).contains(count) else {
            throw ValidationError("--threads (or QPOOL_THREADS) takes 1 to 4096")
        }
    }

    var count: Int {
        threads ?? ProcessInfo.processInfo.environment["QPOOL_THREADS"].flatMap { Int($0) }
            ?? Machine.coreCount
    }
}
