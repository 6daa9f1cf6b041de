// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a finished process left behind.
struct Finished {
    var status: Int32
    var output: String
    var error: String
}

/// The repository's root, found from this file's place.
let repository: String = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

/// The `qpool` that was built with these tests.
let qpoolPath: String = {
    let own = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
    var folder = own.deletingLastPathComponent()
    while folder.path != "/" {
        let candidate = folder.appendingPathComponent("qpool").path
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        folder = folder.deletingLastPathComponent()
    }
    return "qpool was not built beside the tests"
}()

/// A `qpool` process that a test holds: started, watched, signalled, ended with the test.
///
/// Its streams are files, so nothing is lost or waits however much is written.
final class QPoolProcess {
    let process = Process()
    private let folder: TemporaryFolder

    /// Starts `qpool` with arguments; `environment` is added to this process's own. `prefix` is a
    /// command that becomes `qpool`.
    init(
        _ arguments: [String], input: String = "", folder workingFolder: String? = nil,
        environment: [String: String] = [:], prefix: [String] = []
    ) throws {
        folder = try TemporaryFolder()
        process.executableURL = URL(
            fileURLWithPath: prefix.isEmpty ? qpoolPath : "/usr/bin/env")
        process.arguments = prefix.isEmpty ? arguments : prefix + [qpoolPath] + arguments
        if let workingFolder {
            process.currentDirectoryURL = URL(fileURLWithPath: workingFolder)
        }
        var all = ProcessInfo.processInfo.environment
        for name in ["QPOOL_CONNECT", "QPOOL_POOL", "QPOOL_CONFIG"] { all[name] = nil }
        // Nobody's own configuration.
        all["XDG_CONFIG_HOME"] = folder.path
        all.merge(environment) { $1 }
        process.environment = all
        let inputPath = try folder.write(input, to: "input")
        process.standardInput = try FileHandle(
            forReadingFrom: URL(fileURLWithPath: inputPath))
        process.standardOutput = try Self.file(folder.path + "/output")
        process.standardError = try Self.file(folder.path + "/error")
        try process.run()
    }

    private static func file(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    private func text(_ name: String) -> String {
        let data = FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// What it has written to standard error so far.
    var errorSoFar: String { text("error") }
    /// What it has written to standard output so far.
    var outputSoFar: String { text("output") }

    /// Waits until a line of standard error contains `part`; nil when the time is over.
    func waitForError(_ part: String, seconds: Double = 20) -> String? {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let over = Date() >= end || !process.isRunning
            // Whole lines only: the last piece may still be growing.
            let lines = errorSoFar.split(separator: "\n", omittingEmptySubsequences: false)
            if let line = lines.dropLast().first(where: { $0.contains(part) }) {
                return String(line)
            }
            if over { return nil }
            usleep(5_000)
        }
    }

    /// Waits for the end; kills the process when it takes longer.
    func finish(seconds: Double = 120) -> Finished {
        let end = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < end { usleep(2_000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            Issue.record("qpool \(process.arguments ?? []) took longer than \(seconds) s")
        }
        process.waitUntilExit()
        return Finished(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: outputSoFar, error: errorSoFar)
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}

/// Runs `qpool` to its end.
func qpool(
    _ arguments: String..., input: String = "", folder: String? = nil,
    environment: [String: String] = [:], seconds: Double = 120
) throws -> Finished {
    try QPoolProcess(arguments, input: input, folder: folder, environment: environment)
        .finish(seconds: seconds)
}

/// A folder that is removed when the value goes.
final class TemporaryFolder {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "qpool-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    func write(_ text: String, to name: String) throws -> String {
        let full = path + "/" + name
        try text.write(toFile: full, atomically: true, encoding: .utf8)
        return full
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
