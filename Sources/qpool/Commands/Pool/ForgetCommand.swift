// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime

/// `qpool forget`: ended jobs and their results go.
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Remove jobs that have ended, and their results, from the coordinator.",
        discussion: """
            Examples:
              qpool forget 3f9a
              qpool forget --ended-before 30d --dry-run      which ones would go?
              qpool forget --ended-before 30d
              qpool forget --ended-before 1h --state failed --state cancelled

            What is removed cannot be had back. A job that has not ended is refused (exit status 6):
            cancel it first. Of many, each removed id is printed on a line.
            """)

    @Argument(help: "The job's id, or its beginning.", completion: LiveNames.jobs)
    var job: String?

    @Option(help: "All jobs that ended at least so long ago: 12h, 30d.")
    var endedBefore: Span?

    @OptionGroup(title: "Of these only") var filter: JobFilterOptions

    @Flag(help: "Print the ids, and remove nothing.")
    var dryRun = false

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var messages: MessageOptions

    func validate() throws {
        guard (job == nil) != (endedBefore == nil) else {
            throw ValidationError("name a job, or say --ended-before: one of the two")
        }
        guard job == nil || (filter.filter == JobFilter() && !dryRun) else {
            throw ValidationError(
                "--state, --name, --owner, --since and --dry-run go with --ended-before")
        }
    }

    func run() async throws {
        try await reporting {
            let client = try connection.client()
            if let job {
                let status = try await client.forget(job)
                Terminal.say("\(status.id) is forgotten")
                return
            }
            guard let endedBefore else { return }
            var filter = filter.filter
            filter.endedBefore = .nanoseconds(endedBefore.nanoseconds)
            var count = 0
            // A list has an end, and what is removed makes room in it for others.
            while true {
                let (jobs, total) = try await client.jobs(limit: 0, filter)
                for job in jobs {
                    if !dryRun { try await client.forget(job.id) }
                    try Terminal.writeOutput(job.id + "\n")
                }
                count += jobs.count
                if dryRun, total > jobs.count {
                    Terminal.warn("\(total - jobs.count) more are not listed")
                    count = total
                }
                if dryRun || jobs.count == total { break }
            }
            Terminal.say(
                dryRun ? "\(count) would be forgotten" : "\(count) are forgotten")
        }
    }
}
