// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Simulation
import Testing
import ZeroMQ

@testable import PoolRuntime

/// Names and addresses of both families.
@Suite struct ReachabilityTests {
    /// A name that /etc/hosts has for ::1 and for nothing else, as `ip6-localhost`.
    static let nameOfIPv6: String? = {
        let text = (try? String(contentsOfFile: "/etc/hosts", encoding: .utf8)) ?? ""
        var families: [Substring: Set<String>] = [:]
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            for name in words.dropFirst() {
                families[name, default: []].insert(String(words[0]))
            }
        }
        return families.first { $0.value == ["::1"] }.map { String($0.key) }
    }()

    static let hasIPv6 = FileManager.default.fileExists(atPath: "/proc/net/if_inet6")

    @Test(arguments: [
        ("tcp://[::1]:7411", true), ("tcp://127.0.0.1:7411", false), ("ipc:///tmp/pool", false),
        ("tcp://localhost:7411", false), ("tcp://no-such-host.invalid:7411", false),
        // Of two families the one that a way leads to.
        ("tcp://::1:7411", true),
    ])
    func theFamilyIsTheOneThatLeadsThere(endpoint: String, isIPv6: Bool) {
        #expect(Reachability.wantsIPv6(endpoint) == isIPv6)
    }

    @Test(.enabled(if: hasIPv6 && nameOfIPv6 != nil), .timeLimit(.minutes(5)))
    func aNameOfIPv6AloneIsFound() async throws {
        let name = try #require(Self.nameOfIPv6)
        let pool = try Loopback(endpoint: "tcp://[::1]:*")
        let port = try #require(pool.coordinator.endpoint.split(separator: ":").last)
        let worker = try WorkerService(
            .init(
                endpoint: "tcp://\(name):\(port)", security: .plain(exposed: true), threads: 1,
                compiler: ModelCompiler(), logger: Loopback.quiet))
        let client = try PoolClient(
            endpoint: "tcp://\(name):\(port)", security: .plain(exposed: true))
        let job = ModelJob(seed: 4, samples: 3_000, quantile: 0.1)
        _ = try await client.submit(job.package, id: "six")
        #expect(try await pool.result(of: "six") == Loopback.local(job))
        worker.drain(reason: "test")
        try await worker.ended()
        pool.coordinator.stop()
        try await pool.coordinator.ended()
    }
}
