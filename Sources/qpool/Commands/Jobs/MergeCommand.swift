// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool merge`: one answer from parts of a job that were computed apart.
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join parts of one job that were computed on different machines.",
        discussion: """
            Examples:
              qpool merge a.qstate b.qstate
              qpool merge a.qstate b.qstate -o json > result.json
              qpool merge a.qstate b.qstate --state ab.qstate     keep what they are together

            The parts are states that `qpool run --part I/N --state FILE` keeps. The answer is that of
            the whole job, byte for byte. Parts may overlap; where samples are missing they are named
            (exit status 2), unless --state keeps the parts there are.
            """)

    @Argument(help: "Two or more states of one job.")
    var files: [String]

    @Option(help: "Keep the merged state in this file.")
    var state: String?

    @OptionGroup var output: AnswerOptions

    func run() async throws {
        try await reporting {
            var merged = try RunState(path: files[0])
            for file in files.dropFirst() {
                do throws(PoolFailure) {
                    try merged.merge(try RunState(path: file))
                } catch {
                    guard error.code == .cannotMerge else { throw error }
                    throw PoolFailure(
                        error.code, "\(files[0]) and \(file): \(error.message)",
                        remedy: error.remedy)
                }
            }
            if let failure = merged.machine.failure { throw failure }
            if let state { try merged.write(to: state) }
            if let result = merged.machine.result {
                let document = JobCompiler.document(result, merged.spec, jobDigest: merged.digest)
                return try ResultPrinter(output).write(document.text)
            }
            let missing = "missing are \(Gaps.text(merged.machine))"
            guard let state else {
                throw PoolFailure(
                    .cannotMerge, "these are not all parts of the job: \(missing)",
                    remedy: "merge the rest with them, or keep these with --state FILE")
            }
            Terminal.say("kept in \(state); \(missing)")
        }
    }
}
