// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool forget`: an ended job and its result go.
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Remove a job that has ended, and its result, from the coordinator.",
        discussion: """
            Example:
              qpool forget 3f9a

            What is removed cannot be had back. A job that has not ended is refused (exit status 6):
            cancel it first.
            """)

    @Argument(help: "The job's id, or its beginning.")
    var job: String

    @OptionGroup var connection: ConnectOptions

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            let status = try await client.forget(job)
            Terminal.say("\(status.id) is forgotten")
        }
    }
}
