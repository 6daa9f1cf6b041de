// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import PoolCore
import Quantilizer

/// How a service tells on standard error what happens.
struct LogOptions: ParsableArguments {
    /// The form of a line.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Flag(name: [.short, .long], help: "Log warnings only.")
    var quiet = false

    @Option(
        help: """
            Log lines: text, or json with an object a line: time, level, label, message, and the ids \
            of the job and the worker it is about.
            """
    )
    var logFormat = Format.text

    /// The process's log: swift-log to standard error.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { label in
            switch logFormat {
            case .text: PrintableLog(handler: StreamLogHandler.standardError(label: label))
            case .json: JSONLog(label: label)
            }
        }
        logger.logLevel = quiet ? .warning : .info
        return logger
    }

    /// Says what whoever starts a service wants to know, however quiet its log is.
    func say(_ message: String) {
        switch logFormat {
        case .text: Terminal.say(message)
        case .json: JSONLog(label: "qpool").write(.notice, message, [:])
        }
    }
}

/// A log of messages that quote what peers and jobs say: nothing in it is obeyed by a terminal, and
/// nothing looks like another message.
private struct PrintableLog: LogHandler {
    var handler: StreamLogHandler

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }
    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(PrintableText.message(event.message.description))"
        // People find the ids in the message.
        event.metadata = nil
        handler.log(event: event)
    }
}

/// A log for programs: an object a line, whatever is in the message.
struct JSONLog: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    var metadataProvider: Logger.MetadataProvider?

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        write(event.level, event.message.description, all)
    }

    /// Writes one line: time, level, label, message, then job, worker and what else there is.
    func write(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        let now = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        let fixed: [(String, JSON)] = [
            ("time", .string(now)), ("level", .string(level.rawValue)), ("label", .string(label)),
            ("message", .string(message)),
        ]
        let more = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSON.string("\($0.value)")) }
        Terminal.writeError(JSON.object(fixed + more).text() + "\n")
    }
}
