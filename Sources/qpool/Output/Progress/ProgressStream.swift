// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer
import Synchronization

/// Progress for programs, version 1 (`docs/progress.md`): with `--progress json` all of standard error is
/// JSON, an object a line. Members that are not known are null.
enum ProgressStream {
    private static let version: UInt64 = 1

    /// Whether this process writes it. It is asked of the command line itself, since a command line that
    /// cannot be read is told in it too.
    static let isOn: Bool = {
        let arguments = CommandLine.arguments.prefix { $0 != "--" }
        return arguments.contains("--progress=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == "--progress" && $1 == "json" }
    }()

    /// When the process began, as far as it matters here.
    static let began = ContinuousClock.now

    /// One write a line, whatever thread it comes from.
    private static let turn = Mutex(())

    private static func tell(_ event: String, _ members: [(String, JSON)]) {
        let text = JSON.object([("event", .string(event))] + members).text() + "\n"
        turn.withLock { _ in Terminal.writeError(text) }
    }

    /// What is known of a job as its work, or the watch of it, begins.
    struct Start {
        /// The pool's id; nil of a job in this process.
        var job: String?
        var name: String
        var method: String?
        var digest: String
        var total: UInt64?
        var threads: Int?
    }

    static func start(_ start: Start) {
        guard isOn else { return }
        tell(
            "start",
            [
                ("version", .integer(version)), ("release", .string(Release.version)),
                ("verb", .string(CommandLine.arguments.dropFirst().first ?? "")),
                ("job", text(start.job)), ("name", .string(start.name)),
                ("method", text(start.method)), ("job_digest", .string(start.digest)),
                ("total", start.total.map { .integer($0) } ?? .null),
                ("threads", start.threads.map { .integer(UInt64($0)) } ?? .null),
            ])
    }

    static func progress(_ report: ProgressReport, rate: Double, elapsed: Double) {
        let threshold = report.threshold.map { t in
            let ends: [JSON] = [number(t.low), number(t.high)]
            let isBounded = t.low.isFinite || t.high.isFinite
            return JSON.object([
                ("value", number(t.value)), ("interval", isBounded ? .array(ends) : .null),
                ("confidence", number(t.confidence)), ("samples", .integer(t.samples)),
            ])
        }
        tell(
            "progress",
            [
                ("stage", .string(report.stage)), ("done", .integer(report.issued)),
                ("total", .integer(report.total)), ("fraction", number(report.share)),
                ("rate", number(rate)), ("elapsed_seconds", number(elapsed)),
                ("remaining_seconds", report.remaining(rate: rate).map(number) ?? .null),
                ("round", .integer(UInt64(report.round))),
                ("workers", report.workers.map { .integer(UInt64($0)) } ?? .null),
                ("threshold", threshold ?? .null),
            ])
    }

    static func message(_ level: MessageLevel, _ text: String) {
        tell("message", [("level", .string(level.rawValue)), ("text", .string(text))])
    }

    /// One thing wrong with a job.
    static func problem(_ diagnostic: JobDiagnostic, file: String) {
        let place = diagnostic.position.flatMap { $0 == JobSetting.position ? nil : $0 }
        let isSetting = diagnostic.position == JobSetting.position
        tell(
            "problem",
            [
                ("file", .string(isSetting ? "--set" : file)),
                ("line", place.map { .integer(UInt64($0.line)) } ?? .null),
                ("column", place.map { .integer(UInt64($0.column)) } ?? .null),
                ("path", .string(diagnostic.path)), ("text", .string(diagnostic.message)),
                ("suggestion", text(diagnostic.suggestion)),
            ])
    }

    /// The last line: how the process ends.
    static func end(_ status: Int32, state: String, _ failure: ToldFailure?) {
        guard isOn else { return }
        tell(
            "end",
            [
                ("status", .integer(UInt64(status))), ("state", .string(state)),
                ("code", text(failure?.code)), ("text", text(failure?.text)),
                ("remedy", text(failure?.remedy)),
                ("elapsed_seconds", number((ContinuousClock.now - began).seconds)),
            ])
    }

    private static func text(_ value: String?) -> JSON {
        value.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null
    }

    private static func number(_ value: Double) -> JSON { value.isFinite ? .number(value) : .null }
}

/// How much a message matters.
enum MessageLevel: String {
    case info, warning, error
}

/// How progress is told.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
    case auto, json
}

extension JobDiagnostic {
    /// The name that was probably meant.
    fileprivate var suggestion: String? {
        message.firstMatch(of: /did you mean `([^`]+)`\?/).map { String($0.1) }
    }
}
