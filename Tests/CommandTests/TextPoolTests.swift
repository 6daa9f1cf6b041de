// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Texts on a pool: no text that was stored is paid for again, whatever is killed.
@Suite(.disabled(if: isQuick, "kills a pool's processes for minutes"), .serialized)
struct TextPoolTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func job(_ url: String, samples: Int) throws -> String {
        try folder.write(
            """
            seed: 5
            base:
              text:
                endpoint: \(url)
                prompt: "Say something"
                max_tokens: 3
                concurrency: 4
                attempts: 20
                features: { as: { matches: "a" } }
            utility: as + logprob
            quantile: 0.05
            samples: \(samples)
            draws: 15
            """, to: "job.yaml")
    }

    private func worker(_ model: ToyModel) -> [String] {
        [
            "--threads", "1", "--allow-endpoint", model.url, "--journal", folder.path + "/journal",
        ]
    }

    /// A pool on a store that works on a job under the id `texts`.
    private func pool(of workers: Int, asking model: ToyModel, for file: String) throws -> LocalPool
    {
        let pool = try LocalPool([
            "--store", folder.path + "/pool.sqlite", "--allow-plugins", "--silence", "2s",
        ])
        for _ in 0..<workers { try pool.addWorker(worker(model)) }
        try #require(try pool.waitForWorkers(workers))
        _ = try pool.client("submit", file, "--id", "texts")
        return pool
    }

    @Test(.timeLimit(.minutes(5))) func killsCostNoStoredText() throws {
        let samples = 2_000
        let concurrency = 4
        let model = try ToyModel("--delay", "0.02")
        let file = try job(model.url, samples: samples)
        let pool = try pool(of: 2, asking: model, for: file)
        try model.wait(untilAnswered: 300)
        pool.workers[0].signal(SIGKILL)
        try pool.addWorker(worker(model))
        try model.wait(untilAnswered: 700)
        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        try model.wait(untilAnswered: 1_100)
        try model.killAndRestart()
        let waited = try pool.client("wait", "texts", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let result = try TextResult(try pool.client("result", "texts", "-o", "json"))
        #expect(result.kept == 100 && result.draws.count == 15 && result.usage.failed == 0)
        #expect(result.issued == samples + result.usage.redrawn)
        // What was on its way when a worker died was asked for again, and nothing else.
        let answered = model.seeds("answered")
        // An answer that went out as the server died may stand in no line of its log.
        #expect((samples - 2 * concurrency...samples).contains(Set(answered).count))
        #expect(answered.count - samples <= concurrency, "\(answered.count) answers were paid for")
        // The draws are those of a run that nobody disturbed, out of the same journal.
        let quiet = try QPoolProcess([
            "run", file, "-o", "json", "--quiet", "--journal", folder.path + "/journal",
        ]).finish(seconds: 60)
        #expect(try TextResult(quiet).draws.map(\.index) == result.draws.map(\.index))
        #expect(model.seeds("answered").count == answered.count)
    }

    /// Texts in stages, a worker and the coordinator killed in each stage: no text that was stored is
    /// paid for again, and only those that go on are continued.
    @Test(.timeLimit(.minutes(5))) func killsCostNoStoredBeginning() throws {
        let samples = 900
        let model = try ToyModel("--delay", "0.02", "--merge")
        let file = try folder.write(
            """
            seed: 5
            base:
              text:
                endpoint: \(model.url)
                prompt: "Say something"
                max_tokens: 8
                concurrency: 4
                attempts: 20
                features: { as: { matches: "a" } }
            utility: as + 0.1*logprob
            quantile: 0.05
            samples: \(samples)
            draws: 15
            method: { screened: { stages: [{ tokens: 3, keep: 0.5, utility: as }, { tokens: 5, keep: 0.4 }] } }
            """, to: "job.yaml")
        let pool = try pool(of: 2, asking: model, for: file)
        try model.wait(untilAnswered: 300)
        pool.workers[0].signal(SIGKILL)
        try pool.addWorker(worker(model))
        try model.wait(untilAnswered: 1_000)
        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        try model.wait(untilAnswered: 1_150)
        pool.workers[1].signal(SIGKILL)
        let waited = try pool.client("wait", "texts", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let result = try TextResult(try pool.client("result", "texts", "-o", "json"))
        #expect(result.kept == 45 && result.draws.count == 15 && result.usage.redrawn == 0)
        #expect(result.issued == samples && result.certificate.amplification == 20)
        // Texts with "ca" are read as other tokens, and are not continued.
        let retokenised = result.usage.failures["retokenised"] ?? 0
        #expect(retokenised > 0 && result.usage.failed == retokenised)
        for draw in result.draws {
            let text = try #require(draw.text)
            #expect(text.count == 8 && draw.logprobs.count == 8 && !text.prefix(5).contains("ca"))
            #expect(abs(draw.value[3] - log(ToyModel.probability(text))) < 1e-9)
        }
        // 900 beginnings, 450 and 180 that go on; what was on its way to a worker that died was asked
        // for again.
        let answered = model.seeds("answered")
        #expect(Set(answered).count <= 900 + 450 + 180)
        #expect(Set(answered).count > 900 + 450 && answered.count - Set(answered).count <= 8)
        #expect(result.usage.completion_tokens <= 900 * 3 + 450 * 2 + 180 * 3)
        let quiet = try QPoolProcess([
            "run", file, "-o", "json", "--quiet", "--journal", folder.path + "/journal",
        ]).finish(seconds: 60)
        #expect(try TextResult(quiet).draws.map(\.index) == result.draws.map(\.index))
        #expect(model.seeds("answered").count == answered.count)
        let verified = try qpool("verify", try folder.write(quiet.output, to: "result.json"))
        #expect(verified.status == 0, "\(verified.error)")
    }

    /// Texts by splitting, a worker killed in the pilot, the coordinator after it and the other worker as
    /// texts are moved: the bytes of a run that nobody disturbed, and no text that was stored is paid for
    /// again.
    @Test(.timeLimit(.minutes(5))) func killsChangeNoMove() throws {
        let model = try ToyModel("--delay", "0.004", "--merge")
        let file = try folder.write(
            """
            seed: 5
            base:
              text:
                endpoint: \(model.url)
                prompt: "Say something"
                max_tokens: 6
                concurrency: 4
                features: { as: { matches: "a" } }
            utility: as + 0.1*logprob
            quantile: 0.3
            draws: 12
            method: { splitting: { particles: 256, islands: 2, moves: 1 } }
            """, to: "job.yaml")
        func run(_ journal: String) throws -> Finished {
            try QPoolProcess([
                "run", file, "-o", "json", "--quiet", "--journal", folder.path + journal,
            ]).finish(seconds: 120)
        }
        // Base draws; the pilot, an island of 256 texts moved once; 3 islands of calibration; 2 islands.
        let most = 12 + 512 + 3 * 256 + 2 * 512
        let undisturbed = try run("/another")
        let paid = model.seeds("answered")
        #expect(paid.count <= most && Set(paid).count == paid.count)
        let pool = try pool(of: 2, asking: model, for: file)
        try model.wait(untilAnswered: paid.count + 300)
        pool.workers[0].signal(SIGKILL)
        try pool.addWorker(worker(model))
        try model.wait(untilAnswered: paid.count + 700)
        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        try model.wait(untilAnswered: paid.count + 1_800)
        pool.workers[1].signal(SIGKILL)
        let waited = try pool.client("wait", "texts", "--quiet")
        #expect(waited.status == 0, "\(waited.error)")
        let disturbed = try pool.client("result", "texts", "-o", "json")
        let result = try TextResult(disturbed)
        #expect(result.draws.count == 12 && result.usage.failed == 0 && result.usage.redrawn == 0)
        // What was on its way when a worker died was asked for again, and nothing else.
        let answered = model.seeds("answered").dropFirst(paid.count)
        #expect(Set(answered) == Set(paid))
        #expect(answered.count - paid.count <= 8, "\(answered.count) for \(paid.count)")
        expectSame(disturbed.output, withoutTimings(undisturbed.output), "disturbed")
        let again = try run("/journal")
        expectSame(
            withoutTimings(again.output), withoutTimings(disturbed.output), "out of the journal")
        #expect(model.seeds("answered").count == paid.count + answered.count)
        let verified = try qpool("verify", try folder.write(again.output, to: "result.json"))
        #expect(verified.status == 0, "\(verified.error)")
    }

    @Test func whatNobodyAllowsIsRefused() throws {
        let model = try ToyModel()
        let file = try job(model.url, samples: 300)
        let closed = try LocalPool()
        let refused = try closed.client("submit", file)
        #expect(refused.status == 6 && refused.error.contains("--allow-plugins"))
        let open = try LocalPool(["--allow-plugins"])
        try open.addWorker(["--threads", "1", "--allow-endpoint", "http://127.0.0.1:9/v1"])
        #expect(try open.waitForWorkers(1))
        let unoffered = try open.client("submit", file)
        #expect(unoffered.status == 6, "\(unoffered.error)")
        #expect(unoffered.error.contains("no worker may run `endpoint \(model.url)`"))
        try open.addWorker(worker(model))
        #expect(try open.waitForWorkers(2))
        let done = try open.client("submit", file, "--wait", "--quiet", "-o", "json")
        #expect(try TextResult(done).issued == 300)
        #expect(model.seeds("asked").count == 300)
    }
}
