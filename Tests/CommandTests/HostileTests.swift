// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer
import Synchronization
import TestMarks
import Testing
import ZeroMQ

/// Frames that no honest peer sends, against a coordinator's process, while honest peers work.
///
/// `QPOOL_HOSTILE_FRAMES=1000000 ops/test --filter Hostile` sends a million in each of the two
/// tests; the suite sends 20,000.
@Suite(.disabled(if: isQuick, "floods a coordinator for minutes"), .serialized) struct HostileTests
{
    static let frames =
        ProcessInfo.processInfo.environment["QPOOL_HOSTILE_FRAMES"].flatMap { Int($0) } ?? 20_000

    static let job = """
        seed: 5
        base: { normal: { dimension: 2 } }
        utility: "sin(x[0]) + x[1]^2"
        quantile: 1e-4
        samples: 4e6
        draws: 3
        """

    /// A message of every kind, as the corpus of the fuzz targets has them.
    static let messages: [[[UInt8]]] = {
        let folder = repository + "/Tests/FuzzTests/Corpus/frames/"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("seed-") }.sorted().compactMap { name in
            var bytes = [UInt8](FileManager.default.contents(atPath: folder + name) ?? Data())[...]
            var frames: [[UInt8]] = []
            while bytes.count >= 2 {
                let count = Int(bytes.removeFirst()) | Int(bytes.removeFirst()) << 8
                frames.append(Array(bytes.prefix(count)))
                bytes = bytes.dropFirst(count)
            }
            return frames.count == 3 ? frames : nil
        }
    }()

    /// What the system says about a process.
    struct Footprint: CustomStringConvertible {
        var megabytes: Double
        var descriptors: Int
        var description: String {
            String(format: "%.1f MB, %d descriptors", megabytes, descriptors)
        }

        init(_ process: Int32) {
            let status =
                (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
            megabytes = (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1_024
            descriptors =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count)
                ?? 0
        }
    }

    /// Everything that is honest: a client that asks and submits all the time.
    struct Honest {
        let client: PoolClient
        let digest: String
        var latencies: [Double] = []
        var jobs = 0

        /// One job to its end, with its status asked for all the while.
        mutating func job(_ id: String) async throws {
            let package = JobPackage(text: HostileTests.job, resources: JobResources())
            _ = try await client.submit(package, id: id)
            while true {
                let start = ContinuousClock.now
                let status = try await client.status(id)
                latencies.append((ContinuousClock.now - start) / .milliseconds(1))
                if status.state.isOver { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            let document = try await client.result(id)
            #expect(document.digest == digest)
            jobs += 1
        }

        var percentiles: String {
            let sorted = latencies.sorted()
            guard let worst = sorted.last else { return "none" }
            return String(
                format: "%d asked, p50 %.2f ms, p99 %.2f ms, worst %.2f ms", sorted.count,
                sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], worst)
        }
    }

    /// The whole of it: attackers on threads, the honest side here, and what it cost.
    static func survive(
        _ name: String, coordinator: QPoolProcess, client: PoolClient, count: AttackCount,
        attackers: [@Sendable () throws -> Void]
    ) async throws {
        #expect(messages.count >= 28)
        let folder = try TemporaryFolder()
        let local = try qpool("run", try folder.write(job, to: "job.yaml"), "-o", "json")
        var honest = Honest(
            client: client, digest: try #require(string("digest", in: local.output)))
        try await honest.job("Calm")
        let calm = honest.percentiles
        honest.latencies = []
        let process = coordinator.process.processIdentifier
        let before = Footprint(process)

        let faults = Mutex<[String]>([])
        let ended = Mutex(0)
        try await withThrowingTaskGroup(of: Void.self) { _ in
            for attacker in attackers {
                Thread.detachNewThread {
                    do { try attacker() } catch { faults.withLock { $0.append("\(error)") } }
                    ended.withLock { $0 += 1 }
                }
            }
            var early = before
            var highest = before.megabytes
            while ended.withLock({ $0 }) < attackers.count {
                try await honest.job("Under-\(honest.jobs)")
                let now = Footprint(process)
                highest = max(highest, now.megabytes)
                if count.total < count.budget / 4 { early = now }
            }
            // Half-open connections are closed when their handshake's time is over.
            var after = Footprint(process)
            for _ in 0..<150 where after.descriptors > before.descriptors + 2 {
                try await Task.sleep(for: .milliseconds(100))
                after = Footprint(process)
            }
            try await honest.job("After")
            after = Footprint(process)
            #expect(coordinator.process.isRunning)
            #expect(faults.withLock { $0 } == [])
            #expect(count.total >= count.budget)
            #expect(after.descriptors <= before.descriptors + 2)
            #expect(after.megabytes < max(before.megabytes, early.megabytes) + 24)
            print(
                """
                \(name): \(count.total) hostile frames \(count.all.sorted { $0.key < $1.key }
                    .map { "\($0.key) \($0.value)" }.joined(separator: ", "))
                  honest: \(honest.jobs) jobs; status calm: \(calm); under attack: \(honest.percentiles)
                  coordinator before: \(before); early: \(early); highest \(highest) MB; after: \(after)
                  \(coordinator.errorSoFar.utf8.count) bytes in its log
                """)
        }
    }

    static func port(_ endpoint: String) -> UInt16 {
        UInt16(endpoint.split(separator: ":").last ?? "") ?? 0
    }

    @Test func aCoordinatorWithoutKeysServesOn() async throws {
        let pool = try LocalPool()
        try pool.addWorker()
        let endpoint = pool.endpoint
        let count = AttackCount(budget: Self.frames)
        let message: @Sendable (UInt64, Bool) -> @Sendable () throws -> Void = { seed, reads in
            {
                var attacker = MessageAttacker(
                    endpoint: endpoint, security: .plain(), messages: Self.messages, count: count,
                    chance: Chance(state: seed), reads: reads)
                try attacker.run()
            }
        }
        try await Self.survive(
            "plain", coordinator: pool.coordinator, client: try PoolClient(endpoint: endpoint),
            count: count,
            attackers: [
                message(1, true), message(2, false),
                {
                    var attacker = RawAttacker(
                        port: Self.port(endpoint), mechanism: "NULL", count: count,
                        chance: Chance(state: 3))
                    attacker.run()
                },
            ])
    }

    @Test func aCoordinatorWithKeysServesOn() async throws {
        let folder = try TemporaryFolder()
        let keys = folder.path + "/keys"
        let port = 40_000 + Int(ProcessInfo.processInfo.processIdentifier) % 20_000
        let endpoint = "tcp://127.0.0.1:\(port)"
        for (place, names) in [
            (
                keys,
                ["--worker", "rack", "--worker", "bad", "--client", "ann", "--client", "mallory"]
            ),
            (folder.path + "/others", ["--client", "eve"]),
        ] {
            let made = try QPoolProcess(["keygen", place, "--endpoint", endpoint] + names).finish()
            try #require(made.status == 0, "\(made.error)")
        }
        let coordinator = try QPoolProcess([
            "coordinator", "--in-memory", "--listen", endpoint, "--keys", keys,
        ])
        try #require(coordinator.waitForError("listening on") != nil, "\(coordinator.errorSoFar)")
        let worker = try QPoolProcess([
            "worker", "--threads", "1", "--connect", keys + "/worker-rack.yaml",
        ])
        func security(_ file: String) throws -> Security {
            try ConnectionFile.resolve(flag: file, environment: [:]).security
        }
        let ann = try security(keys + "/client-ann.yaml")
        let eve = try ConnectionFile(path: folder.path + "/others/client-eve.yaml")
        let real = try ConnectionFile(path: keys + "/client-ann.yaml")
        let strangers: [(name: String, security: Security)] = [
            ("unknown-key", .curveClient(CurveClient(serverKey: real.serverKey, keys: eve.keys))),
            (
                "wrong-server-key",
                .curveClient(CurveClient(serverKey: eve.serverKey, keys: real.keys))
            ),
            ("no-key", .plain()),
        ]
        let count = AttackCount(budget: Self.frames)
        // A client and a worker that were let in, each sending the other's messages too.
        let inside: @Sendable (UInt64, Bool, Security) -> @Sendable () throws -> Void = {
            seed, reads, security in
            {
                var attacker = MessageAttacker(
                    endpoint: endpoint, security: security, messages: Self.messages, count: count,
                    chance: Chance(state: seed), reads: reads)
                try attacker.run()
            }
        }
        try await Self.survive(
            "CURVE", coordinator: coordinator,
            client: try PoolClient(endpoint: endpoint, security: ann), count: count,
            attackers: [
                inside(4, true, try security(keys + "/client-mallory.yaml")),
                inside(5, false, try security(keys + "/worker-bad.yaml")),
                {
                    try StrangerAttacker(
                        endpoint: endpoint, securities: strangers, messages: Self.messages,
                        count: count
                    ).run()
                },
                {
                    var attacker = RawAttacker(
                        port: UInt16(port), mechanism: "CURVE", count: count,
                        chance: Chance(state: 6))
                    attacker.run()
                },
            ])
        #expect(worker.process.isRunning)
    }
}
