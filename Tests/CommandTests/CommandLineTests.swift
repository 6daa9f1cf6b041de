// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolRuntime
import TestMarks
import Testing

/// What people type, also wrongly, and what they are told.
@Suite struct CommandLineTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(
        arguments: [
            ("rnu", "did you mean `run`?"), ("wathc", "did you mean `watch`?"),
            ("Submit", "did you mean `submit`?"), ("frobnicate", "`coordinator`"),
        ])
    func aMisspeltVerbIsNamed(verb: String, words: String) throws {
        let run = try qpool(verb, "job.yaml")
        #expect(run.status == 2 && run.error.contains("there is no verb `\(verb)`"))
        #expect(run.error.contains(words), "\(run.error)")
    }

    @Test func helpAndVersionAreAnswers() throws {
        #expect(try qpool("--version").output == Release.version + "\n")
        for arguments in [["--help"], ["help", "run"], ["run", "--help"], []] {
            let help = try QPoolProcess(arguments).finish()
            #expect(help.status == 0 && help.output.contains("OVERVIEW"), "\(arguments)")
        }
    }

    /// A port that refuses is known at once; so is a host that is not there.
    @Test(.disabled(if: isQuick, "waits")) func nobodyThereIsSaidSoon() throws {
        // A port that was just free.
        let pool = try LocalPool()
        let endpoint = pool.endpoint
        #expect(try qpool("jobs", "--connect", String(endpoint.dropFirst(6))).status == 0)
        let port = try #require(endpoint.split(separator: ":").last)
        #expect(try qpool("jobs", "--connect", "localhost:\(port)").status == 0)
        #expect(try qpool("jobs", "--connect", "tcp://localhost:\(port)").status == 0)
        pool.coordinator.signal(SIGKILL)
        pool.coordinator.process.waitUntilExit()
        for target in [endpoint, "localhost:\(port)"] {
            let began = Date()
            let refused = try qpool("status", "job", "--connect", target)
            #expect(refused.status == 5 && refused.error.contains("nobody listens at"))
            #expect(Date().timeIntervalSince(began) < 5, "\(target)")
        }
        let began = Date()
        let unknown = try qpool(
            "jobs", "--connect", "tcp://no-such-host.invalid:7411", "--allow-plaintext")
        #expect(unknown.status == 5, "\(unknown.error)")
        #expect(Date().timeIntervalSince(began) < 30)
        // A coordinator that is about to listen is waited for.
        let late = try QPoolProcess(["jobs", "--connect", endpoint])
        usleep(200_000)
        let coordinator = try QPoolProcess(["coordinator", "--in-memory", "--listen", endpoint])
        #expect(late.finish().status == 0)
        coordinator.signal(SIGTERM)
    }

    @Test(
        .disabled(if: isQuick, "waits"),
        arguments: [
            "tcp://127.0.0.1:86700", "tcp://127.0.0.1:21164x", "tcp://127.0.0.1:-1",
            "tcp://127.0.0.1:", "tcp://:7411", "127.0.0.1", "udp://127.0.0.1:7411",
            "tcp://127.0.0.1:+7411", "tcp://127.0.0.1:7 411", "tcp://127.0.0.1:７４１１",
        ])
    func whatCannotBeListenedAtIsRefused(endpoint: String) throws {
        let run = try qpool("coordinator", "--in-memory", "--listen", endpoint, seconds: 10)
        #expect(run.status == 2 && run.error.contains("--listen"), "\(run.error)")
    }

    @Test(arguments: ["tcp://localhost:0", "localhost:0", "127.0.0.1:0", "tcp://127.0.0.1:*"])
    func thisMachineIsListenedAt(endpoint: String) throws {
        let coordinator = try QPoolProcess(["coordinator", "--in-memory", "--listen", endpoint])
        let line = try #require(coordinator.waitForError("listening on "), "\(endpoint)")
        #expect(line.contains("tcp://127.0.0.1:"))
        #expect(!coordinator.errorSoFar.contains("plain TCP"))
        coordinator.signal(SIGTERM)
        #expect(coordinator.finish().status == 0)
    }

    @Test(
        arguments: [
            ("base:\n\tnormal: {}\n", ":2:1"), ("base: { normal: {} }\n\tutility: 1\n", ":2:1"),
            ("base:\n  normal:\n  \tdimension: 2\n", ":3:3"), ("utility:\t\t@\n", ""),
        ])
    func aTabIsNamed(text: String, place: String) throws {
        let run = try qpool("plan", try folder.write(text, to: "job.yaml"))
        #expect(run.status == 2)
        guard !place.isEmpty else { return }
        #expect(run.error.contains("a tab stands here"), "\(run.error)")
        #expect(run.error.contains("job.yaml\(place)"), "\(run.error)")
    }

    /// Counts and memory in the forms that the output prints.
    @Test func countsAreReadAsTheyArePrinted() throws {
        func samples(_ samples: String, memory: String = "64 Mb") throws -> String {
            let path = try folder.write(
                """
                base: { normal: {} }
                utility: "x[0]"
                quantile: 0.5
                samples: \(samples)
                memory: \(memory)
                """, to: "job.yaml")
            let plan = try qpool("plan", path, "-o", "json")
            try #require(plan.status == 0, "\(samples): \(plan.error)")
            return try #require(number("samples", in: plan.output)).description
        }
        let expected = try samples("1000000", memory: "64000000")
        for text in ["1M", "1 M", "1e6", "1000k", "0.001G", "1_000 k"] {
            #expect(try samples(text) == expected, "\(text)")
        }
        #expect(try samples("12.5 k", memory: "64Mb") == "12500.0")
        for text in ["1m", "1.5", "M", "1 MM", "1  M", "0.0001k", "1M%"] {
            let path = try folder.write(
                "base: normal\nutility: \"x[0]\"\nquantile: 0.5\nsamples: \(text)\n", to: "job.yaml"
            )
            #expect(try qpool("plan", path).status == 2, "\(text)")
        }
    }

    @Test func theTemplatesAreWhole() throws {
        for template in ["basic", "empirical", "product"] {
            let path = folder.path + "/\(template).yaml"
            let made = try qpool("init", "--template", template, path)
            #expect(made.status == 0, "\(made.error)")
            let run = try qpool("run", path, "-o", "json", "-q")
            #expect(run.status == 0, "\(template): \(run.error)")
        }
        let again = try qpool("init", "--template", "empirical", folder.path + "/other.yaml")
        #expect(again.status == 2 && again.error.contains("choices.csv is there already"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/other.yaml"))
    }

    /// What was computed before Ctrl-C is kept, though the job is slow and had only begun.
    @Test func aStoppedRunKeepsWhatIsDone() throws {
        let path = try folder.write(
            """
            base: { normal: { dimension: 64 } }
            utility: "sum(sin(x)) + sum(cos(x)) + sum(exp(-x^2)) + sum(erf(x)) + sum(tanh(3*x))"
            quantile: 0.001
            samples: 1e8
            """, to: "job.yaml")
        let state = folder.path + "/job.qstate"
        let run = try QPoolProcess(["run", path, "--state", state, "-q"])
        usleep(2_500_000)
        run.signal(SIGINT)
        let stopped = run.finish()
        #expect(stopped.status == 3, "\(stopped.error)")
        let kept = try #require(
            stopped.error.firstMatch(of: /cancelled; (\d+) samples are kept/)?.1)
        #expect(Int(kept) ?? 0 > 100_000, "\(stopped.error)")
    }

    /// Bound to one core, a run uses one thread, and a worker announces one.
    @Test func onlyTheCoresThatAreAllowedAreUsed() throws {
        let path = try folder.write(
            "base: normal\nutility: \"x[0]\"\nquantile: 0.5\nsamples: 1e5\n", to: "job.yaml")
        let run = try QPoolProcess(
            ["run", path, "-o", "json", "-q"], prefix: ["taskset", "-c", "0"]
        ).finish()
        #expect(run.status == 0 && number("threads", in: run.output) == 1, "\(run.output)")
        let pool = try LocalPool()
        try pool.addWorker([], prefix: ["taskset", "-c", "0"])
        #expect(try pool.waitForWorkers(1))
        let workers = try pool.client("workers", "-o", "jsonl")
        #expect(number("cores", in: workers.output) == 1, "\(workers.output)")
    }

    /// Coordinator and workers of a demonstration end with it, however it ends.
    @Test(
        .disabled(if: isQuick, "starts demonstrations"),
        arguments: [SIGINT, SIGTERM, SIGKILL, SIGHUP])
    func aDemonstrationLeavesNothingBehind(signal: Int32) throws {
        let demo = try QPoolProcess(["demo", "--samples", "1e12"])
        let line = try #require(demo.waitForError("a coordinator on tcp://"))
        let endpoint = try #require(line.firstMatch(of: /tcp:\/\/[0-9.:]+/)?.0)
        func workers() throws -> Int {
            try qpool("workers", "-o", "jsonl", "--connect", String(endpoint))
                .output.split(separator: "\n").count
        }
        let end = Date().addingTimeInterval(30)
        while try workers() < 2, Date() < end { usleep(50_000) }
        let children = Self.processes(mentioning: String(endpoint))
        #expect(children.count == 2, "the two workers name the endpoint")
        demo.signal(signal)
        demo.process.waitUntilExit()
        while Date() < end, !Self.processes(mentioning: String(endpoint)).isEmpty {
            usleep(50_000)
        }
        #expect(Self.processes(mentioning: String(endpoint)).isEmpty)
        let gone = try qpool("jobs", "--connect", String(endpoint))
        #expect(gone.status == 5 && gone.error.contains("nobody listens"), "\(gone.error)")
    }

    private static func processes(mentioning word: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard Int(name) != nil,
                let bytes = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return bytes.split(separator: 0).contains {
                String(decoding: $0, as: UTF8.self) == word
            }
        }
    }
}
