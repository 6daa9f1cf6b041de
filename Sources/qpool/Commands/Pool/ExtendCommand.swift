// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Reports

/// `qpool extend`: more samples for a job that runs or is done.
struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Let a job go on at its next index, to more samples in all.",
        discussion: """
            Examples:
              qpool extend 3f9a --samples 1e9            a job of the pool; it keeps its id
              qpool extend --wait 3f9a --samples 1e9     and print its result when it is there
              qpool extend job.qstate --samples 1e9      a state that `qpool run --state` keeps
              qpool extend 3f9a --draws 200              more groups of a best-of-n job

            The answer is that of a job of so many samples from the start, byte for byte, and what is
            done is not done again. Until it is there, `qpool result` prints the one before. Asking
            twice changes nothing; fewer samples than the job has are refused (exit status 2).
            """)

    @Argument(
        help: "The job's id, or its beginning; or the file of a state.", completion: LiveNames.jobs)
    var job: String

    @Option(help: "Samples in all, as 1e9; of `threshold` the most.")
    var samples: SampleCount?

    @Option(help: "Draws in all, of best-of-n.")
    var draws: Int?

    @Flag(help: "Follow the job to its end and print the result.")
    var wait = false

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: AnswerOptions

    func validate() throws {
        guard samples != nil || draws != nil else {
            throw ValidationError("how far? --samples N, or --draws N for best-of-n")
        }
        if let draws, draws < 1 { throw ValidationError("--draws takes 1 or more") }
    }

    func run() async throws {
        try await reporting {
            if FileManager.default.fileExists(atPath: job) { return try await extendState() }
            if !wait { try output.refuseReport() }
            let client = try connection.client()
            let status = try await client.extend(job, samples: samples?.value, draws: draws)
            guard wait else {
                try Terminal.writeOutput(status.id + "\n")
                return
            }
            try await follow(status.id, client, quiet: output.quiet, answer: output)
        }
    }

    private func extendState() async throws {
        // Plugins are looked for beside the state.
        let folder = URL(fileURLWithPath: job).deletingLastPathComponent().path
        let extensions = JobExtensions.local(folder: folder) {
            Terminal.say("qpool: \($0)", level: .warning)
        }
        let state = try RunState(path: job, extensions: extensions)
            .extended(samples: samples?.value, draws: draws)
        try state.write(to: job)
        var run = LocalJob(state, keeps: job)
        let document = try await run.proceed(threads: try threads.count(), quiet: output.quiet)
        guard let document else { return }
        try ResultPrinter(output).write(document.text)
    }
}

/// A number of samples as people write it: `1000`, `1_000`, `1e9`, `1M`.
struct SampleCount: ExpressibleByArgument {
    let value: UInt64

    init(_ value: UInt64) { self.value = value }

    init?(argument: String) {
        guard let value = CountText.read(argument), (1...Limits.samples).contains(value) else {
            return nil
        }
        self.value = value
    }

    var defaultValueDescription: String { Figures.count(Double(value)) }
}
