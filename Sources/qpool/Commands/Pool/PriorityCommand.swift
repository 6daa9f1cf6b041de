// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool priority`: changes when a job is served.
struct PriorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "priority",
        abstract: "Serve a job before or after others.",
        discussion: """
            Examples:
              qpool priority 3f9a 5         before every job of priority 4 and less
              qpool priority 3f9a -- -5     after all others (-- lets a minus begin a number)

            Jobs have priority 0 where `submit --priority` says nothing else. What workers hold already
            is finished first.
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @Argument(help: "From -10 to 10; higher is served first.")
    var priority: Int

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var messages: MessageOptions

    func validate() throws {
        guard (-10...10).contains(priority) else {
            throw ValidationError("a priority is -10 to 10")
        }
    }

    func run() async throws {
        try await reporting {
            let status = try await connection.client().setPriority(job, priority)
            Terminal.say("\(status.id) has priority \(status.priority)")
        }
    }
}
