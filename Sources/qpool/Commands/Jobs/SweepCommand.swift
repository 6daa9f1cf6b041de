// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool sweep`: every quantile at once, on this machine.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "What every quantile gives, from one pass: utility, costs, bits, with bands.",
        discussion: """
            A job file with `sweep: { quantiles: …, over: …, value: … }` is answered as it stands. Of
            any other `exact` job the quantile, the draws and the precision are left out and the
            quantiles swept instead. A pool takes a file with `sweep` too: qpool submit.

            Examples:
              qpool sweep job.yaml
              qpool sweep job.yaml --from 1e-5 --to 0.5 --steps 30
              qpool sweep job.yaml -o csv > curve.csv
              qpool sweep examples/goodhart-sweep.yaml
              qpool sweep examples/capability.yaml     a second axis: settings of the base

            A second axis goes over settings of the base, as `over: { base.normal.sd: [1, 2] }`, or over
            a language model's contexts, as `over: { context: { good: a good person, able: … } }`.
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "The smallest quantile, where the file does not say. Default 1e-4.")
    var from: String?

    @Option(help: "The largest quantile. Default 1.")
    var to: String?

    @Option(help: "How many quantiles, in equal steps of the logarithm. Default 25.")
    var steps: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions
    @OptionGroup(title: "Texts") var endpoints: EndpointOptions

    func run() async throws {
        try await LocalJob.answer(
            job, threads: threads, output: output, endpoints: endpoints, changing: swept)
    }

    /// The job with a sweep, where it has none.
    private func swept(_ node: JobNode) throws(JobError) -> JobNode {
        let options: [(key: String, value: JobNode)] = [
            ("from", from), ("to", to), ("steps", steps.map { "\($0)" }),
        ].compactMap { name, value in value.map { (name, node.scalar($0)) } }
        if node.has("sweep") {
            guard options.isEmpty else {
                throw JobError(
                    at: node.position, path: "sweep",
                    "the file says what is swept: leave out --\(options[0].key)")
            }
            return node
        }
        return node.adding(
            "sweep", node.mapping([("quantiles", node.mapping(options))]),
            without: ["quantile", "quantiles", "draws", "precision"])
    }
}
