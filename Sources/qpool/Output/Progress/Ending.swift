// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Quantilizer
import Synchronization

/// What a command failed of, for whoever reads its progress as a program.
struct ToldFailure: Sendable {
    /// An open code, as `unreachable`.
    var code: String
    /// What happened, whole.
    var text: String
    /// What to do about it.
    var remedy = ""
}

/// How the process ends. There is one way out: whatever ends it goes through ``leave(_:state:)``.
enum Ending {
    private static let told = Mutex<ToldFailure?>(nil)

    /// Tells of a failure: people at once, programs with the last line. The first one counts.
    static func fail(_ failure: ToldFailure, words: String) {
        told.withLock { $0 = $0 ?? failure }
        if !ProgressStream.isOn { Terminal.say(words) }
    }

    /// Keeps a failure that was told in other ways for the last line.
    static func note(_ failure: ToldFailure) { told.withLock { $0 = $0 ?? failure } }

    /// Ends the process.
    ///
    /// - Parameter state: how, where the status does not say it.
    static func leave(_ status: ExitCode, state: String? = nil) -> Never {
        let failure = told.withLock { $0 }
        ProgressStream.end(
            status.rawValue, state: state ?? name(status),
            status == .success ? nil : failure)
        exit(status.rawValue)
    }

    private static func name(_ status: ExitCode) -> String {
        switch status {
        case .success: "done"
        case ExitStatus.jobFailed: "failed"
        case ExitStatus.cancelled: "cancelled"
        case ExitStatus.timedOut: "timed-out"
        case ExitStatus.unreachable: "unreachable"
        default: "refused"
        }
    }
}
