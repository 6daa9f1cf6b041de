// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Every kind of job on real processes, a worker and the coordinator killed midway: the bytes are those
/// of `qpool run`.
@Suite(.disabled(if: isQuick, "kills a pool's processes for minutes"), .serialized)
struct MethodDrillTests {
    #if DEBUG
        static let scale = 8
    #else
        static let scale = 1
    #endif

    /// Jobs of a second or more on one thread, in several passes where the method has several.
    static let jobs: [(name: String, text: String)] = [
        (
            "splitting",
            """
            base: { normal: { dimension: 10 } }
            utility: "sum(x) + 0.1*sin(5*x[0])"
            quantile: 1e-5
            draws: 50
            costs: { far: "norm(x)" }
            method: { splitting: { particles: \(8192 / scale), islands: 16 } }
            """
        ),
        (
            "cross-entropy",
            """
            base: { normal: { dimension: 10 } }
            utility: "sum(x) + 0.1*sin(5*x[0])"
            quantile: 1e-6
            draws: 50
            method: { cross-entropy: { round: \(131_072 / scale), samples: \(262_144 / scale) } }
            """
        ),
        (
            "importance",
            """
            base: { normal: { dimension: 10 } }
            utility: "sum(x)"
            quantile: 1e-4
            draws: 50
            costs: { far: "norm(x)" }
            method:
              importance: { proposal: { normal: { mean: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] } },
                            samples: \(524_288 / scale) }
            """
        ),
        (
            "estimate",
            """
            base: { normal: { dimension: 10 } }
            event: "sum(x) > 15"
            utility: "sum(x)"
            method: { splitting: { particles: \(8192 / scale), islands: 16 } }
            """
        ),
        (
            "counted",
            """
            base: { normal: { dimension: 4 } }
            event: "sum(erf(x)) > 3.4"
            samples: \(20_000_000 / scale)
            """
        ),
        (
            "sweep",
            """
            base: { normal: { dimension: 2 } }
            utility: "x[0] + x[1]"
            costs: { value: "x[0]" }
            sweep: { quantiles: { from: 1e-4, to: 1, steps: 13 }, over: { base.normal.sd: [1, 2] },
                     value: value }
            samples: \(4_000_000 / scale)
            """
        ),
        (
            "audit",
            """
            base: { mixture: [{ weight: 0.99, normal: {} }, { weight: 0.01, normal: { mean: 3 } }] }
            utility: "x[0] + sin(9*x[0])"
            quantile: 1e-3
            samples: \(20_000_000 / scale)
            audit: { harm: "x[0] > 5", components: true }
            """
        ),
        (
            "attack",
            """
            base: { normal: { dimension: 10 } }
            event: "sum(x) > 15"
            utility: "sum(x)"
            attack: { kl: 2, round: \(65_536 / scale), samples: \(131_072 / scale) }
            """
        ),
        (
            "search",
            """
            base: { normal: { dimension: 3 } }
            utility: "a*x[0] + b*x[1] + x[2]"
            quantile: 0.05
            search: { parameters: { a: [0, 2], b: [0, 2] }, criterion: "x[0] + sin(x[1])",
                      samples: \(32_768 / scale), generations: 10 }
            """
        ),
    ]

    @Test(.timeLimit(.minutes(10))) func killedMidway() throws {
        let folder = try TemporaryFolder()
        let pool = try LocalPool([
            "--store", folder.path + "/pool.sqlite", "--silence", "2s", "--lease-samples",
            "4096..65536",
        ])
        for _ in 0..<2 { try pool.addWorker() }
        var midway = 0
        for (number, job) in Self.jobs.enumerated() {
            let text = "seed: \(40 + number)\nname: \(job.name)\n" + job.text
            let file = try folder.write(text, to: job.name + ".yaml")
            let accepted = try pool.client("submit", file, "--id", job.name)
            try #require(accepted.status == 0, "\(accepted.error)")
            _ = try pool.waitUntilBusy(job.name)
            try pool.replaceWorker(0)
            let status = try pool.client("status", job.name, "-o", "json")
            pool.coordinator.signal(SIGKILL)
            try pool.replaceWorker(0)
            if string("state", in: status.output) == "running" { midway += 1 }
            try pool.restartCoordinator()
            let done = try pool.client("wait", job.name, "--quiet", "--timeout", "60")
            #expect(done.status == 0, "\(job.name): \(done.error)")
            let result = try pool.client("result", job.name, "-o", "json", "--timeout", "60")
            #expect(result.status == 0, "\(job.name): \(result.error)")
            expectSame(result.output, try undisturbed(file), job.name)
        }
        print("\(midway) of \(Self.jobs.count) jobs were running when the coordinator was killed")
        #expect(midway * 2 >= Self.jobs.count, "half of the kills must come while a job runs")
    }
}
