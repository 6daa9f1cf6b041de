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

    @Argument(help: "The job file; - is standard input.")
    var file: String

    @Option(help: "The budget in nats, where the file has no `attack`.")
    var kl: String?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting(file: file) {
            var job = try JobFile(path: file)
            job.allowPlugins()
            let spec = try JobCompiler.compile(try attacked(job.node), resources: job.resources)
            let document = try await LocalJob(spec, job.resources).run(
                threads: threads.count, quiet: output.quiet)
            try ResultPrinter(format: output.output).write(document.text)
        }
    }

    /// The job as an attack; the method of an estimate gives way.
    private func attacked(_ node: JobNode) throws(JobError) -> JobNode {
        guard case .mapping(let entries) = node.content else { return node }
        let isGiven = entries.contains { $0.key == "attack" }
        guard isGiven != (kl != nil) else {
            throw JobError(
                at: node.position, path: "attack",
                isGiven
                    ? "the file has its budget: leave out --kl"
                    : "missing key `attack`, as `attack: { kl: 2 }`, or --kl NATS")
        }
        guard let kl else { return node }
        let position = node.position
        let budget = JobNode(.scalar(kl, quoted: false), at: position)
        return JobNode(
            .mapping(
                entries.filter { $0.key != "method" && $0.key != "samples" } + [
                    (
                        "attack", position,
                        JobNode(.mapping([("kl", position, budget)]), at: position)
                    )
                ]), at: position)
    }
}
