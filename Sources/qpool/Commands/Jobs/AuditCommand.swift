// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool audit`: what harm base samples show, and the bound that follows for the output.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Bound the risk of the output by what base draws show.",
        discussion: """
            The job file has `audit:` with `harm` (a formula that is true of harm, or names with
            such), `labels: { file: …, column: … }` (base draws that somebody looked at, 1 for harm),
            or `components: true` (the shares of a mixture's components). Of n base draws none harmful,
            the base risk is at most 3/n with 95 %, and the output's at most A times that. A pool
            takes the same file: qpool submit.

            Examples:
              qpool audit job.yaml
              qpool audit job.yaml --harm 'x[0] > 4'
              qpool audit examples/audit.yaml -o csv
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "A formula that is true of harm, where the file has no `audit`.")
    var harm: String?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions
    @OptionGroup(title: "Texts") var endpoints: EndpointOptions

    func run() async throws {
        try await LocalJob.answer(
            job, threads: threads, output: output, endpoints: endpoints, changing: audited)
    }

    /// The job with an audit.
    private func audited(_ node: JobNode) throws(JobError) -> JobNode {
        let isGiven = node.has("audit")
        guard isGiven != (harm != nil) else {
            throw JobError(
                at: node.position, path: "audit",
                isGiven
                    ? "the file says what harm is: leave out --harm"
                    : "missing key `audit`, or --harm FORMULA, true of what shall not be")
        }
        guard let harm else { return node }
        return node.adding(
            "audit", node.mapping([("harm", node.scalar(harm, quoted: true))]))
    }
}
