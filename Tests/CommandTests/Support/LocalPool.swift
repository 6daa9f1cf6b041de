// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A coordinator and workers as real processes on loopback, ended with the value.
final class LocalPool {
    private(set) var coordinator: QPoolProcess
    let endpoint: String
    private let coordinatorArguments: [String]
    private(set) var workers: [QPoolProcess] = []

    struct NotStarted: Error { var said: String }

    init(_ coordinatorArguments: [String] = []) throws {
        self.coordinatorArguments = coordinatorArguments
        let keeping = coordinatorArguments.contains("--store") ? [] : ["--in-memory"]
        coordinator = try QPoolProcess(
            ["coordinator", "--listen", "tcp://127.0.0.1:0"] + keeping + coordinatorArguments)
        guard let line = coordinator.waitForError("listening on "),
            let found = line.range(of: "tcp://[0-9.:]+", options: .regularExpression)
        else { throw NotStarted(said: coordinator.errorSoFar) }
        endpoint = String(line[found])
    }

    /// Starts a coordinator with the same arguments at the same port, once the last one has ended.
    func restartCoordinator() throws {
        coordinator.process.waitUntilExit()
        coordinator = try QPoolProcess(
            ["coordinator", "--listen", endpoint] + coordinatorArguments)
    }

    /// `kill -9` for a worker, and another one in its place.
    func replaceWorker(_ index: Int) throws {
        workers.remove(at: index).signal(SIGKILL)
        try addWorker()
    }

    /// Starts one more worker.
    @discardableResult
    func addWorker(_ arguments: [String] = ["--threads", "1"]) throws -> QPoolProcess {
        let worker = try QPoolProcess(["worker", "--connect", endpoint] + arguments)
        workers.append(worker)
        return worker
    }

    /// Runs a client command to its end.
    func client(_ arguments: String..., seconds: Double = 120) throws -> Finished {
        try QPoolProcess(arguments + ["--connect", endpoint]).finish(seconds: seconds)
    }

    /// Waits until the job has issued samples; false when the time is over.
    func waitUntilBusy(_ id: String, seconds: Double = 20) throws -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            let status = try client("status", id, "-o", "json")
            if let issued = number("issued", in: status.output), issued > 0 { return true }
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
