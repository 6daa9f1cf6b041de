// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Quantilizer

/// A function from outside that notes how it is called, and fails where it is told to.
private final class Noted: ExternalFunction {
    let batchLanes: Int
    let fails: @Sendable (Double) -> Bool
    let calls = Mutex<[Int]>([])

    init(batchLanes: Int, fails: @escaping @Sendable (Double) -> Bool = { _ in false }) {
        self.batchLanes = batchLanes
        self.fails = fails
    }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        calls.withLock { $0.append(lanes) }
        for lane in 0..<lanes {
            let x = values[0, lane]
            results[column, lane] = fails(x) ? FailedSample.marker : x * (1 - x)
        }
    }
}

private struct Provider: FunctionProvider {
    let policy = PluginPolicy.everything
    let make: @Sendable () -> any ExternalFunction
    func function(
        _ source: ExternalSource, dimension: Int, name: String
    ) throws(FunctionRefusal) -> any ExternalFunction { make() }
}

@Suite struct ExternalFunctionTests {
    private static let outside: JobNode = ["process": ["command": ["python3", "u.py"]]]
    private static let node = JobSpecTests.good.with("base", "uniform").with("utility", outside)
        .with("samples", 50_000).with("quantile", 0.01)

    private func spec(_ node: JobNode, _ function: any ExternalFunction) throws -> JobSpec {
        var resources = JobResources()
        resources.extensions.provider = Provider { function }
        return try JobSpec.parse(node, resources: resources)
    }

    private func result(
        _ job: CompiledJob, level: Int, merging other: CompiledJob? = nil
    ) throws -> JobResult {
        // Merged where the functions are not, as on a coordinator.
        var machine = JobMachine(job: other ?? job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in DyadicRange.cover(round.range, maximumLevel: level) {
                let bytes = evaluator.evaluate(round: round, range: range).encode()
                _ = machine.merge(
                    try Partial(decoding: bytes, round: round, job: machine.job))
            }
        }
        return try #require(machine.result)
    }

    @Test func batchesDoNotChangeTheAnswer() throws {
        var found: [JobResult] = []
        for (batch, level) in [(256, 8), (256, 16), (4096, 16), (8192, 13), (65_536, 16)] {
            let function = Noted(batchLanes: batch)
            let job = try spec(Self.node, function).job
            #expect(function.calls.withLock { $0.isEmpty })
            found.append(try result(job, level: level))
            let calls = function.calls.withLock { $0 }
            #expect(calls.reduce(0, +) == 50_000)
            #expect(calls.max() == min(batch, 1 << level, 32_768))
        }
        for other in found.dropFirst() { #expect(other.selections == found[0].selections) }
        let own = try JobSpec.parse(Self.node.with("utility", "x[0]*(1-x[0])")).job
        let formula = try result(own, level: 16)
        #expect(found[0].selections[0].draws == formula.selections[0].draws)
        #expect(found[0].selections[0].threshold == formula.selections[0].threshold)
    }

    @Test func aCoordinatorNeedsNoFunction() throws {
        var resources = JobResources()
        resources.extensions.evaluates = false
        let blind = try JobSpec.parse(Self.node, resources: resources)
        let seeing = try spec(Self.node, Noted(batchLanes: 4096))
        #expect(blind.normalised.text() == seeing.normalised.text())
        let merged = try result(seeing.job, level: 12, merging: blind.job)
        let alone = try result(seeing.job, level: 16)
        #expect(merged.selections == alone.selections && merged.warnings.isEmpty)
        #expect(
            blind.job.externalSources == [.process(ProcessSource(command: ["python3", "u.py"]))])
    }

    @Test func failuresAreCountedAndRankLowest() throws {
        let function = Noted(batchLanes: 4096) { $0 > 0.5 }
        let job = try spec(Self.node.with("quantile", 1), function).job
        let found = try result(job, level: 12)
        let failed = found.selections[0].invalid
        #expect((24_000...26_000).contains(failed))
        let warning = try #require(found.warnings.first { $0.code == "plugin-failed" })
        #expect(warning.message.contains("failed for \(failed) "))
        #expect(found.selections[0].threshold.value.isNaN)
    }

