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
        help: "The coordinator's endpoint. Default: QPOOL_CONNECT, else \(Self.defaultEndpoint).")
    var connect: String?

    @Option(help: "Seconds to wait for an answer.")
    var timeout = 10.0

    func validate() throws {
        guard timeout > 0, timeout < 1e6 else {
            throw ValidationError("--timeout takes seconds above 0")
        }
    }

    /// The endpoint: the flag, else the environment, else the default.
    var endpoint: String {
        connect ?? ProcessInfo.processInfo.environment["QPOOL_CONNECT"].flatMap {
            $0.isEmpty ? nil : $0
        } ?? Self.defaultEndpoint
    }

    /// A client of that coordinator.
    func client() throws -> PoolClient {
        try PoolClient(endpoint: endpoint, timeout: .seconds(timeout))
    }
}

/// How the answer is written, and how much is said meanwhile.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: "table, json (the whole result), or its draws as jsonl, csv, npy.")
    var output = OutputFormat.table

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false
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
