// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

@testable import Quantilizer

/// A drawer without a network: the text of a sample is its word's digits; every seventh fails.
private struct Scribe: TextDrawer {
    var trouble: String? { nil }

    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome] {
        requests.map { request in
            if request.index % 7 == 3 { return TextOutcome(failure: .server) }
            if request.contextText == "bad", request.index % 7 == 4 {
                return TextOutcome(failure: .server)
            }
            var outcome = TextOutcome(text: "\(request.word % 1_000) \(request.contextText)")
            outcome.tokens = [.init("x", -Double(request.word % 97) / 10)]
            outcome.usage.requests = 1
            outcome.usage.redrawn = request.index == 5 ? 2 : 0
            outcome.usage.completionTokens = 3
            return outcome
        }
    }
}

/// An endpoint at its worst: it throws away whatever is not in a set of mass 1/100, as often as it may.
private struct Chooser: TextDrawer {
    static let attempts = 5
    var trouble: String? { nil }

    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome] {
        requests.map { request in
            var random = SplitMix(state: request.word)
            var outcome = TextOutcome(text: "0")
            for attempt in 1...Self.attempts {
                outcome.usage.requests += 1
                if random.next() % 100 == 0 {
                    outcome.text = "7"
                    break
                }
                if attempt < Self.attempts { outcome.usage.redrawn += 1 }
            }
            return outcome
        }
    }
}

private struct Scribes: TextProvider {
    var drawer: any TextDrawer = Scribe()
    var endpointRules: [String] { [] }
    var allowsAll: Bool { true }
    func drawer(
        _ source: TextSource, functions: (any FunctionProvider)?
    ) throws(FunctionRefusal) -> any TextDrawer { drawer }
}

/// Samples that are drawn once and kept: however a job is cut, stopped and gone on with, the answer
/// has its texts, and what failed is counted.
@Suite struct RecordedJobTests {
    private static func node(_ pairs: [(String, JobNode)]) -> JobNode {
        let place = SourcePosition(line: 1, column: 1)
        return JobNode(
            .mapping(pairs.map { (key: $0.0, keyPosition: place, value: $0.1) }), at: place)
    }

    private static func word(_ text: String, quoted: Bool = false) -> JobNode {
        JobNode(.scalar(text, quoted: quoted), at: SourcePosition(line: 1, column: 1))
    }

    private static func spec(
        samples: String = "1000", quantile: String = "0.05", draws: String = "20",
        utility: String = "sevens + logprob", drawer: any TextDrawer = Scribe(),
        more: [(String, JobNode)] = []
    ) throws -> JobSpec {
        var resources = JobResources()
        resources.extensions.texts = Scribes(drawer: drawer)
        let features = node([("sevens", node([("matches", word("7"))]))])
        let contexts = node([("one", word("first", quoted: true)), ("two", word("second"))])
        return try JobSpec.parse(
            node(
                [
                    (
                        "base",
                        node([
                            (
                                "text",
                                node([
                                    ("endpoint", word("http://127.0.0.1:1/v1")),
                                    ("prompt", word("{context}")), ("contexts", contexts),
                                    ("features", features),
                                ])
                            )
                        ])
                    ), ("utility", word(utility)), ("quantile", word(quantile)),
                    ("samples", word(samples)), ("draws", word(draws)),
                ] + more), resources: resources)
    }

    private func finish(_ machine: inout JobMachine) {
        let evaluator = RangeEvaluator(job: machine.job)
        while let round = machine.currentRound {
            for range in machine.missing(limit: 1) {
                _ = machine.merge(evaluator.evaluate(round: round, range: range))
            }
        }
    }

    /// A job of one round in blocks backwards, over the wire, the machine stored and read again after
    /// each, each partial merged twice.
    private func backwards(_ job: CompiledJob) throws -> JobMachine {
        var machine = JobMachine(job: job)
        let evaluator = RangeEvaluator(job: job)
        let round = try #require(machine.currentRound)
        for range in DyadicRange.cover(round.range, maximumLevel: 8).reversed() {
            let bytes = evaluator.evaluate(round: round, range: range).encode()
            let partial = try Partial(decoding: bytes, round: round, job: job)
            #expect(machine.merge(partial) == .merged)
            #expect(machine.merge(partial) != .merged)
            if !machine.hasEnded {
                machine = try JobMachine(job: job, snapshot: machine.snapshot())
            }
        }
        return machine
    }

    /// What is thrown away may depend on what it was: N·m/k is promised and kept, and N/k would not be.
    @Test(.disabled(if: isQuick, "two thousand jobs")) func whatWasDrawnAgainIsPaidFor() throws {
        var hits = 0
        var promised = 0.0
        let runs = 2_000
        for seed in 0..<runs {
            let job = try Self.spec(
                samples: "16", quantile: "0.125", draws: "1", utility: "sevens", drawer: Chooser(),
                more: [("seed", Self.word("\(seed)"))]
            ).job
            var machine = JobMachine(job: job)
            finish(&machine)
            let selection = try #require(machine.result).selections[0]
            if selection.draws[0].utility == 1 { hits += 1 }
            promised = max(promised, selection.certificate.amplification)
        }
        #expect(promised == 16.0 * Double(Chooser.attempts) / 2)
        // 2,000 runs: one standard error is .011.
        let share = Double(hits) / Double(runs)
        #expect(share <= promised / 100, "\(share), \(promised)")
        #expect(share > 2 * 16.0 / 2 / 100, "\(share)")
    }

