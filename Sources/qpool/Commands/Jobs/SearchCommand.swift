// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool search`: parameters of a reward whose quantilizer does well by a criterion.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search a reward's parameters, judged by a criterion that it never sees.",
        discussion: """
            The job file has a `utility` with free names, their ranges under `search: parameters`, and
            `search: criterion`. For each candidate an inner quantilizer keeps the top q by the reward;
            the criterion's mean over what it kept is the score. The parameters found are tried again
            on fresh samples, and on a `shifted` base. A pool takes the same file: qpool submit.

            Examples:
              qpool search examples/search.yaml
              qpool search job.yaml -o csv > generations.csv
            """)

    @OptionGroup var job: JobArgument

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions

    func run() async throws {
        try await LocalJob.answer(job, threads: threads, output: output) {
            node throws(JobError) in
            guard node.has("search") else {
                throw JobError(
                    at: node.position, path: "",
                    "missing key `search`: `{ parameters: { w: [0, 1] }, criterion: FORMULA }`")
            }
            return node
        }
    }
}
