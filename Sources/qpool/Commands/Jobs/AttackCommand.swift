// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool attack`: the shift of the base, within a budget, that makes an event most likely.
struct AttackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attack",
        abstract: "Shift the base within a KL budget so that an event is most likely.",
        discussion: """
            The job file has `event: FORMULA`, a `utility` that leads towards it, and
            `attack: { kl: NATS }`. The table has the shift of each random number that a sample is made
            of, and the gradient of ln P there; above it ln P with and without the shift, with
            intervals. A pool takes the same file: qpool submit.

            Examples:
              qpool attack examples/attack.yaml
              qpool attack job.yaml --kl 8 -o json
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "The budget in nats, where the file has no `attack`.")
    var kl: String?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions

    func run() async throws {
        try await LocalJob.answer(job, threads: threads, output: output, changing: attacked)
    }

    /// The job as an attack; the method of an estimate gives way.
    private func attacked(_ node: JobNode) throws(JobError) -> JobNode {
        let isGiven = node.has("attack")
        guard isGiven != (kl != nil) else {
            throw JobError(
                at: node.position, path: "attack",
                isGiven
                    ? "the file has its budget: leave out --kl"
                    : "missing key `attack`, as `attack: { kl: 2 }`, or --kl NATS")
        }
        guard let kl else { return node }
        return node.adding(
            "attack", node.mapping([("kl", node.scalar(kl))]), without: ["method", "samples"])
    }
}
