// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// `qpool bench`: what it measures and how it says so. How fast is not for a test to say.
@Suite(.disabled(if: isQuick, "measures an optimised program")) struct BenchTests {
    private struct Report: Decodable {
        struct Job: Decodable {
            var name: String
            var threads: Int
            var evaluations: UInt64
            var seconds: [Double]
            var samplesPerSecond: Double
        }
        struct Utility: Decodable {
            var job: String
            var name: String
            var nanoseconds: [Double]
        }
        var version: Int
        var cores: Int
        var instructionSet: String
        var jobs: [Job]
        struct Early: Decodable {
            var name: String
            var pays: Bool
            var blocks: Int?
            var drawn: [Double]?
        }
        var utilities: [Utility]
        var early: [Early]
    }

    private func report(_ arguments: String...) throws -> Report {
        let process = try QPoolProcess(["bench", "-o", "json"] + arguments)
        let finished = process.finish()
        try #require(finished.status == 0, "\(finished.error)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(finished.output.utf8))
    }

    @Test func theTwoWorkloadsOnOneThreadAndOnAll() throws {
        let report = try report("--samples", "1e5", "--rounds", "3", "--threads", "2")
        #expect(report.version == 1 && report.cores >= 1)
        #expect(report.jobs.map { "\($0.name) \($0.threads)" } == ["G 1", "G 2", "E 1", "E 2"])
        for job in report.jobs {
            #expect(job.evaluations == 100_000 && job.seconds.count == 3)
            let median = job.seconds.sorted()[1]
            #expect(abs(job.samplesPerSecond * median / 1e5 - 1) < 1e-6)
        }
        #expect(report.utilities.map(\.job) == ["G", "E"])
        #expect(report.utilities.allSatisfy { $0.nanoseconds.allSatisfy { $0 > 0 } })
        #expect(report.early.map(\.pays) == [true, true])
        // Of G's five pairs of normals 1.38 are drawn where nothing is asked for in vain.
        let blocks = try #require(report.early[0].drawn).reduce(0, +)
        #expect(report.early[0].blocks == 5 && blocks > 1.3 && blocks < 1.8)
    }

    @Test func aJobOfOnesOwnWithAllItsUtilities() throws {
        let report = try report(
            repository + "/Benchmarks/jobs/formulas.yaml", "--rounds", "1", "--threads", "1")
        #expect(report.jobs.map(\.threads) == [1] && report.jobs[0].evaluations == 1_000_000)
        #expect(report.utilities.count == 10 && report.utilities[0].name == "polynomial")
    }

    @Test func theTableNamesTheMachine() throws {
        let table = try qpool("bench", "--samples", "1e4", "--rounds", "1", "--threads", "1")
        #expect(table.output.contains(" cores, ") && table.output.contains("utility alone"))
    }

    @Test(arguments: [
        (["bench", "--rounds", "0"], "--rounds takes"),
        (["bench", "job.yaml", "--samples", "1e6"], "a job file has its own"),
        (["bench", "--samples", "10"], "--samples takes"),
        (["bench", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
    ])
    func wrongUse(_ arguments: [String], _ message: String) throws {
        let finished = try QPoolProcess(arguments).finish()
        #expect(finished.status == 2 && finished.error.contains(message), "\(finished.error)")
    }
}
