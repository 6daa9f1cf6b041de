// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool estimate`: the probability of an event, on this machine.
struct EstimateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Estimate the probability of an event, however small.",
        discussion: """
            The job file has `event: FORMULA` in place of a quantile, true where it is neither 0 nor NaN,
            and `method: plain`, `splitting`, `importance` or `cross-entropy`; the second and the last go
            up a `utility` towards the event. A pool takes the same file: qpool submit.

            Examples:
              qpool estimate job.yaml
              qpool estimate job.yaml -o json
              echo '{base: {normal: {dimension: 2}}, event: "x[0] > 6", utility: "x[0]",
                     method: cross-entropy}' | qpool estimate -
            """)

    @OptionGroup var job: JobArgument

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions

    func run() async throws {
        try await LocalJob.answer(job, threads: threads, output: output) {
            node throws(JobError) in
            guard node.has("event") else {
                throw JobError(
                    at: node.position, path: "",
                    "missing key `event`: a formula that is true where it happens, as `x[0] > 4`")
            }
            return node
        }
    }
}
