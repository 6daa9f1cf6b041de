// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import Quantilizer
import Testing

/// The measured workloads, wherever they are measured, are the same jobs.
@Suite struct SpeedTestTests {
    @Test(arguments: [(0, "G"), (1, "E")])
    func workloadsAreThoseOfTheBenchmarks(_ number: Int, _ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = try JobFile(path: folder.path + "/Benchmarks/jobs/\(name).yaml")
        let theirs = try JobCompiler.compile(file.node, resources: file.resources)
        let text = SpeedTest.workloads(samples: 100_000_000)[number]
        let ours = try JobCompiler.compile(try JobText.parse(text), resources: JobResources())
        #expect(ours.name == name)
        #expect(
            JobCompiler.digest(ours, JobResources()) == JobCompiler.digest(theirs, file.resources))
    }

    @Test func itComputesTheWholeJobEveryRound() throws {
        let text = SpeedTest.workloads(samples: 200_000)[1]
        let spec = try JobCompiler.compile(try JobText.parse(text), resources: JobResources())
        let time = try SpeedTest.time(spec.job, threads: 2, rounds: 3)
        #expect(time.evaluations == 200_000 && time.seconds.count == 3)
        #expect(time.seconds.allSatisfy { $0 > 0 })
        #expect(SpeedTest.nanoseconds(utility: 0, of: spec.job, rounds: 2)?.count == 2)
        #expect(SpeedTest.nanoseconds(utility: 1, of: spec.job, rounds: 2) == nil)
    }
}
