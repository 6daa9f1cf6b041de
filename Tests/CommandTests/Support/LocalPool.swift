// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A coordinator and workers as real processes, on loopback if nothing is said, ended with the value.
final class LocalPool {
    private(set) var coordinator: QPoolProcess
    let endpoint: String
    private let coordinatorArguments: [String]
    private let prefix: [String]
    private let environment: [String: String]
    private(set) var workers: [QPoolProcess] = []

    struct NotStarted: Error { var said: String }

    /// - Parameters:
    ///   - prefix: a command that becomes the coordinator or a client.
    ///   - environment: added to that of workers and clients.
    init(
        _ coordinatorArguments: [String] = [], listen: String = "tcp://127.0.0.1:0",
        prefix: [String] = [], environment: [String: String] = [:]
    ) throws {
        self.coordinatorArguments = coordinatorArguments
        self.prefix = prefix
        self.environment = environment
        let keeping = coordinatorArguments.contains("--store") ? [] : ["--in-memory"]
        coordinator = try QPoolProcess(
            ["coordinator", "--listen", listen] + keeping + coordinatorArguments, prefix: prefix)
        guard let line = coordinator.waitForError("listening on "),
            let found = line.range(of: "tcp://[0-9.:]+", options: .regularExpression)
        else { throw NotStarted(said: coordinator.errorSoFar) }
        endpoint = String(line[found])
    }

    /// Starts a coordinator with the same arguments at the same port, once the last one has ended.
    func restartCoordinator() throws {
        coordinator.process.waitUntilExit()
        coordinator = try QPoolProcess(
            ["coordinator", "--listen", endpoint] + coordinatorArguments, prefix: prefix)
    }

    /// `kill -9` for a worker, and another one in its place.
    func replaceWorker(_ index: Int) throws {
        workers.remove(at: index).signal(SIGKILL)
        try addWorker()
    }

    /// SIGTERM for a worker, and waits until it has left.
    func endWorker(_ index: Int) throws {
        let worker = workers.remove(at: index)
        worker.signal(SIGTERM)
        _ = worker.finish(seconds: 30)
    }

    /// Starts one more worker.
    @discardableResult
    func addWorker(
        _ arguments: [String] = ["--threads", "1"], prefix: [String]? = nil
    ) throws -> QPoolProcess {
        let worker = try QPoolProcess(
            ["worker", "--connect", endpoint] + arguments, environment: environment,
            prefix: prefix ?? self.prefix)
        workers.append(worker)
        return worker
    }

    /// Runs a client command to its end.
    func client(_ arguments: String..., seconds: Double = 120) throws -> Finished {
        try QPoolProcess(
            arguments + ["--connect", endpoint], environment: environment, prefix: prefix
        ).finish(seconds: seconds)
    }

    /// Waits until the job has issued samples; false when the time is over.
    func waitUntilBusy(_ id: String, seconds: Double = 60) throws -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            let status = try client("status", id, "-o", "json")
            if let issued = number("issued", in: status.output), issued > 0 { return true }
        }
        return false
    }

    /// How many workers the coordinator counts.
    func workerCount() throws -> Int {
        try client("workers", "-o", "jsonl").output.split(separator: "\n").count
    }

    /// Waits until the coordinator counts so many workers; false when the time is over.
    func waitForWorkers(_ count: Int, seconds: Double = 60) throws -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if try workerCount() == count { return true }
            usleep(20_000)
        }
        return false
    }

    deinit {
        for worker in workers { worker.signal(SIGKILL) }
        coordinator.signal(SIGKILL)
    }
}

/// The first number of a name in a JSON text.
func number(_ name: String, in json: String) -> Double? {
    guard
        let found = json.range(
            of: "\"\(name)\"\\s*:\\s*-?[0-9.eE+-]+", options: .regularExpression)
    else { return nil }
    return json[found].split(separator: ":").last
        .flatMap { Double($0.trimmingCharacters(in: .whitespaces)) }
}

/// The first string of a name in a JSON text.
func string(_ name: String, in json: String) -> String? {
    guard
        let found = json.range(of: "\"\(name)\"\\s*:\\s*\"[^\"]*\"", options: .regularExpression)
    else { return nil }
    return json[found].split(separator: "\"").last.map(String.init)
}

/// A result document without what differs between runs by right: timings.
func withoutTimings(_ document: String) -> String {
    guard
        let found = document.range(
            of: ",?\\s*\"timings\"\\s*:\\s*\\{[^}]*\\}", options: .regularExpression)
    else { return document }
    return document.replacingCharacters(in: found, with: "")
}

/// What `qpool run` answers.
func undisturbed(_ file: String) throws -> String {
    let run = try qpool("run", file, "-o", "json", "--quiet")
    try #require(run.status == 0, "\(run.error)")
    return withoutTimings(run.output)
}

/// Byte for byte the same; where not, says where they part.
func expectSame(_ output: String, _ expected: String, _ label: String) {
    let given = Array(withoutTimings(output).utf8)
    let wanted = Array(expected.utf8)
    guard given != wanted else { return }
    let place = zip(given, wanted).prefix { $0 == $1 }.count
    func around(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.dropFirst(max(0, place - 60)).prefix(160), as: UTF8.self)
    }
    Issue.record("\(label) differs at byte \(place): \(around(given)) | \(around(wanted))")
}
