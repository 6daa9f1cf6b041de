// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// One job of ten million samples, answered in many ways: every answer is the same to the byte.
@Suite(.disabled(if: isQuick, "ten million samples a pool"), .serialized) struct IdenticalBitsTests
{
    static let job = """
        name: bits
        seed: 20261120
        base: { normal: { dimension: 4 } }
        utility: "sum(erf(x)) + sin(3*x[1]) - lgamma(2 + x[0]^2)"
        quantiles: [1e-3, 1e-4]
        samples: 1e7
        draws: 20
        costs: { late: "x[0] > 3", far: "norm(x)" }
        histogram: true
        """

    let folder: TemporaryFolder
    let file: String
    let expected: String

    init() throws {
        folder = try TemporaryFolder()
        file = try folder.write(Self.job, to: "bits.yaml")
        let run = try qpool("run", file, "-o", "json", "--threads", "1", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        expected = withoutTimings(run.output)
        try #require(expected.contains("\"digest\"") && expected.contains("\"histograms\""))
    }

    private func submitAndCompare(_ pool: LocalPool, _ label: String) throws {
        let done = try pool.client("submit", "--wait", "--quiet", "-o", "json", file)
        #expect(done.status == 0, "\(label): \(done.error)")
        #expect(withoutTimings(done.output) == expected, "\(label) differs")
    }

    @Test func twoThreadsGiveTheSameBytes() throws {
        let run = try qpool("run", file, "-o", "json", "--threads", "2", "--quiet")
        #expect(withoutTimings(run.output) == expected)
    }

    @Test(arguments: [1, 2, 5, 16]) func clustersGiveTheSameBytes(_ workers: Int) throws {
        let pool = try LocalPool()
        for _ in 0..<workers { try pool.addWorker() }
        try submitAndCompare(pool, "\(workers) workers")
    }

    @Test(arguments: ["256..4096", "4194304..16777216"])
    func leaseSizesGiveTheSameBytes(_ sizes: String) throws {
        let pool = try LocalPool(["--lease-samples", sizes])
        for _ in 0..<3 { try pool.addWorker() }
        try submitAndCompare(pool, "leases of \(sizes)")
    }

    @Test func aWorkerKilledMidwayAndOneJoinedLateGiveTheSameBytes() throws {
        let pool = try LocalPool(["--lease-samples", "4096..65536", "--silence", "2s"])
        let doomed = try pool.addWorker()
        let submitted = try pool.client("submit", file)
        try #require(submitted.status == 0, "\(submitted.error)")
        let id = submitted.output.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(try pool.waitUntilBusy(id))
        doomed.signal(SIGKILL)
        let before = try pool.client("status", id, "-o", "json")
        #expect(string("state", in: before.output) == "running", "it must be killed midway")
        try pool.addWorker()
        let done = try pool.client("wait", id, "--quiet", seconds: 60)
        #expect(done.status == 0, "\(done.error)")
        let result = try pool.client("result", id, "-o", "json")
        #expect(withoutTimings(result.output) == expected)
    }
}
