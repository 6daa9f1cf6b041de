// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Real processes killed at random instants: every job ends with the bytes of an undisturbed run.
///
/// The seed fixes the plan of instants; what a process does at an instant is the machine's affair.
/// `QPOOL_DRILL_KILLS` sets how often the coordinator is killed, 10 times if it is not set; three
/// workers are killed for each. Benchmarks/drill.py does the same for minutes.
@Suite(.disabled(if: isQuick, "kills a pool's processes for minutes"), .serialized)
struct DrillTests {
    static let kills =
        ProcessInfo.processInfo.environment["QPOOL_DRILL_KILLS"].flatMap { Int($0) } ?? 10

    #if DEBUG
        static let samples = "2e6"
    #else
        static let samples = "2e7"
    #endif

    static func job(_ seed: Int) -> String {
        """
        name: drill-\(seed)
        seed: \(seed)
        base: { normal: { dimension: 4 } }
        utility: "sum(erf(x)) + sin(3*x[1]) - lgamma(2 + x[0]^2)"
        quantiles: [1e-3, 1e-4]
        samples: \(samples)
        draws: 20
        costs: { late: "x[0] > 3", far: "norm(x)" }
        """
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A status that the coordinator gave, once it has the job running again or ended.
    private func status(_ id: String, of pool: LocalPool) throws -> (state: String, issued: Double)
    {
        let end = Date().addingTimeInterval(30)
        while Date() < end {
            let said = try pool.client("status", id, "-o", "json", "--timeout", "20")
            try #require(said.status == 0, "\(said.error)")
            let state = string("state", in: said.output) ?? ""
            if state != "queued" { return (state, number("issued", in: said.output) ?? 0) }
        }
        return ("queued", 0)
    }

    @Test(.timeLimit(.minutes(15))) func killedCoordinatorsAndWorkersLoseNothing() throws {
        let store = folder.path + "/pool.sqlite"
        let pool = try LocalPool([
            "--store", store, "--silence", "2s", "--lease-samples", "4096..65536",
        ])
        for _ in 0..<2 { try pool.addWorker() }
        var random = PlanOfKills(seed: 20_261_120)
        var files: [String] = []
        var recoveries: [Double] = []
        var midway = 0
        // The oldest job that has not ended.
        var oldest = 1
        for kill in 1...Self.kills {
            files.append(try folder.write(Self.job(kill), to: "drill-\(kill).yaml"))
            let submitted = try pool.client("submit", files.last!, "--id", "drill-\(kill)")
            try #require(submitted.status == 0, "\(submitted.error)")
            while oldest < kill, try status("drill-\(oldest)", of: pool).state == "done" {
                oldest += 1
            }
            let current = "drill-\(oldest)"
            for _ in 0..<2 {
                usleep(useconds_t(random.next(below: 300_000)))
                try pool.replaceWorker(random.next(below: 2))
            }
            let before = try status(current, of: pool)
            usleep(useconds_t(random.next(below: 50_000)))
            pool.coordinator.signal(SIGKILL)
            try pool.replaceWorker(random.next(below: 2))
            if before.state == "running", before.issued > 0 { midway += 1 }
            let start = Date()
            try pool.restartCoordinator()
            let after = try status(current, of: pool)
            recoveries.append(Date().timeIntervalSince(start))
            // A status is told only once what it tells is durable.
            #expect(
                after.issued >= before.issued || after.state != "running",
                "kill \(kill): \(before.issued) samples were done, \(after.issued) are left")
            #expect(before.state != "done" || after.state == "done", "kill \(kill)")
        }
        recoveries.sort()
        print(
            "\(Self.kills) kills, \(midway) of them midway, \(files.count) jobs; recovery median "
                + "\(recoveries[recoveries.count / 2]) s, worst \(recoveries.last!) s")
        #expect(midway * 3 >= Self.kills, "a third of the kills must come while a job runs")
        for (index, file) in files.enumerated() {
            let id = "drill-\(index + 1)"
            let done = try pool.client("wait", id, "--quiet", seconds: 120)
            #expect(done.status == 0, "\(id): \(done.error)")
            let result = try pool.client("result", id, "-o", "json")
            #expect(result.status == 0, "\(id): \(result.error)")
            expectSame(result.output, try undisturbed(file), id)
        }
    }

    @Test func resultsOutliveTheCoordinator() throws {
        let file = try folder.write(Self.job(77), to: "job.yaml")
        let pool = try LocalPool(["--store", folder.path + "/pool.sqlite"])
        try pool.addWorker()
        let first = try pool.client("submit", file, "--id", "kept", "--wait", "-o", "json")
        #expect(first.status == 0, "\(first.error)")
        pool.coordinator.signal(SIGTERM)
        try pool.restartCoordinator()
        let again = try pool.client("result", "kept", "-o", "json")
        #expect(again.output == first.output && again.status == 0, "\(again.error)")
        // A second coordinator is kept away, in words.
        let second = try qpool(
            "coordinator", "--listen", "tcp://127.0.0.1:0", "--store",
            folder.path + "/pool.sqlite", seconds: 20)
        #expect(second.status == 6 && second.error.contains("another coordinator"))
    }

    @Test(.enabled(if: SmallDisk.isAllowed, SmallDisk.reason))
    func aFullDiskPausesThePool() throws {
        // Room for the write-ahead log, which SQLite folds in at 4 MB, and for the file.
        let disk = try SmallDisk(folder.path + "/disk", megabytes: 16)
        let file = try folder.write(Self.job(5), to: "job.yaml")
        let pool = try LocalPool([
            "--store", disk.path + "/pool.sqlite", "--lease-samples", "4096..16384",
        ])
        let accepted = try pool.client("submit", file, "--id", "full")
        try #require(accepted.status == 0, "\(accepted.error)")
        disk.fill()
        try pool.addWorker()
        #expect(pool.coordinator.waitForError("the disk is full") != nil)
        let refused = try pool.client("submit", file, "--id", "more")
        #expect(refused.status == 1 && refused.error.contains("the disk is full"))
        try disk.free()
        let done = try pool.client("wait", "full", "--quiet")
        #expect(done.status == 0, "\(done.error)")
        let result = try pool.client("result", "full", "-o", "json")
        expectSame(result.output, try undisturbed(file), "full")
    }
}

/// A linear congruential generator: the same plan everywhere.
private struct PlanOfKills {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
