// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolRuntime
import Quantilizer
import Reports

/// `qpool report`: a result as a page.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a result as one page of HTML, with pictures, for any browser.",
        discussion: """
            Examples:
              qpool report result.json -o report.html
              qpool result 3f9a -o json | qpool report - > report.html
              qpool run job.yaml --report report.html       both at once
              qpool report curve.json --beside tilt.json -o report.html     a sweep and another rule

            The page holds the question, the answer and its certificate, pictures with their numbers
            beside them, the draws, and how to make it again. It is one file that asks for nothing from
            anywhere: it can be mailed, archived, and read without a network. Every kind of result has
            one. The pictures alone: qpool plot.
            """)

    @Argument(help: "The result, as `-o json` printed it; - is standard input.")
    var file: String

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "The page's file. Default: standard output, where that is no terminal.",
            valueName: "file.html"))
    var output: String?

    @OptionGroup var others: OtherResults

    func validate() throws {
        if let output { return try OutputTarget.check(output, flag: "-o") }
        if StandardStream.output.isTerminal {
            throw ValidationError(
                "a page is no text for a terminal: name a file, as -o report.html")
        }
    }

    func run() async throws {
        try await reporting(file: file) {
            let report = try ResultReading.report(file, beside: others.beside)
            let page = Array(report.page(release: Release.version).utf8)
            guard let output else { return try Terminal.writeOutput(page) }
            try OutputTarget.write(page, to: output)
        }
    }
}

/// Reads results to look at.
enum ResultReading {
    /// The largest document that becomes a page, in bytes.
    static let mostBytes = 64 << 20

    /// The report of a document in a file, with others beside it; `-` is standard input.
    static func report(_ path: String, beside others: [String]) throws -> Report {
        let parsed = try read(path)
        let beside = try others.map { other in
            do throws(JobError) { return try read(other) } catch {
                throw refuse(error, file: other)
            }
        }
        do throws(Report.Unfit) {
            return try Report(parsed, beside: beside)
        } catch {
            throw refuse(
                JobError(at: nil, path: "--beside", error.words), file: others[error.place])
        }
    }

    private static func read(_ path: String) throws(JobError) -> ParsedResult {
        try ParsedResult(try ResultFile.document(path: path, most: mostBytes))
    }
}

/// Results that stand beside another's.
struct OtherResults: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The result of another rule, `tilt` or `minimax`, for the same base and utility, to be drawn \
            beside a sweep's curve. May be given several times.
            """, valueName: "result"))
    var beside: [String] = []
}
