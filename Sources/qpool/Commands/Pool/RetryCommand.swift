// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool retry`: a job that ended without a result goes on.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let a job that failed or was cancelled go on with what it lacks.",
        discussion: """
            Examples:
              qpool retry 3f9a
              qpool retry --wait 3f9a    and print its result when it is there
              qpool retry --anew 3f9a    from nothing: what was computed is not to be trusted

            What was done before is kept and not done again; workers that could not compute it may try
            again. A job that would fail the same way, as for want of `memory`, is refused (exit
            status 2). One that runs or is done is left as it is.
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String

    @Flag(help: "Begin from nothing, a job that runs too.")
    var anew = false

    @Flag(help: "Follow the job to its end and print the result.")
    var wait = false

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: AnswerOptions

    func validate() throws { if !wait { try output.refuseReport() } }

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            let status = try await client.retry(job, anew: anew)
            if wait {
                return try await follow(status.id, client, quiet: output.quiet, answer: output)
            }
            Terminal.say("\(status.id) is \(status.state.rawValue)")
        }
    }
}
