// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer

/// `qpool check`: whether a job's functions give a sample the same result whenever they are asked.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Try whether a job's plugins are replayable: same sample, same bits.",
        discussion: """
            Example:
              qpool check job.yaml

            Samples are asked for twice, in a second process, in batches of another size, and one by
            one. A function that is not replayable gives another answer each time the job is run, and
            no receipt of its draws can be checked. Exit status 1 where one is not, or fails.
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "Samples to try.")
    var samples = 4096

    func validate() throws {
        guard (1...1_000_000).contains(samples) else {
            throw ValidationError("--samples takes 1 to 1000000")
        }
    }

    func run() async throws {
        try await reporting(file: job.file) {
            var file = try job.load()
            file.allowPlugins()
            let spec = try JobCompiler.compile(file.node, resources: file.resources)
            if !spec.job.texts.isEmpty {
                try Terminal.writeOutput(
                    "base: recorded: samples are drawn once and kept, so nothing is drawn to try\n")
                return
            }
            let again = try JobCompiler.compile(file.node, resources: file.resources)
            let findings = ReplayCheck.check(spec.job, again: again.job, samples: samples)
            var isGood = true
            for finding in findings {
                let kind = finding.source ?? "formula"
                let verdict = finding.differences.isEmpty ? "replayable" : "not replayable"
                try Terminal.writeOutput("\(finding.name) (\(kind)): \(verdict)\n")
                for difference in finding.differences {
                    try Terminal.writeOutput("  \(difference)\n")
                }
                if finding.failed > 0 {
                    try Terminal.writeOutput(
                        "  failed for \(finding.failed) of \(samples) samples\n")
                } else if finding.invalid > 0 {
                    try Terminal.writeOutput(
                        "  not a number for \(finding.invalid) of \(samples) samples\n")
                }
                if !finding.differences.isEmpty || finding.failed > 0 { isGood = false }
            }
            if let base = spec.job.recorded {
                let differs = findings.contains {
                    $0.source?.hasPrefix("base") == true && !$0.differences.isEmpty
                }
                try Terminal.writeOutput(
                    differs
                        ? "base: recorded: say `replayable: false`, so that samples are drawn once and "
                            + "kept\n"
                        : "base: \(base.isReplayable ? "replayable" : "recorded, as the job says")\n"
                )
                // What the job says already is no fault.
                if differs, !base.isReplayable {
                    isGood = !findings.contains { $0.failed > 0 }
                }
            }
            if !isGood { throw ExitStatus.jobFailed }
        }
    }
}
