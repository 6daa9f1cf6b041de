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
        Terminal.say("qpool: the job failed: \(failure.description)")
        throw ExitStatus.jobFailed
    } catch let failure as PoolFailure {
        Terminal.say("qpool: \(failure.description)")
        throw failure.exitStatus
    } catch let error as SecurityError {
        Terminal.say("qpool: \(error)")
        throw ExitStatus.wrongUsage
    } catch let error as ZeroMQError {
        Terminal.say("qpool: \(error)")
        throw ExitStatus.wrongUsage
    }
}

/// Prints what is wrong with a job file, a diagnostic a line, and gives the status to throw.
func refuse(_ error: JobError, file: String?) -> ExitCode {
    let shown = 20
    for diagnostic in error.diagnostics.prefix(shown) {
        let name = file.map { $0 == "-" ? "standard input" : $0 } ?? "job"
        let separator = diagnostic.position == nil ? ": " : ":"
        Terminal.say(name + separator + diagnostic.description, label: "error: ")
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
