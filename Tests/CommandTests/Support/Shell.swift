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
final class QPoolProcess {
    let process = Process()
    private let outputPipe = Pipe()
    private let errorPipe = Pipe()
    private let collected = Collected()

    /// Starts `qpool` with arguments; `environment` is added to this process's own.
    init(
        _ arguments: [String], input: String? = nil, folder: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        process.executableURL = URL(fileURLWithPath: qpoolPath)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        var all = ProcessInfo.processInfo.environment
        all["QPOOL_CONNECT"] = nil
        all.merge(environment) { $1 }
        process.environment = all
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        let inputPipe = Pipe()
        process.standardInput = inputPipe
        let collected = collected
        outputPipe.fileHandleForReading.readabilityHandler = {
            collected.add($0.availableData, to: 0)
        }
        errorPipe.fileHandleForReading.readabilityHandler = {
            collected.add($0.availableData, to: 1)
        }
        try process.run()
        if let input { try? inputPipe.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try? inputPipe.fileHandleForWriting.close()
    }

    /// What it has written to standard error so far.
    var errorSoFar: String { collected.text(1) }
    /// What it has written to standard output so far.
    var outputSoFar: String { collected.text(0) }

    /// Waits until a line of standard error contains `part`; nil when the time is over.
    func waitForError(_ part: String, seconds: Double = 20) -> String? {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if let line = errorSoFar.split(separator: "\n").first(where: { $0.contains(part) }) {
                return String(line)
            }
            if !process.isRunning { break }
            usleep(5_000)
        }
        return errorSoFar.split(separator: "\n").first { $0.contains(part) }.map(String.init)
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
        collected.waitForEnds(seconds: 5)
        return Finished(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: collected.text(0), error: collected.text(1))
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        outputPipe.fileHandleForReading.readabilityHandler = nil
        errorPipe.fileHandleForReading.readabilityHandler = nil
    }
}

/// Bytes of two streams, collected from whichever thread brings them.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var data = [Data(), Data()]
    private var ended = [false, false]

    func add(_ more: Data, to stream: Int) {
        lock.withLock {
            if more.isEmpty { ended[stream] = true } else { data[stream].append(more) }
        }
    }
    func text(_ stream: Int) -> String {
        lock.withLock { String(decoding: data[stream], as: UTF8.self) }
    }
    func waitForEnds(seconds: Double) {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end, !lock.withLock({ ended[0] && ended[1] }) { usleep(1_000) }
    }
}

/// Runs `qpool` to its end.
func qpool(
    _ arguments: String..., input: String? = nil, folder: String? = nil,
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
