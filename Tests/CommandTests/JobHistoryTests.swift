// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// What people are told of jobs: events, times, lists of some of them, and that all of it survives.
@Suite(.disabled(if: isQuick, "starts pools"), .serialized) struct JobHistoryTests {
    private let folder: TemporaryFolder
    private let job: String

    init() throws {
        folder = try TemporaryFolder()
        job = try folder.write(
            """
            name: First
            seed: 3
            base: { normal: { dimension: 4 } }
            utility: "sum(x)"
            quantile: 1e-2
            samples: 2e6
            """, to: "job.yaml")
    }

    private func texts(_ log: String) throws -> [String] {
        try ProgressStreamTests.events(log).map { try #require($0["text"] as? String) }
    }

    @Test func eventsAndTimesSurviveARestart() throws {
        let pool = try LocalPool(["--store", folder.path + "/pool.sqlite"])
        try pool.addWorker()
        #expect(try pool.client("submit", job, "--id", "done").status == 0)
        #expect(try pool.client("wait", "done").status == 0)
        #expect(
            try pool.client(
                "submit", job, "--id", "other", "--set", "samples=1e12", "--set",
                "name=Second", "--set", "quantile=1e-9"
            ).status == 0)
        #expect(try pool.client("priority", "other", "3").status == 0)
        #expect(try pool.client("cancel", "other").status == 0)
        let log = try pool.client("logs", "done", "-o", "jsonl").output
        let told = try texts(log)
        #expect(told.first == "submitted" && told.last == "done: 2000000 samples", "\(log)")
        #expect(told.contains("runs: 2000000 samples"))
        #expect(told.contains { $0.contains("works at it, 1 core") }, "\(log)")
        let cancelled = try texts(pool.client("logs", "other", "-o", "jsonl").output)
        #expect(cancelled.contains("priority 3") && cancelled.last == "cancelled")

        pool.coordinator.signal(SIGKILL)
        try pool.restartCoordinator()
        #expect(pool.coordinator.waitForError("listening on ") != nil)
        #expect(try texts(pool.client("logs", "done", "-o", "jsonl").output) == told)
        let described = try pool.client("describe", "done")
        #expect(described.status == 0)
        #expect(described.output.hasPrefix("First (done) is done: qpool result done\n"))
        for words in ["submitted ", "ended ", "2,000,000 of 2,000,000", "works at it"] {
            #expect(described.output.contains(words), "\(words): \(described.output)")
        }
        let document = try pool.client("describe", "other", "-o", "json").output
        #expect(document.contains("\"events\":[{\"number\":1,"), "\(document)")
        #expect(string("ended_at", in: document) != nil)
        // Retried, it goes on counting.
        #expect(try pool.client("retry", "other").status == 0)
        #expect(try texts(pool.client("logs", "other", "-o", "jsonl").output).contains("retried"))
    }

    @Test func listsTakeFiltersAndSayWhenTheyAreCut() throws {
        let pool = try LocalPool()
        for id in ["a1", "a2", "b1"] {
            let named = try pool.client(
                "submit", job, "--id", id, "--set", "name=\(id.hasPrefix("a") ? "Alpha" : "Beta")")
            #expect(named.status == 0, "\(named.error)")
        }
        #expect(try pool.client("cancel", "a2").status == 0)
        func ids(_ arguments: String...) throws -> [String] {
            let list = try QPoolProcess(
                ["jobs", "--connect", pool.endpoint, "-o", "jsonl"] + arguments
            ).finish()
            #expect(list.status == 0, "\(list.error)")
            return list.output.split(separator: "\n").compactMap { string("id", in: String($0)) }
        }
        #expect(try ids() == ["b1", "a2", "a1"])
        #expect(try ids("--name", "ALPH") == ["a2", "a1"])
        #expect(try ids("--state", "cancelled") == ["a2"])
        #expect(try ids("--state", "cancelled", "--state", "running") == ["b1", "a2", "a1"])
        #expect(try ids("--owner", "nobody").isEmpty)
        #expect(try ids("--since", "1h").count == 3)
        let cut = try pool.client("jobs", "--limit", "2")
        #expect(cut.output.hasPrefix("The newest 2 of 3 jobs: "), "\(cut.output)")
        #expect(cut.error.contains("2 of 3 jobs shown"))
        #expect(try pool.client("jobs", "--state", "dne").status == 2)
        // An empty list is a list.
        #expect(try pool.client("jobs", "--owner", "x", "-o", "json").output == "[]\n")
        #expect(
            try pool.client("jobs", "--owner", "x", "-o", "csv").output.hasPrefix("version,id,"))
    }

    @Test func manyAreForgottenAtOnce() throws {
        let pool = try LocalPool()
        for id in ["one", "two", "runs"] {
            #expect(try pool.client("submit", job, "--id", id).status == 0)
        }
        for id in ["one", "two"] { #expect(try pool.client("cancel", id).status == 0) }
        let young = try pool.client("forget", "--ended-before", "1h")
        #expect(
            young.status == 0 && young.output.isEmpty && young.error.contains("0 are forgotten"))
        Thread.sleep(forTimeInterval: 0.1)
        let dry = try pool.client("forget", "--ended-before", "50ms", "--dry-run")
        #expect(dry.output == "two\none\n" && dry.error.contains("2 would be forgotten"))
        let gone = try pool.client("forget", "--ended-before", "50ms", "--state", "cancelled")
        #expect(gone.output == "two\none\n", "\(gone.error)")
        #expect(try pool.client("jobs", "-o", "jsonl").output.split(separator: "\n").count == 1)
        #expect(try pool.client("forget", "runs", "--ended-before", "1h").status == 2)
        #expect(try pool.client("forget").status == 2)
        #expect(try pool.client("forget", "runs").status == 6)
    }

    @Test func aCoordinatorForgetsWhatIsOldByItself() throws {
        let pool = try LocalPool(["--forget-after", "500ms"])
        for id in ["old", "runs"] {
            #expect(try pool.client("submit", job, "--id", id).status == 0)
        }
        #expect(try pool.client("cancel", "old").status == 0)
        let end = Date().addingTimeInterval(20)
        func ids() throws -> String { try pool.client("jobs", "-o", "csv").output }
        while try ids().contains("1,old,"), Date() < end { usleep(100_000) }
        #expect(try !ids().contains("1,old,") && ids().contains("1,runs,"))
    }

    @Test func theLogIsFollowedToTheEnd() throws {
        let pool = try LocalPool()
        #expect(try pool.client("submit", job, "--id", "f").status == 0)
        let follow = try QPoolProcess(["logs", "f", "-f", "--connect", pool.endpoint])
        while !follow.outputSoFar.contains("submitted"), follow.process.isRunning { usleep(20_000) }
        try pool.addWorker()
        let log = follow.finish(seconds: 60)
        #expect(log.status == 0 && log.output.contains("done: 2000000 samples"), "\(log.error)")
        #expect(log.output.split(separator: "\n").count { $0.hasSuffix("  submitted") } == 1)
    }
}
