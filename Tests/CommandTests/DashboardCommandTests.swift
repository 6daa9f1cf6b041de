// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What `qpool coordinator` says of its dashboard, and its logs for programs.
@Suite struct DashboardCommandTests {
    private static let listen = ["coordinator", "--in-memory", "--listen", "tcp://127.0.0.1:0"]

    @Test func itSaysWhereTheDashboardIs() throws {
        let first = try QPoolProcess(Self.listen + ["--http", "127.0.0.1:0"])
        defer { first.signal(SIGKILL) }
        let line = try #require(first.waitForError("dashboard at http://127.0.0.1:"))
        let port = try #require(
            line.split(separator: ":").last.map { $0.filter(\.isNumber) }, "\(line)")
        // Taken: told, with what to do.
        let second = try QPoolProcess(Self.listen + ["--http", port]).finish(seconds: 30)
        #expect(second.status == 2)
        #expect(second.error.contains("cannot listen at 127.0.0.1:\(port): Address already in use"))
        #expect(second.error.contains("--no-http"))
    }

    @Test(arguments: [
        ["--http", "0.0.0.0:0"], ["--http", "nonsense"], ["--http", "203.0.113.7:0"],
        ["--no-http", "--http", "0"], ["--http-token", "/nonexistent/token"],
    ])
    func wrongAddressesAreRefused(_ options: [String]) throws {
        let finished = try QPoolProcess(Self.listen + options).finish(seconds: 30)
        #expect(finished.status != 0 && !finished.error.contains("listening on"))
        // The option, or the file that it names.
        let place = options[0] == "--http-token" ? options[1] : "--http"
        #expect(finished.error.contains(place), "\(finished.error)")
    }

    @Test func withKeysATokenIsNeeded() throws {
        let folder = try TemporaryFolder()
        let keys = folder.path + "/keys"
        let made = try qpool("keygen", keys, "--endpoint", "tcp://127.0.0.1:7411", "--worker", "w")
        try #require(made.status == 0, "\(made.error)")
        let without = try QPoolProcess(Self.listen + ["--keys", keys])
        defer { without.signal(SIGKILL) }
        #expect(without.waitForError("no dashboard: with --keys it asks for a token") != nil)
        let wanted = try QPoolProcess(Self.listen + ["--keys", keys, "--http", "0"])
            .finish(seconds: 30)
        #expect(wanted.status == 2 && wanted.error.contains("--http-token"), "\(wanted.error)")
        let token = try folder.write("0123456789abcdef0123456789abcdef\n", to: "token")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
        let with = try QPoolProcess(
            Self.listen + ["--keys", keys, "--http", "0", "--http-token", token])
        defer { with.signal(SIGKILL) }
        #expect(with.waitForError("dashboard at http://127.0.0.1:") != nil, "\(with.errorSoFar)")
    }

    @Test func logsAreObjectsWithIds() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SecurityTests.job, to: "job.yaml")
        let pool = try LocalPool(["--log-format", "json", "--no-http"])
        let worker = try pool.addWorker(["--threads", "1", "--log-format", "json"])
        let done = try pool.client("submit", "--wait", "--id", "logged", path)
        #expect(done.status == 0, "\(done.error)")
        _ = pool.coordinator.waitForError("is done")
        func records(_ process: QPoolProcess) throws -> [[String: String]] {
            try process.errorSoFar.split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: String], "\(line)")
            }
        }
        let lines = try records(pool.coordinator)
        for line in lines {
            #expect(Set(line.keys).isSuperset(of: ["time", "level", "label", "message"]))
        }
        #expect(lines.contains { $0["job"] == "logged" && $0["message"]!.contains("accepted") })
        let joined = try #require(lines.first { $0["message"]!.contains("joined") })
        let id = try #require(joined["worker"])
        #expect(joined["message"]!.contains(id))
        #expect(try records(worker).allSatisfy { $0["worker"] == id })
    }
}
