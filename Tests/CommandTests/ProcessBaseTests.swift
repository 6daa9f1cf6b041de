// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Samples that another process makes: with the noise of a built-in base, its very samples.
@Suite(.disabled(if: isQuick, "starts pools")) struct ProcessBaseTests {
    private let folder: PluginFolder

    init() throws { folder = try PluginFolder("maker.py") }

    private func job(
        _ mode: String?, samples: Int = 40_000, more: String = "", batch: Int = 1024,
        method: String? = nil
    ) throws -> String {
        let base =
            mode.map {
                "{ process: { command: [python3, maker.py, \($0)], dimension: 2, normals: 2, "
                    + "batch: \(batch)\(more) } }"
            } ?? "{ normal: { dimension: 2 } }"
        let text = """
            seed: 7
            base: \(base)
            utility: "x[0]*x[0] - x[1]"
            quantile: 0.01
            \(method.map { "method: \($0)" } ?? "samples: \(samples)")
            draws: 5
            cost: "x[1] > 1"

            """
        let path = folder.path + "/\(mode ?? "own").yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func run(_ path: String, _ more: String...) throws -> Finished {
        try QPoolProcess(["run", path, "-o", "json", "--quiet"] + more).finish()
    }

    @Test func theNoiseOfABaseMakesItsSamples() throws {
        let expected = try PluginResult(run(job(nil)))
        let finished = try run(job("same"))
        let found = try PluginResult(finished)
        #expect(found.agrees(with: expected) && found.invalid == 0 && found.warnings.isEmpty)
        // Batches, threads and a crash are no matter.
        for more in [["--threads", "2"], ["--threads", "1"]] {
            let other = try QPoolProcess(
                ["run", job("crash-second", batch: 2048), "-o", "json", "--quiet"] + more
            ).finish()
            #expect(try PluginResult(other).digest == found.digest)
        }
        #expect(try qpool("verify", "-", input: finished.output, folder: folder.path).status == 0)
        #expect(folder.waitUntilAllEnded())
    }

    /// The coordinator has no process, and shows the draws all the same; a worker that dies is no
    /// matter, and more samples follow as those of any base.
    @Test func aPoolGivesTheSameBits() throws {
        let path = try job("same", samples: 150_000)
        let expected = try PluginResult(run(path))
        let pool = try LocalPool(
            ["--allow-plugins", "--silence", "1s", "--lease-samples", "1024..8192"])
        let more = [
            "--threads", "1", "--allow-process", "python3 maker.py *", "--plugin-folder",
            folder.path,
        ]
        for _ in 0..<2 { try pool.addWorker(more) }
        _ = try pool.client("submit", path, "--id", "job")
        #expect(try pool.waitUntilBusy("job"))
        pool.workers[0].signal(SIGKILL)
        try pool.addWorker(more)
        let waited = try pool.client("wait", "job", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let found = try PluginResult(try pool.client("result", "job", "-o", "json"))
        #expect(found.digest == expected.digest)
        let extended = try pool.client("extend", "job", "--samples", "170000")
        #expect(extended.status == 0, "\(extended.error)")
        _ = try pool.client("wait", "job", "--quiet")
        let larger = try PluginResult(try pool.client("result", "job", "-o", "json"))
        let whole = try PluginResult(run(job("same", samples: 170_000)))
        #expect(larger.agrees(with: whole) && larger.issued == 170_000)
    }

    /// Splitting moves the noise: a pool whose coordinator has no process gives the draws and the
    /// certificate of the built-in base.
    @Test func splittingMovesTheNoise() throws {
        let method = "{ splitting: { particles: 512, islands: 2 } }"
        let expected = try PluginResult(run(job(nil, method: method)))
        let path = try job("same", method: method)
        let local = try run(path)
        let alone = try PluginResult(local)
        #expect(alone.threshold.value == expected.threshold.value && alone.draws == expected.draws)
        #expect(alone.kept == expected.kept)
        #expect(try qpool("verify", "-", input: local.output, folder: folder.path).status == 0)
        let pool = try LocalPool(["--allow-plugins"])
        for _ in 0..<2 {
            try pool.addWorker([
                "--threads", "1", "--allow-process", "python3 maker.py *", "--plugin-folder",
                folder.path,
            ])
        }
        _ = try pool.client("submit", path, "--id", "job")
        let waited = try pool.client("wait", "job", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let found = try PluginResult(try pool.client("result", "job", "-o", "json"))
        #expect(found.digest == alone.digest)
    }

    @Test func whatFailsIsCountedAndCheckTells() throws {
        let crashed = try run(job("crash", samples: 40_000), "--threads", "1")
        #expect(crashed.status == 1 && crashed.error.contains("the first 3 batches failed"))
        #expect(crashed.error.contains("no more samples"))
        let few = try run(job("crash", samples: 500), "--threads", "1")
        #expect(few.status == 1 && few.output.isEmpty)
        #expect(few.error.contains("each of 500 samples failed (500 process)"), "\(few.error)")

        let same = try qpool("check", try job("same"))
        #expect(same.status == 0 && same.output.contains("base: replayable"), "\(same.error)")
        let chance = try qpool("check", try job("chance"))
        #expect(chance.status == 1 && chance.output.contains("base: recorded"))
        let said = try job("chance", samples: 1_000, more: ", replayable: false")
        let known = try qpool("check", said)
        #expect(known.status == 0 && known.output.contains("base: recorded"))
        #expect(try PluginResult(run(said)).kept == 10)
    }
}