    @Test func anyCutGivesTheSameTexts() throws {
        let job = try Self.spec().job
        var whole = JobMachine(job: job)
        finish(&whole)
        let expected = try #require(whole.result)
        #expect(expected.usage?.failed == 143)
        #expect(expected.issued == 1_002 && expected.selections[0].invalid == 143)
        #expect(expected.selections[0].certificate.amplification == 5 * 1_000.0 / 50)
        #expect(expected.warnings.map(\.code).contains("samples-failed"))
        for draw in expected.selections[0].draws {
            let text = try #require(draw.record?.text)
            let sevens = Double(text.count { $0 == "7" })
            #expect(draw.value[6] == sevens)
            #expect(draw.utility == sevens + draw.value[3])
            #expect(text.hasSuffix(draw.value[5] == 0 ? "first" : "second"))
        }
        #expect(DrawCheck.falseDraw(in: expected, job: job) == nil)

        #expect(try backwards(job).result == expected)
    }

    /// A sweep over contexts: each has texts of its own; one that fails is missing in its own alone,
    /// and the table is the same however the job is cut and stopped.
    @Test func contextsOfASweep() throws {
        var resources = JobResources()
        resources.extensions.texts = Scribes()
        let spec = try JobSpec.parse(
            [
                "base": ["text": ["endpoint": "http://127.0.0.1:1/v1", "prompt": "{context}"]],
                "utility": "logprob", "cost": ["long": "characters > 9"], "samples": 1_000,
                "sweep": [
                    "quantiles": [0.05, 1],
                    "over": ["context": ["one": "the first one", "two": "2", "bad": "bad"]],
                ],
            ], resources: resources)
        let again = try JobSpec.parse(JobNode(spec.normalised), resources: resources)
        #expect(again.normalised.text() == spec.normalised.text())
        let job = spec.job
        #expect(job.texts.count == 3 && job.base.dimension == 18)
        var whole = JobMachine(job: job)
        finish(&whole)
        let expected = try #require(whole.result)
        // Of the third context another seventh of the samples fails.
        #expect(expected.usage?.failed == 143 * 3 + 143)
        #expect(expected.issued == 1_006)
        #expect(expected.selections.map(\.invalid) == [143, 143, 143, 143, 286, 286])
        #expect(
            expected.warnings.contains { $0.message.contains("572 of 3000 samples failed") },
            "\(expected.warnings)")
        let table = try #require(AnalysisTable(of: expected, job: job))
        #expect(table.number("long", 1) == 1 && table.number("long", 3) == 0)
        #expect(table.number("mean", 0) == table.number("mean", 2))
        #expect(
            (0..<6).allSatisfy {
                table.number("amplification", $0) == ($0 % 2 == 0 ? 100.0 : 5)
            })
        #expect(DrawCheck.falseDraw(in: expected, job: job) == nil)

        // Draws without a number are no equal of themselves.
        let cut = try #require(try backwards(job).result)
        #expect(AnalysisTable(of: cut, job: job)?.json.text() == table.json.text())
        #expect(cut.warnings == expected.warnings && cut.usage == expected.usage)
        let document = ResultJSON(expected, spec: spec).document(id: nil, digest: "")
        let report = try verify(document, spec)
        #expect(report.isValid && report.comparisons == 6, "\(report.findings)")
    }

    /// Bytes from a worker may hold anything.
    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func damagedPartialsAreRefusedOrRead() throws {
        let job = try Self.spec().job
        let round = try #require(JobMachine(job: job).currentRound)
        let range = try #require(DyadicRange(start: 0, level: 8))
        let bytes = RangeEvaluator(job: job).evaluate(round: round, range: range).encode()
        for cut in stride(from: 0, to: bytes.count, by: 37) {
            #expect(throws: DecodingFailure.self) {
                try Partial(decoding: bytes.prefix(cut), round: round, job: job)
            }
        }
        var refused = 0
        for place in stride(from: 14, to: bytes.count, by: 11) {
            var damaged = bytes
            damaged[place] ^= 0x81
            if (try? Partial(decoding: damaged, round: round, job: job)) == nil { refused += 1 }
        }
        #expect(refused > 0)
    }

    /// A text that was exchanged shows before it is given away.
    @Test func aForgedTextShows() throws {
        let job = try Self.spec().job
        var machine = JobMachine(job: job)
        finish(&machine)
        var result = try #require(machine.result)
        result.selections[0].draws[3].record?.text = "777 first"
        #expect(DrawCheck.falseDraw(in: result, job: job) != nil)
    }

    @Test(arguments: [
        ("method", "cross-entropy"), ("method", "plain"), ("verify", "0.1"), ("samples", "1e7"),
        ("precision", "0.1"),
    ])
    func whatCannotBeAskedOfThemIsRefused(key: String, value: String) {
        #expect(throws: JobError.self) {
            if key == "samples" {
                _ = try Self.spec(samples: value)
            } else {
                _ = try Self.spec(more: [(key, Self.word(value))])
            }
        }
    }
}