    @Test func failuresSurviveASnapshot() throws {
        let job = try spec(
            Self.node.with("method", "threshold"), Noted(batchLanes: 256) { $0 > 0.9 }
        ).job
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        while let round = machine.currentRound {
            for range in round.cover {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
            if machine.currentRound != nil {
                machine = try JobMachine(job: job, snapshot: machine.snapshot())
            }
        }
        let whole = try result(job, level: 16)
        #expect(machine.result?.warnings == whole.warnings)
        #expect(whole.warnings.contains { $0.code == "plugin-failed" })
    }

    @Test func theGrammarIsReadAndNormalised() throws {
        let digest = String(repeating: "0a", count: 32)
        let jobs: [JobNode] = [
            Self.node,
            Self.node.with(
                "utility",
                [
                    "process": [
                        "command": ["a", "b c"], "format": "json-lines", "batch": 512,
                        "timeout": 2.5, "files": ["b c": JobNode(.string(digest))],
                    ]
                ]),
            Self.node.with(
                "utility",
                [
                    "library": [
                        "path": "./l.so", "function": "f", "sha256": JobNode(.string(digest)),
                    ]
                ]),
            Self.node.with("utility", nil).with(
                "utilities", ["a": "x", "process": ["process": ["command": "u"]]]),
        ]
        for node in jobs {
            let spec = try spec(node, Noted(batchLanes: 256))
            let again = try self.spec(JobNode(spec.normalised), Noted(batchLanes: 256))
            #expect(again.normalised.text() == spec.normalised.text())
            #expect(again.job.externalSources == spec.job.externalSources)
        }
        var resources = JobResources()
        resources.extensions.evaluates = false
        resources.setFileDigest("u.py", sha256: digest)
        #expect(resources.fileDigest("u.py") == digest)
        let pinned = try JobSpec.parse(Self.node, resources: resources)
        #expect(pinned.normalised.text().contains(#""files":{"u.py":"\#(digest)"}"#))
    }

    @Test(
        arguments: [
            (["process": ["command": []]], "a command of 1 to 64 words"),
            (["process": ["command": ["u"], "batch": 300]], "multiple of 256"),
            (["process": ["command": ["u"], "format": "xml"]], "unknown format `xml`"),
            (["process": ["command": ["u"], "timeout": 0]], "above 0"),
            (["process": ["comand": ["u"]]], "did you mean `command`"),
            (["process": ["command": ["u"], "files": ["v"]]], "digest of `v` is not known"),
            (["library": ["path": "l.so"]], "missing key `function`"),
            (["library": ["path": "l.so", "function": "f"]], "give it as `sha256`"),
            (["u": ["proces": ["command": ["u"]]]], "did you mean `process`"),
            (["swift": ["function": "mine"]], "no Swift functions"),
        ] as [(JobNode, String)])
    func mistakesAreTold(_ utility: JobNode, _ words: String) throws {
        let error = #expect(throws: JobError.self) {
            try JobSpec.parse(Self.node.with("utility", utility))
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func policiesAllowWhatTheySay() {
        func process(_ command: String...) -> ExternalSource {
            .process(ProcessSource(command: command))
        }
        func library(_ path: String) -> ExternalSource {
            .library(
                LibrarySource(path: PluginPolicy.plainPath(path), function: "f", sha256: ""))
        }
        let policy = PluginPolicy(
            processes: ["python3 u.py", "node v.js *"], libraries: ["./a.so", "lib/", "/opt/q/"],
            functions: ["mine"])
        let allowed: [ExternalSource] = [
            process("python3", "u.py"), process("node", "v.js"), process("node", "v.js", "-x"),
            library("a.so"), library("./lib/./b.so"), library("/opt/q/deep/c.so"), .swift("mine"),
        ]
        let refused: [ExternalSource] = [
            process("python3", "u.py", "-x"), process("python3"), process("python3 u.py"),
            process("node", "w.js"), library("b.so"), library("lib/../b.so"), library("/lib/b.so"),
            library("/opt/q/../x.so"), library("library/b.so"), .swift("yours"),
        ]
        let announced = PluginPolicy(capabilities: policy.capabilities + ["gpu", "new thing"])
        #expect(announced.capabilities == policy.capabilities)
        for policy in [policy, announced] {
            for source in allowed { #expect(policy.allows(source), "\(source)") }
            for source in refused { #expect(!policy.allows(source), "\(source)") }
        }
        #expect(!PluginPolicy(processes: ["*", ""]).allows(process("sh")))
        #expect(PluginPolicy(capabilities: ["plugins *"]).allows(process("sh")))
    }
}
