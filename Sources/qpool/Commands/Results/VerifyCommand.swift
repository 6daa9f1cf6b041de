// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool verify`: finds whatever was changed in a result.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a result offline: its text and digest, its draws from their receipts.",
        discussion: """
            Examples:
              qpool verify result.json              the job is inside the result
              qpool verify result.json --full       the whole job again, compared member by member
              qpool verify result.json --key KEY    signed by this coordinator, and nobody else

            A changed character anywhere but in `timings` is found: the text must be what qpool writes,
            its id the job's, its digest that of what stands below it. Then every draw is made again
            from its receipt (seed, index), and every number that others imply is worked out again.
            What was not checked is told; with --full that is nothing, but for texts, which nobody can
            draw again. Exit status 1 where anything differs.

            A coordinator with keys signs its results; `qpool keygen FOLDER` and its log tell the public
            key. Without --key a signature is checked against the key that it names itself.
            """)

    @Argument(help: "The result, as `-o json` printed it; - is standard input.")
    var file: String

    @Flag(help: "Compute the whole job again.")
    var full = false

    @Option(
        help: ArgumentHelp(
            "The public key that must have signed it: 64 hexadecimal digits, or a file of them.",
            valueName: "key"))
    var key: String?

    @Flag(help: "Take a document that another program laid out anew: other blanks, 1.0 for 1.")
    var anyLayout = false

    @OptionGroup var threads: ThreadOptions

    @OptionGroup var progress: ProgressOptions

    func run() async throws {
        try await reporting(file: file) {
            var result = try ResultFile(path: file)
            result.job.allowPlugins()
            let resources = result.job.resources
            let spec = try JobCompiler.compile(result.job.node, resources: resources)
            var findings = result.findings(spec, anyLayout: anyLayout)
            if let wanted = try wantedKey(), result.signature?.key != wanted {
                findings.append(
                    result.signature.map {
                        "signature: it is by the key \($0.key), not by \(wanted)"
                    }
                        ?? "signature: nobody signed it")
            }
            var report = VerificationReport()
            // What is damaged already need not be computed again.
            if findings.isEmpty {
                let takesAll = full || ResultVerification.takesWholeJob(spec.job)
                if takesAll, !spec.job.drawsOnce {
                    let again = try await LocalJob(spec, resources).run(
                        threads: try threads.count(), quiet: progress.quiet)
                    report = ResultVerification.compare(
                        result.document, with: try ResultFile.document(again.text))
                } else {
                    report = try ResultVerification.check(result.document, spec: spec)
                }
            }
            findings += report.findings
            for finding in findings.prefix(20) {
                Terminal.say(finding, label: "differs: ")
            }
            guard findings.isEmpty else {
                let words = "\(findings.count) finding(s); the result is not what the job gives"
                Ending.fail(ToldFailure(code: "differs", text: words), words: words)
                throw ExitStatus.jobFailed
            }
            for gap in report.unchecked {
                Terminal.say("not checked: \(gap)", level: .warning)
            }
            if let signature = result.signature { Terminal.say("signed by \(signature.key)") }
            let again = spec.job.drawsOnce ? "measured again" : "made again from their receipts"
            let words =
                "valid: \(report.draws) draws \(again), \(report.comparisons) values compared; text, "
                + "id and digest are right\(report.unchecked.isEmpty ? "; nothing is left unchecked" : "")"
            let columns = OutputTarget(.table).tableColumns
            try Terminal.writeOutput(
                (columns.map { Paragraph.lines(words, columns: $0, indent: 0) } ?? words) + "\n")
        }
    }

    /// The key that was asked for, from the command line or a file.
    private func wantedKey() throws -> String? {
        guard let key else { return nil }
        if ResultSignature.isKey(key) { return key }
        let text: String
        do {
            text = try String(contentsOfFile: key, encoding: .utf8)
        } catch {
            throw wrongKey("`\(key)` is neither 64 hexadecimal digits nor a file that can be read")
        }
        let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard ResultSignature.isKey(word) else {
            throw wrongKey("\(key) does not hold 64 hexadecimal digits")
        }
        return word
    }

    private func wrongKey(_ words: String) -> SecurityError {
        SecurityError(
            .usage, place: "--key", words,
            remedy: "give the key or the results.pub that `qpool keygen` made")
    }
}
