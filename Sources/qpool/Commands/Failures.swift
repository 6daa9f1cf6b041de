// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PoolCore
import PoolRuntime
import Quantilizer
import ZeroMQ

/// Runs a command's body and turns what it throws into one clear message and an exit status.
func reporting<T>(file: String? = nil, _ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let error as ExitCode {
        throw error
    } catch let error as JobError {
        throw refuse(error, file: file)
    } catch let failure as JobFailure {
        Ending.fail(
            ToldFailure(code: failure.code, text: failure.message),
            words: "qpool: the job failed: \(failure.description)")
        throw ExitStatus.jobFailed
    } catch let failure as PoolFailure {
        Ending.fail(
            ToldFailure(
                code: failure.code.rawValue, text: failure.message, remedy: failure.remedy),
            words: "qpool: \(failure.description)")
        throw failure.exitStatus
    } catch let error as SecurityError {
        Ending.fail(
            ToldFailure(
                code: error.code.rawValue, text: "\(error.place): \(error.message)",
                remedy: error.remedy), words: "qpool: \(error)")
        throw ExitStatus.wrongUsage
    } catch let error as ZeroMQError {
        Ending.fail(
            ToldFailure(code: "network", text: "\(error)", remedy: error.remedy),
            words: "qpool: \(error)")
        throw ExitStatus.wrongUsage
    }
}

/// Prints what is wrong with a job file, a diagnostic a line, and gives the status to throw.
func refuse(_ error: JobError, file: String?) -> ExitCode {
    let shown = 20
    let name = file.map { $0 == "-" ? "standard input" : $0 } ?? "job"
    func line(_ diagnostic: JobDiagnostic) -> String {
        var diagnostic = diagnostic
        var place = name
        if diagnostic.position == JobSetting.position {
            place = "--set"
            diagnostic.position = nil
        }
        return place + (diagnostic.position == nil ? ": " : ":") + diagnostic.description
    }
    Ending.note(
        ToldFailure(code: "invalid-job", text: error.diagnostics.first.map(line) ?? name))
    if ProgressStream.isOn {
        for diagnostic in error.diagnostics { ProgressStream.problem(diagnostic, file: name) }
        return ExitStatus.wrongUsage
    }
    for diagnostic in error.diagnostics.prefix(shown) {
        Terminal.say(line(diagnostic), label: "error: ")
    }
    if error.diagnostics.count > shown {
        Terminal.say("… and \(error.diagnostics.count - shown) more")
    }
    return ExitStatus.wrongUsage
}

extension PoolFailure {
    /// The exit status that a command ends with.
    var exitStatus: ExitCode {
        switch code {
        case .unreachable: ExitStatus.unreachable
        case .timedOut: ExitStatus.timedOut
        case .jobCancelled: ExitStatus.cancelled
        case .invalidJob, .unknownJob, .ambiguousJob, .cannotExtend, .cannotRetry, .cannotMerge,
            .stateFile:
            ExitStatus.wrongUsage
        case .jobFailed, .store, .fault: ExitStatus.jobFailed
        default: ExitStatus.refused
        }
    }
}
