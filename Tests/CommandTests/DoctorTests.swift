// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// `qpool doctor`: each fault is made, found and has its remedy.
@Suite struct DoctorTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(
        _ name: String, _ arguments: String..., environment: [String: String] = [:]
    ) throws -> (state: String, finding: String, remedy: String, status: Int32) {
        let run = try QPoolProcess(
            ["doctor", "--listen", "tcp://127.0.0.1:0", "-o", "json"] + arguments,
            folder: folder.path, environment: environment
        ).finish()
        let list = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]],
            "\(run.error)")
        let row = try #require(list.first { $0["check"] as? String == name }, "\(run.output)")
        return (
            row["state"] as? String ?? "", row["finding"] as? String ?? "",
            row["remedy"] as? String ?? "", run.status
        )
    }

    @Test func aGoodMachineIsSaidToBeOne() throws {
        let run = try QPoolProcess(
            ["doctor", "--listen", "tcp://127.0.0.1:0", "--store", folder.path + "/q.sqlite"]
        ).finish()
        #expect(run.status == 0, "\(run.output)")
        for name in ["program", "cores", "memory", "descriptors", "clock", "store", "port"] {
            #expect(run.output.contains(name), "\(run.output)")
        }
        // Nothing is left behind.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.isEmpty, "\(left)")
    }

    @Test func nobodyListens() throws {
        let found = try check("coordinator", "--connect", "127.0.0.1:1", "--timeout", "1")
        #expect(found.state == "fault" && found.status == 1)
        #expect(
            found.finding.contains("nobody listens") && found.remedy.contains("qpool coordinator"))
    }

    @Test(.disabled(if: isQuick, "starts pools")) func noWorkersIsAWarning() throws {
        let pool = try LocalPool()
        let none = try check("workers", "--connect", pool.endpoint)
        #expect(none.state == "warning" && none.status == 0 && none.remedy.contains("qpool worker"))
        try pool.addWorker()
        #expect(try pool.waitForWorkers(1))
        #expect(try check("workers", "--connect", pool.endpoint).state == "ok")
    }

    /// A worker may not ask what a client may; that it is let in is what its file is for.
    @Test(.disabled(if: isQuick, "starts pools")) func aWorkersFile() throws {
        let keys = folder.path + "/keys"
        let made = try qpool(
            "keygen", keys, "--worker", "rack", "--worker", "gone", "--client", "ann", "--endpoint",
            "tcp://127.0.0.1:9")
        try #require(made.status == 0, "\(made.error)")
        let list = try String(contentsOfFile: keys + "/allow-list", encoding: .utf8)
        try list.split(separator: "\n").filter { !$0.hasPrefix("worker gone") }
            .joined(separator: "\n").write(
                toFile: keys + "/allow-list", atomically: false, encoding: .utf8)
        let coordinator = try QPoolProcess([
            "coordinator", "--in-memory", "--no-http", "--listen", "tcp://127.0.0.1:0", "--keys",
            keys,
        ])
        let line = try #require(coordinator.waitForError("listening on "))
        let range = try #require(line.range(of: "tcp://[0-9.:]+", options: .regularExpression))
        let endpoint = String(line[range])
        func here(_ file: String) throws -> String {
            let copy = folder.path + "/" + file
            let made = try qpool(
                "keygen", "--copy", "\(keys)/\(file)", "--endpoint", endpoint, "--output", copy)
            try #require(made.status == 0 && made.output == copy + "\n", "\(made.error)")
            return copy
        }
        for (name, state, words) in [
            ("rack", "ok", "lets worker rack in"), ("gone", "fault", "does not let this key in"),
        ] {
            let file = try here("worker-\(name).yaml")
            let found = try check("coordinator", "--connect", file)
            #expect(found.state == state && found.finding.contains(words), "\(found)")
        }
        // Nobody became a worker by asking.
        let workers = try qpool("workers", "--connect", try here("client-ann.yaml"), "-o", "json")
        #expect(workers.status == 0 && workers.output == "[]\n", "\(workers.output)")
        coordinator.signal(SIGTERM)
        #expect(coordinator.finish(seconds: 20).status == 0)
        let silent = try check("coordinator", "--connect", folder.path + "/worker-rack.yaml")
        #expect(silent.state == "fault" && silent.finding.contains("nobody listens"), "\(silent)")
    }

    @Test(.disabled(if: isQuick, "starts pools")) func aKeyThatOthersMayRead() throws {
        let keys = folder.path + "/keys"
        #expect(
            try qpool("keygen", keys, "--client", "ann", "--endpoint", "tcp://127.0.0.1:9").status
                == 0)
        let path = keys + "/client-ann.yaml"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let found = try check("connection", "--connect", path)
        #expect(found.state == "fault" && found.finding.contains("client-ann.yaml"), "\(found)")
        #expect(!found.remedy.isEmpty)
        #expect(try check("keys", "--keys", keys).state == "ok")
        #expect(try check("keys", "--keys", folder.path + "/none").state == "fault")
    }

    @Test func aFolderThatCannotHoldAStore() throws {
        let found = try check("store", "--store", "/proc/qpool.sqlite")
        #expect(found.state == "fault" && found.remedy.contains("--store"), "\(found)")
        #expect(try check("store", "--store", folder.path + "/no/q.sqlite").state == "fault")
    }

    @Test func aPortThatIsTaken() throws {
        let pool = try LocalPool()
        let run = try qpool(
            "doctor", "--listen", pool.endpoint, environment: ["QPOOL_THREADS": "100"])
        // The usual port may be somebody's; then there is no need to listen.
        if run.output.contains("nobody listens") {
            #expect(run.status == 1 && run.output.contains("nobody can listen at"), "\(run.output)")
        }
        #expect(run.output.contains("more threads than cores"), "\(run.output)")
    }

    @Test func aWrongConfigurationAndNoPython() throws {
        let wrong = try folder.write("pols: {}\n", to: "config.yaml")
        let found = try check("configuration", environment: ["QPOOL_CONFIG": wrong])
        #expect(found.state == "fault" && found.status == 1 && found.finding.contains("pools"))
        let python = try check("plug-ins", "--python", "no-such-python")
        #expect(python.state == "absent" && python.status == 0, "\(python)")
    }
}
