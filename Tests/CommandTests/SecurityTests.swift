// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Keys on the command line: who is let in, who is not, and what each is told.
@Suite(.disabled(if: isQuick, "starts pools"), .serialized) struct SecurityTests {
    static let job = """
        base: { normal: { dimension: 2 } }
        utility: "x[0] + x[1]"
        quantile: 0.01
        samples: 1e5
        """

    @Test func onlyListedPeersOfTheRightRoleAreServed() throws {
        let folder = try TemporaryFolder()
        let job = try folder.write(Self.job, to: "job.yaml")
        let keys = folder.path + "/keys"
        let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier) % 20_000
        let endpoint = "tcp://127.0.0.1:\(port)"
        let made = try qpool(
            "keygen", keys, "--endpoint", endpoint, "--worker", "rack", "--client", "ann",
            "--admin", "root")
        try #require(made.status == 0, "\(made.error)")
        // Zoe has a file and is no more in the list.
        let zoe = try qpool("keygen", keys, "--client", "zoe")
        try #require(zoe.status == 0, "\(zoe.error)")
        let list = try String(contentsOfFile: keys + "/allow-list", encoding: .utf8)
        try list.split(separator: "\n").filter { !$0.hasPrefix("client zoe") }
            .joined(separator: "\n").write(
                toFile: keys + "/allow-list", atomically: false, encoding: .utf8)
        let coordinator = try QPoolProcess([
            "coordinator", "--in-memory", "--listen", endpoint, "--keys", keys,
        ])
        try #require(coordinator.waitForError("listening on") != nil, "\(coordinator.errorSoFar)")
        let worker = try QPoolProcess(["worker", "--connect", keys + "/worker-rack.yaml"])
        let ann = keys + "/client-ann.yaml"

        let served = try qpool("submit", "--wait", "-o", "json", "--connect", ann, job)
        #expect(served.status == 0, "\(served.error)")
        let local = try qpool("run", job, "-o", "json")
        #expect(string("digest", in: served.output) == string("digest", in: local.output))

        // What the coordinator gives away is signed by the key that keygen wrote down.
        let result = try folder.write(served.output, to: "result.json")
        let own = try folder.write(local.output, to: "local.json")
        let signed = try qpool("verify", result, "--full", "--key", keys + "/results.pub")
        #expect(signed.status == 0, "\(signed.error)")
        let unsigned = try qpool("verify", own, "--key", keys + "/results.pub")
        #expect(unsigned.status == 1 && unsigned.error.contains("nobody signed it"))
        let word = String(repeating: "0f", count: 32)
        let other = try qpool("verify", result, "--key", word)
        #expect(other.status == 1 && other.error.contains("not by \(word)"), "\(other.error)")
        let none = try qpool("verify", result, "--key", "nowhere.pub")
        #expect(none.status == 2 && none.error.contains("64 hexadecimal digits"), "\(none.error)")

        // Another coordinator's keys, no keys, a worker's keys, a client that wants to go first.
        let others = folder.path + "/others"
        let strange = try qpool("keygen", others, "--endpoint", endpoint, "--client", "eve")
        try #require(strange.status == 0)
        // Each is told well before the time-out, and what to do.
        for (peer, words) in [
            (keys + "/client-zoe.yaml", "does not let this key in"),
            (others + "/client-eve.yaml", "another key"), (endpoint, "connection file"),
        ] {
            let stranger = try qpool("jobs", "--timeout", "60", "--connect", peer)
            #expect(stranger.status == 6, "\(peer): \(stranger.error)")
            #expect(stranger.error.contains(words), "\(peer): \(stranger.error)")
        }
        let turned = try qpool("worker", "--connect", keys + "/client-zoe.yaml")
        #expect(turned.status == 6 && turned.error.contains("qpool keygen"))
        let role = try qpool("jobs", "--connect", keys + "/worker-rack.yaml")
        #expect(role.status == 6)
        #expect(role.error.contains("role"))
        let pushy = try qpool("submit", "--priority", "5", "--connect", ann, job)
        #expect(pushy.status == 6)
        let admin = try qpool(
            "submit", "--priority", "5", "--connect", keys + "/administrator-root.yaml", job)
        #expect(admin.status == 0, "\(admin.error)")

        // All that happened, and the coordinator still serves who may come.
        #expect(try qpool("jobs", "--connect", ann).status == 0)
        worker.signal(SIGTERM)
        #expect(worker.finish(seconds: 20).status == 0)
        coordinator.signal(SIGTERM)
        #expect(coordinator.finish(seconds: 20).status == 0)
    }

    @Test func plainTCPBeyondLoopbackNeedsAFlag() throws {
        let coordinator = try qpool(
            "coordinator", "--in-memory", "--listen", "tcp://0.0.0.0:0", seconds: 20)
        #expect(coordinator.status != 0)
        #expect(coordinator.error.contains("plain TCP"))
        let client = try qpool("jobs", "--connect", "tcp://192.0.2.1:7411", seconds: 20)
        #expect(client.status == 2)
        #expect(client.error.contains("--allow-plaintext"))
    }
}
