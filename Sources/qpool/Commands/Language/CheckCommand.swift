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
            Examples:
              qpool check job.yaml
              qpool check job.yaml --samples 0 -o json     only read it: starts and draws nothing

            Samples are asked for twice, in a second process, in batches of another size, and one by
            one. A function that is not replayable gives another answer each time the job is run, and
            no receipt of its draws can be checked. Exit status 1 where one is not, or fails.

            -o json has what was found of each function, and the job with every default filled in.
            """)

    @OptionGroup var job: JobArgument

    @Option(help: "Samples to try; 0 reads the job and tries nothing.")
    var samples = 4096

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...1_000_000).contains(samples) else {
            throw ValidationError("--samples takes 0 to 1000000")
        }
        guard [.table, .json].contains(output.output.format) else {
            throw ValidationError("-o takes table or json here")
        }
    }

    func run() async throws {
        try await reporting(file: job.file) {
            var file = try job.load()
            let report = try report(on: &file)
            try output.output.write(
                output.output.format == .json ? report.json.text(pretty: true) + "\n" : report.text)
            if !report.isGood { throw ExitStatus.jobFailed }
        }
    }

    private func report(on file: inout JobFile) throws -> CheckReport {
        // Whoever only reads a job may not be its owner: none of its programs starts.
        if samples == 0 { file.resources.extensions = .absent } else { file.allowPlugins() }
        let spec = try JobCompiler.compile(file.node, resources: file.resources)
        var report = CheckReport(
            spec: spec, digest: JobCompiler.digest(spec, file.resources), samples: samples)
        if samples > 0, spec.job.texts.isEmpty {
            let again = try JobCompiler.compile(file.node, resources: file.resources)
            report.findings = ReplayCheck.check(spec.job, again: again.job, samples: samples)
        }
        return report
    }
}
