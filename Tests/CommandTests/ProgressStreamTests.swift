// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `--progress json`: what programs read of a command while it works (`docs/progress.md`).
@Suite struct ProgressStreamTests {
    private let folder: TemporaryFolder
    private let job: String

    init() throws {
        folder = try TemporaryFolder()
        job = try folder.write(
            """
            name: told
            seed: 1
            base: { normal: { dimension: 8 } }
            utility: "sum(sin(x)) + sum(exp(-x^2))"
            quantile: 0.01
            samples: 4e6
            draws: 3
            """, to: "job.yaml")
    }

    /// The events of a stream: every line must be one.
    static func events(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any], "\(line)")
        }
    }

    private func kinds(_ events: [[String: Any]]) -> [String] {
        events.map { $0["event"] as? String ?? "none" }
    }

    @Test func aRunIsToldFromItsStartToItsEnd() throws {
        let run = try qpool("run", job, "-o", "json", "--progress", "json")
        #expect(run.status == 0)
        expectSame(run.output, try undisturbed(job), "with events")
        let events = try Self.events(run.error)
        #expect(kinds(events).first == "start" && kinds(events).last == "end")
        let start = events[0]
        #expect(start["version"] as? Int == 1 && start["verb"] as? String == "run")
        #expect(start["name"] as? String == "told" && start["method"] as? String == "exact")
        #expect(start["total"] as? Int == 4_000_000 && start["job"] is NSNull)
        let progress = events.filter { $0["event"] as? String == "progress" }
        let done = progress.compactMap { $0["done"] as? Int }
        #expect(done.count == progress.count && done == done.sorted())
        let last = try #require(progress.last)
        #expect(last["done"] as? Int == 4_000_000 && last["fraction"] as? Double == 1)
        let threshold = try #require(last["threshold"] as? [String: Any])
        let value = try #require(threshold["value"] as? Double)
        let ends = try #require(threshold["interval"] as? [Double])
        #expect(ends.count == 2 && ends[0] <= value && value <= ends[1])
        #expect(events.last?["status"] as? Int == 0 && events.last?["state"] as? String == "done")
    }

    /// What is wrong has its place, and the name that was meant.
    @Test func problemsHaveTheirPlaces() throws {
        let wrong = try folder.write(
            "base: { normal: { dimensin: 2 } }\nutility: \"x[0]\"\nquantil: 0.5\nsamples: 10\n",
            to: "wrong.yaml")
        let refused = try qpool("run", wrong, "--progress", "json")
        #expect(refused.status == 2 && refused.output.isEmpty)
        let events = try Self.events(refused.error)
        let problems = events.filter { $0["event"] as? String == "problem" }
        #expect(
            problems.contains {
                $0["line"] as? Int == 3 && $0["suggestion"] as? String == "quantile"
            })
        #expect(
            problems.contains {
                $0["path"] as? String == "base.normal" && $0["suggestion"] as? String == "dimension"
            })
        #expect(events.last?["code"] as? String == "invalid-job")
        #expect(events.last?["state"] as? String == "refused")
        let setting = try qpool("run", job, "--set", "quantile=2", "--progress=json")
        let told = try Self.events(setting.error)
        #expect(told.contains { $0["file"] as? String == "--set" && $0["line"] is NSNull })
    }

    @Test(arguments: [
        ["run", "--no-such-flag", "--progress", "json"], ["rnu", "--progress", "json"],
        ["run", "missing.yaml", "--progress", "json"],
        ["jobs", "--connect", "127.0.0.1:1", "--timeout", "1", "--progress", "json"],
        ["run", "job.yaml", "--quiet", "--progress", "json"],
    ])
    func whateverGoesWrongIsAnEvent(arguments: [String]) throws {
        let ended = try QPoolProcess(arguments, folder: folder.path).finish()
        let events = try Self.events(ended.error)
        let end = try #require(events.last)
        #expect(end["event"] as? String == "end" && ended.status != 0)
        #expect(end["status"] as? Int == Int(ended.status))
        #expect(!(end["text"] is NSNull) && !(end["code"] is NSNull), "\(ended.error)")
    }

    @Test func aStoppedRunSaysSo() throws {
        let big = try folder.write(
            "base: { normal: { dimension: 64 } }\nutility: \"sum(sin(x))\"\nquantile: 1e-9\n"
                + "samples: 1e12\n", to: "big.yaml")
        let run = try QPoolProcess(["run", big, "--progress", "json"])
        try #require(run.waitForError("\"progress\"") != nil, "\(run.errorSoFar)")
        run.signal(SIGINT)
        let ended = run.finish()
        let end = try #require(try Self.events(ended.error).last)
        #expect(ended.status == 3 && end["state"] as? String == "cancelled")
    }

    @Test func aWatchIsToldAndDetaches() throws {
        let pool = try LocalPool()
        let watch = try QPoolProcess(
            ["submit", "--wait", job, "--connect", pool.endpoint, "--progress", "json"])
        let waiting = try #require(watch.waitForError("\"progress\""))
        #expect(waiting.contains("\"workers\":0"), "\(waiting)")
        watch.signal(SIGINT)
        let left = watch.finish()
        #expect(left.status == 0 && left.output.isEmpty)
        let events = try Self.events(left.error)
        #expect(events.last?["state"] as? String == "detached")
        let id = try #require(events[0]["job"] as? String)
        try pool.addWorker()
        let again = try pool.client("watch", id, "--progress", "json")
        let told = try Self.events(again.error)
        #expect(again.status == 0 && told.last?["state"] as? String == "done")
        #expect(
            told.contains { $0["stage"] as? String == "done" && $0["fraction"] as? Double == 1 })
    }
}
