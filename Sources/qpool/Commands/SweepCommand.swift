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
            """)

    @Argument(help: "The job file; - is standard input.")
    var file: String

    @Option(help: "The smallest quantile, where the file does not say. Default 1e-4.")
    var from: String?

    @Option(help: "The largest quantile. Default 1.")
    var to: String?

    @Option(help: "How many quantiles, in equal steps of the logarithm. Default 25.")
    var steps: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting(file: file) {
            var job = try JobFile(path: file)
            job.allowPlugins()
            let spec = try JobCompiler.compile(try swept(job.node), resources: job.resources)
            let document = try await LocalJob(spec, job.resources).run(
                threads: threads.count, quiet: output.quiet)
            try ResultPrinter(format: output.output).write(document.text)
        }
    }

    /// The job with a sweep, where it has none.
    private func swept(_ node: JobNode) throws(JobError) -> JobNode {
        guard case .mapping(let entries) = node.content else { return node }
        let isGiven = entries.contains { $0.key == "sweep" }
        let options: [(String, String)] = [
            ("from", from), ("to", to), ("steps", steps.map { "\($0)" }),
        ].compactMap { name, value in value.map { (name, $0) } }
        if isGiven {
            guard options.isEmpty else {
                throw JobError(
                    at: node.position, path: "sweep",
                    "the file says what is swept: leave out --\(options[0].0)")
            }
            return node
        }
        let position = node.position
        let grid = JobNode(
            .mapping(
                options.map {
                    ($0.0, position, JobNode(.scalar($0.1, quoted: false), at: position))
                }),
            at: position)
        let left = ["quantile", "quantiles", "draws", "precision"]
        return JobNode(
            .mapping(
                entries.filter { !left.contains($0.key) } + [
                    (
                        "sweep", position,
                        JobNode(.mapping([("quantiles", position, grid)]), at: position)
                    )
                ]), at: position)
    }
}
