// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer

/// The command `qpool`.
struct QPool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qpool",
        abstract: "Draw from the top q of a base distribution, with a certificate.",
        discussion: """
            Examples:
              qpool demo                           see it work: a pool, a crash, the same answer
              qpool init && qpool run job.yaml     on this machine, nothing to set up
              qpool coordinator                    on a cluster: one of these,
              qpool worker                         any number of these,
              qpool submit --wait job.yaml         and this
              qpool help bases                     what a job may draw from
              qpool help base gamma                and what a base takes

            Exit status: 0 done, 1 job failed, 2 wrong usage or job file, 3 cancelled, 4 timed out,
            5 coordinator or workers unreachable, 6 refused.
            """,
        version: Release.version,
        groupedSubcommands: [
            CommandGroup(
                name: "On this machine",
                subcommands: [
                    DemoCommand.self, InitCommand.self, PlanCommand.self, RunCommand.self,
                    EstimateCommand.self, SweepCommand.self, AuditCommand.self, AttackCommand.self,
                    SearchCommand.self,
                    MergeCommand.self, VerifyCommand.self, ReportCommand.self, PlotCommand.self,
                    CheckCommand.self,
                    SchemaCommand.self,
                    DoctorCommand.self, ConfigCommand.self, CompletionsCommand.self,
                ]),
            CommandGroup(
                name: "A pool",
                subcommands: [CoordinatorCommand.self, WorkerCommand.self, KeygenCommand.self]),
            CommandGroup(
                name: "For developers", subcommands: [BenchCommand.self, SimulateCommand.self]),
            CommandGroup(
                name: "Jobs of a pool",
                subcommands: [
                    SubmitCommand.self, WatchCommand.self, WaitCommand.self, StatusCommand.self,
                    DescribeCommand.self, LogsCommand.self,
                    ResultCommand.self, ExtendCommand.self, RetryCommand.self, CancelCommand.self,
                    PriorityCommand.self, ForgetCommand.self,
                    JobsCommand.self, WorkersCommand.self,
                ]),
        ])
}

/// The command's verbs.
enum Verbs {
    /// Their names.
    static var names: [String] {
        QPool.configuration.groupedSubcommands.flatMap(\.subcommands).compactMap {
            $0.configuration.commandName
        }
    }

    /// What is wrong with the first word of a command line; nil where it is a verb or a flag.
    static func problem(of arguments: ArraySlice<String>) -> String? {
        guard let first = arguments.first, !first.hasPrefix("-"), first != "help",
            !names.contains(first)
        else { return nil }
        return "there is no verb `\(first)`: \(NearestName.hint(first, among: names))"
    }
}

@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        StandardStream.fillGaps()
        _ = ProgressStream.began
        Ending.leave(await status())
    }

    /// Runs the command line, and tells of what goes wrong.
    private static func status() async -> ExitCode {
        do {
            do {
                if let problem = Verbs.problem(of: CommandLine.arguments.dropFirst()) {
                    Ending.fail(
                        ToldFailure(code: "usage", text: problem), words: "qpool: \(problem)")
                    throw ExitStatus.wrongUsage
                }
                if let page = try LanguageHelp.page(CommandLine.arguments.dropFirst()) {
                    let columns = OutputTarget(.table).tableColumns
                    try Terminal.writeOutput(
                        (columns.map { HelpText.fitted(page, columns: $0) } ?? page) + "\n")
                    try Terminal.finishOutput()
                    return .success
                }
                var command = try await QPool.asyncParseAsRoot()
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                // Help, the version and completions are answers too.
                guard QPool.exitCode(for: error) == .success, !(error is ExitCode) else {
                    throw error
                }
                // Scripts and completions are for shells: nothing in them is set anew.
                let isHelp = QPool.fullMessage(for: error).contains("USAGE: qpool")
                try Terminal.writeOutput(
                    (isHelp
                        ? help(error, StandardStream.output) : QPool.fullMessage(for: error))
                        + "\n")
            }
            try Terminal.finishOutput()
            return .success
        } catch let failure as OutputFailure {
            if failure.isReaderGone { return .success }
            Ending.fail(
                ToldFailure(code: "output", text: failure.description),
                words: "qpool: \(failure.description)")
            return ExitStatus.jobFailed
        } catch let status as ExitCode {
            return status
        } catch {
            // The parser's own status for wrong usage is 64; ours is 2, as documented.
            let status = QPool.exitCode(for: error)
            Ending.fail(
                ToldFailure(code: "usage", text: QPool.message(for: error)),
                words: help(error, StandardStream.error))
            return status == .validationFailure ? ExitStatus.wrongUsage : status
        }
    }

    /// What the parser says, as it fits a stream.
    private static func help(_ error: any Error, _ stream: StandardStream) -> String {
        let columns =
            stream.columns ?? Settings.variable("COLUMNS").flatMap { Int($0) } ?? 80
        return HelpText.fitted(
            QPool.fullMessage(for: error, columns: HelpText.unbroken), columns: columns)
    }
}
