// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// What people are told of a job does not change because its coordinator was started again.
@Suite(.disabled(if: isQuick, "twenty million samples"), .serialized) struct RestartHistoryTests {
    private static let told = ["issued", "expected", "elapsed_seconds", "samples_per_second"]

    private func status(_ pool: LocalPool, _ id: String) throws -> [String: Double] {
        let said = try pool.client("status", id, "-o", "json").output
        return Dictionary(
            uniqueKeysWithValues: try Self.told.map { name in
                (name, try #require(number(name, in: said), "\(name): \(said)"))
            })
    }

    @Test func aFinishedJobKeepsItsSamplesAndItsTimes() throws {
        let folder = try TemporaryFolder()
        let job = try folder.write(
            """
            seed: 3
            base: { normal: { dimension: 10 } }
            utility: "sum(x)"
            quantile: 1e-3
            samples: 2e7
            """, to: "job.yaml")
        let pool = try LocalPool(["--store", folder.path + "/pool.sqlite"])
        // It waits a second for its worker, which is no time of work.
        #expect(try pool.client("submit", job, "--id", "done").status == 0)
        Thread.sleep(forTimeInterval: 1)
        try pool.addWorker()
        #expect(try pool.client("wait", "done").status == 0)
        let before = try status(pool, "done")
        #expect(before["issued"] == 2e7 && before["expected"] == 2e7)
        let rate = try #require(before["samples_per_second"])
        let seconds = try #require(before["elapsed_seconds"])
        #expect(seconds > 0 && abs(rate * seconds / 2e7 - 1) < 1e-6)

        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        #expect(try status(pool, "done") == before)
    }
}
