// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool verify`: makes a result's draws again from their receipts.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a result offline: its digest, and every draw made again from its receipt.",
        discussion: """
            Examples:
              qpool verify result.json              the job is inside the result
              qpool verify result.json --full       the whole job again, compared by digest

            A receipt is (seed, index). Without --full it is not shown that the draws are the top of
            all samples, only that they are the samples they say, at or above the threshold.
            Exit status 1 where anything differs.
            """)

    @Argument(help: "The result, as `-o json` printed it; - is standard input.")
    var file: String

    @Flag(help: "Compute the whole job again.")
    var full = false

    @OptionGroup var threads: ThreadOptions

    @Flag(name: [.short, .long], help: "No progress on standard error.")
    var quiet = false

    func run() async throws {
        try await reporting(file: file) {
            var document = try JobFile(path: file)
            document.allowPlugins()
            let parts = try ResultParts(document.node)
            let resources = document.resources
            let spec = try JobCompiler.compile(parts.job, resources: resources)
            var findings: [String] = []
            let report = try ResultVerification.verify(document.node, job: spec.job)
            findings += report.findings
            if full {
                let again = try await LocalJob(spec, resources).run(
                    threads: threads.count, quiet: quiet)
                if again.digest != parts.digest {
                    findings.append("the digest is \(parts.digest), the job's is \(again.digest)")
                }
            }
            for finding in findings.prefix(20) {
                Terminal.say(Terminal.paint.red("differs: ") + finding)
            }
            guard findings.isEmpty else {
                Terminal.say("\(findings.count) finding(s); the result is not what the job gives")
                throw ExitStatus.jobFailed
            }
            let whole = full ? ", and the whole job gives this digest" : ""
            try Terminal.writeOutput(
                "valid: \(report.draws) draws made again from their receipts, \(report.comparisons) "
                    + "numbers compared to the bit\(whole)\n")
        }
    }
}

/// The parts of a result document that checking it needs.
struct ResultParts {
    var job: JobNode
    var digest: String

    init(_ node: JobNode) throws(JobError) {
        guard case .mapping(let members) = node.content,
            let job = members.first(where: { $0.key == "job" })?.value,
            case .scalar(let digest, _)? = members.first(where: { $0.key == "digest" })?.value
                .content
        else {
            throw JobError(
                at: node.position, path: "",
                "not a result document: expected what `-o json` prints, with `job` and `digest`")
        }
        self.job = job
        self.digest = digest
    }
}
