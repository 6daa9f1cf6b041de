// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Changes of a job on the command line, and the user's configuration.
@Suite struct SettingTests {
    private let folder: TemporaryFolder
    private let job: String

    init() throws {
        folder = try TemporaryFolder()
        job = try folder.write(
            """
            seed: 1
            base: { normal: { dimension: 2 } }
            utility: "x[0]"
            quantile: 0.5
            samples: 1000
            draws: 2
            """, to: "job.yaml")
    }

    /// The answer of a changed job is that of the job so written, to the byte.
    @Test func aChangeIsTheJobSoWritten() throws {
        let written = try folder.write(
            """
            seed: 2
            base: { normal: { dimension: 3 } }
            utility: "x[2]"
            quantile: 1%
            samples: 5e4
            costs: { far: "x[0] > 1" }
            """, to: "written.yaml")
        let changed = try qpool(
            "run", job, "-q", "-o", "json", "--set", "seed=2", "--set", "base.normal.dimension=3",
            "--set", "utility=x[2]", "--set", "quantile=1%", "--set", "samples=5e4", "--set",
            "draws=", "--set", "costs.far=x[0] > 1")
        #expect(changed.status == 0, "\(changed.error)")
        expectSame(changed.output, try undisturbed(written), "--set")
    }

    @Test(arguments: [
        ("quantil=0.1", "--set: unknown key `quantil`: did you mean `quantile`?"),
        ("quantile", "is not PATH=VALUE"), ("=1", "is not PATH=VALUE"), ("a..b=1", "empty key"),
        ("utility=[x", "--set: utility: not YAML"), ("quantile=7", "--set: quantile:"),
        ("seed.a=1", "there is no `a`"),
    ])
    func aWrongChangeIsNamed(setting: String, words: String) throws {
        let refused = try qpool("run", job, "--set", setting)
        #expect(refused.status == 2 && refused.error.contains(words), "\(refused.error)")
    }

    /// Every command that takes a job takes changes of it.
    @Test(arguments: [
        "run", "plan", "estimate", "sweep", "audit", "attack", "search", "check", "bench", "submit",
    ])
    func everyCommandTakesChanges(verb: String) throws {
        let refused = try qpool(verb, job, "--set", "sede=3")
        #expect(refused.status == 2, "\(verb): \(refused.error)")
        if !["audit", "attack", "search", "estimate"].contains(verb) {
            #expect(refused.error.contains("did you mean `seed`?"), "\(verb): \(refused.error)")
        }
    }

    @Test func aPoolGetsTheChangedJob() throws {
        let pool = try LocalPool()
        try pool.addWorker()
        let result = try pool.client(
            "submit", "--wait", job, "--set", "samples=2e4", "-o", "json", "-q")
        #expect(result.status == 0, "\(result.error)")
        let here = try qpool("run", job, "--set", "samples=2e4", "-o", "json", "-q")
        expectSame(result.output, withoutTimings(here.output), "the pool's")
    }

    // MARK: The configuration

    private func config(_ text: String) throws -> [String: String] {
        ["QPOOL_CONFIG": try folder.write(text, to: "config.yaml")]
    }

    /// Flags, then the environment, then the file, then what is usual; each value says which.
    @Test func everyValueSaysWhereItComesFrom() throws {
        let file = try config(
            "pool: lab\nthreads: 3\npools:\n  lab: { connect: 127.0.0.1:7001, timeout: 3 }\n"
                + "  home: { connect: \"tcp://127.0.0.1:7002\" }\n")
        func line(_ name: String, _ shown: String) -> String {
            shown.split(separator: "\n").first { $0.hasPrefix(name + " ") }.map(String.init) ?? ""
        }
        let plain = try qpool("config", environment: file).output
        #expect(line("connect", plain).contains("127.0.0.1:7001"))
        #expect(line("connect", plain).contains("pool lab of"))
        #expect(line("threads", plain).contains("config.yaml"))
        #expect(line("timeout", plain).contains("3") && line("journal", plain).hasSuffix("default"))
        let named = try qpool("config", "--pool", "home", environment: file).output
        #expect(line("connect", named).contains("7002") && line("pool", named).hasSuffix("--pool"))
        let variable = try qpool(
            "config",
            environment: file.merging(["QPOOL_CONNECT": "127.0.0.1:7003", "QPOOL_THREADS": "1"]) {
                $1
            }
        ).output
        #expect(line("connect", variable).contains("7003"))
        #expect(line("threads", variable).hasSuffix("QPOOL_THREADS"))
        let flag = try qpool("config", "--connect", "127.0.0.1:7004", environment: file).output
        #expect(line("connect", flag).hasSuffix("--connect"))
        let none = try qpool("config").output
        #expect(
            line("connect", none).contains("7411") && line("connect", none).hasSuffix("default"))
        let json = try qpool("config", "-o", "json", environment: file)
        #expect(json.output.contains("\"setting\": \"connect\""), "\(json.output)")
    }

    @Test(arguments: [
        ("pols: {}", "did you mean `pools`?"), ("pools: { a: { conect: x } }", "`connect`"),
        ("pools: { a: {} }", "missing key `connect`"),
        ("pool: x\npools: { y: { connect: \"h:1\" } }", "no pool `x`"),
        ("threads: 0", "threads"), ("a: [", "not YAML"),
    ])
    func aWrongConfigurationIsNamedWithItsLine(text: String, words: String) throws {
        let refused = try qpool("jobs", environment: try config(text))
        #expect(refused.status == 2, "\(refused.error)")
        #expect(
            refused.error.contains("config.yaml") && refused.error.contains(words),
            "\(refused.error)")
    }

    @Test func aPoolIsReachedByItsName() throws {
        let pool = try LocalPool()
        let file = try config("pools: { lab: { connect: \"\(pool.endpoint)\" } }")
        #expect(try qpool("jobs", "--pool", "lab", environment: file).status == 0)
        let unknown = try qpool("jobs", "--pool", "lap", environment: file)
        #expect(
            unknown.status == 2 && unknown.error.contains("did you mean `lab`?"), "\(unknown.error)"
        )
        let both = try qpool("jobs", "--pool", "lab", "--connect", pool.endpoint, environment: file)
        #expect(both.status == 2)
    }
}
