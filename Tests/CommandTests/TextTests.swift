// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Texts as base distribution, against an endpoint whose law is known and which can misbehave.
@Suite(.disabled(if: isQuick, "starts an endpoint for each test")) struct TextTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a local run adds: a journal of its own.
    private func run(
        _ text: String, _ more: String..., environment: [String: String] = [:]
    ) throws -> Finished {
        let path = try folder.write(text, to: "job.yaml")
        return try QPoolProcess(
            ["run", path, "-o", "json", "--quiet", "--journal", folder.path + "/journal"] + more,
            environment: environment
        ).finish(seconds: 120)
    }

    private func job(
        _ url: String, samples: Int, tokens: Int = 2, more: String = "", features: String = "",
        rest: String = "utility: logprob"
    ) -> String {
        """
        seed: 3
        base:
          text:
            endpoint: \(url)
            prompt: "Say something"
            max_tokens: \(tokens)
        \(more.isEmpty ? "" : "    \(more)")
            features:
              as: { matches: "a" }
        \(features)
        quantile: 0.1
        samples: \(samples)
        draws: 5
        \(rest)
        """
    }

    /// Each of the nine texts of two letters as often as the model says, by χ² with 8 degrees of
    /// freedom: 26.12 is its quantile at .999. The quantilizer's own promises are then arithmetic.
    @Test func theLawIsThatOfTheModel() throws {
        let model = try ToyModel()
        let letters = ["a", "b", "c"]
        let texts = letters.flatMap { first in letters.map { first + $0 } }
        let features = texts.map { "      is_\($0): { found: \"^\($0)$\" }" }
        let costs = texts.map { "is_\($0): is_\($0)" }.joined(separator: ", ")
        let path = job(
            model.url, samples: 3_000, features: features.joined(separator: "\n"),
            rest: "utility: as + logprob\ncosts: { \(costs) }")
        let result = try TextResult(try run(path))
        #expect(result.issued == 3_000 && result.kept == 300 && result.usage.failed == 0)
        #expect(result.certificate.amplification == 10)
        #expect(result.usage.completion_tokens == 6_000)
        var chi = 0.0
        for text in texts {
            let expected = 3_000 * ToyModel.probability(text)
            let found = 3_000 * (try #require(result.costs["is_\(text)"])).base
            chi += (found - expected) * (found - expected) / expected
        }
        #expect(chi < 26.12)
        // "aa" has the greatest utility, 2 + log .05, and a mass of .05; "ab" and "ba" come next.
        for draw in result.draws {
            #expect(["aa", "ab"].contains(draw.text))
            #expect(draw.logprobs.count == 2)
        }
        // Nothing is asked for twice, not by another job with the same texts either.
        let again = try TextResult(
            try run(path.replacingOccurrences(of: "utility: as", with: "utility: 2*as")))
        #expect(again.timings.requests == 3_000)
        #expect(model.seeds("answered").count == 3_000)
        #expect(Set(model.seeds("answered")).count == 3_000)
    }

    /// What fails for ever is counted and told of; what fails once costs a draw, where that may have
    /// been one.
    @Test func anEndpointThatMisbehavesIsCounted() throws {
        let model = try ToyModel("--faults")
        let result = try TextResult(
            try run(
                job(
                    model.url, samples: 200,
                    more: "attempts: 2\n    timeout: 1\n    concurrency: 32",
                    rest: "utility: \"as > -1\"")))
        let seeds = Set(model.seeds("asked"))
        #expect(seeds.count == 200)
        func kind(_ number: UInt64) -> Int { seeds.count { $0 % 10 == number } }
        #expect(result.usage.failures == ["server-error": kind(0), "not-a-number": kind(1)])
        #expect(result.usage.failed == kind(0) + kind(1))
        #expect(result.invalid == result.usage.failed, "a constant utility hides no failure")
        let redrawn = [0, 1, 3, 4, 5, 6, 7].reduce(0) { $0 + kind($1) }
        #expect(result.usage.redrawn == redrawn)
        #expect(result.issued == 200 + redrawn)
        // Which were drawn again may depend on what they were: two draws for each count.
        #expect(result.certificate.amplification == 2 * 200.0 / 20)
        let warning = try #require(result.warnings.first { $0.code == "samples-failed" })
        #expect(warning.message.contains("\(kind(0)) server-error"))
        #expect(result.draws.allSatisfy { $0.text?.count == 2 })
    }

    /// The jobs that `docs/text.md` shows are jobs, and their plans name what they will cost.
    @Test func theJobsOfThePageAreJobs() throws {
        let page = try String(contentsOfFile: repository + "/docs/text.md", encoding: .utf8)
        let blocks = page.components(separatedBy: "\n\n").filter {
            $0.contains("    base:\n") && $0.hasPrefix("    ")
        }
        #expect(blocks.count == 6)
        for block in blocks {
            let job = block.split(separator: "\n").map { $0.dropFirst(4) }
                .joined(separator: "\n")
            let plan = try qpool("plan", try folder.write(job, to: "job.yaml"), "-o", "json")
            #expect(plan.status == 0, "\(plan.error)")
            #expect(number("requests", in: plan.output) ?? 0 >= 200)
        }
    }

    /// Two persons side by side, each with as many texts of its own, against the sums over all 27 texts;
    /// a sweep of other quantiles asks for nothing again.
    @Test func contextsAreAnAxis() throws {
        let model = try ToyModel()
        func sweep(_ quantiles: String) throws -> ContextSweep {
            let path = try folder.write(
                """
                seed: 9
                base:
                  text:
                    endpoint: \(model.url)
                    api: chat
                    prompt: "A {context} person speaks"
                    max_tokens: 3
                    features: { cs: { matches: "c" }, first: { found: "^c" } }
                utility: cs
                cost: { first: first }
                sweep:
                  quantiles: \(quantiles)
                  over: { context: { wild: "very wild", calm: calm } }
                  reference: wild
                samples: 1000
                """, to: "job.yaml")
            let plan = try qpool("plan", path, "-o", "json")
            #expect(number("requests", in: plan.output) == 2_000, "\(plan.error)")
            let run = try QPoolProcess([
                "sweep", path, "-o", "json", "--quiet", "--journal", folder.path + "/journal",
            ]).finish()
            try #require(run.status == 0, "\(run.error)")
            let verified = try qpool("verify", try folder.write(run.output, to: "r.json"))
            #expect(verified.status == 0, "\(verified.error)")
            return try JSONDecoder().decode(ContextSweep.self, from: Data(run.output.utf8))
        }
        let found = try sweep("[1, 0.1]")
        #expect(found.timings.requests == 2_000 && found.usage.failed == 0)
        let rows = found.sweep.table
        #expect(rows.map { $0["context"]?.text } == ["wild", "wild", "calm", "calm"])
        #expect(rows.map { $0["amplification"]?.number } == [10, 1, 10, 1])
        // E[cs] and its spread, for either person.
        for (row, calm) in [(rows[1], false), (rows[3], true)] {
            let letters = ["a", "b", "c"]
            var mean = 0.0
            var squares = 0.0
            for text in letters.flatMap({ x in letters.flatMap { y in letters.map { x + y + $0 } } }
            ) {
                guard !calm || text.hasPrefix("c") else { continue }
                let p = ToyModel.probability(text) / (calm ? 0.2 : 1)
                let count = Double(text.count { $0 == "c" })
                mean += p * count
                squares += p * count * count
            }
            let error = ((squares - mean * mean) / 1_000).squareRoot()
            let value = try #require(row["mean"]?.number)
            #expect(abs(value - mean) < 4.5 * error, "\(value) \(mean)")
        }
        #expect(rows[3]["first"]?.number == 1 && rows[2]["first"]?.number == 1)
        // Four and a half standard deviations of a share of .2.
        let wild = try #require(rows[1]["first"]?.number)
        #expect(abs(wild - 0.2) < 0.057)
        #expect(rows[3]["first_ratio"]?.number == 1 / wild)
        // The calm one has more of c at the same amplification, and what begins with c costs nothing
        // more: the wild one at q = 1 costs least.
        #expect(rows.map { $0["pareto"]?.text } == ["false", "false", "true", "true"])
        #expect(rows[1]["pareto_first"]?.text == "true" && rows[3]["pareto_first"]?.text == "false")

        let other = try sweep("[0.5]")
        #expect(other.timings.requests == 2_000)
        #expect(model.seeds("answered").count == 2_000)
    }

    private func kind(_ url: String, more: String = "") -> String {
        """
        seed: 1
        base:
          text:
            endpoint: \(url)/v1
            api: chat
            prompt: "Say:"
            max_tokens: 16
            attempts: 2
            price: { prompt: 1e6, completion: 1e6 }
        \(more.isEmpty ? "" : "    \(more)")
        utility: logprob
        quantile: 0.25
        samples: 24
        draws: 6
        """
    }

    /// Whole answers without a text count once, as the draws that they were, under their own name.
    @Test(
        arguments: [
            ("null", "no-text"), ("none", "no-text"), ("refusal", "no-text"),
            ("filter", "content-filter"),
        ])
    func aWholeAnswerWithoutATextIsFinal(kind: String, name: String) throws {
        let model = try ToyModel(script: "whole_model.py")
        let text = self.kind(model.url + "/" + kind)
        let done = try run(text)
        let result = try TextResult(done)
        let lost = model.seeds("asked").count { $0 % 3 == 0 }
        #expect(lost > 0 && model.seeds("asked").count == 24)
        #expect(result.usage.failures == [name: lost] && result.usage.redrawn == 0)
        #expect(result.issued == 24 && result.timings.requests == 24)
        #expect(result.certificate.amplification == 4)
        #expect(result.draws.allSatisfy { $0.text == " kind" })
        // They were paid for, and are not asked for again by another job with the same texts.
        #expect(result.usage.completion_tokens == 24 + 15 * lost)
        _ = try TextResult(run(text.replacingOccurrences(of: "draws: 6", with: "draws: 5")))
        #expect(model.seeds("asked").count == 24)
        if name == "no-text" {
            #expect(done.error.contains("a whole answer without a text"), "\(done.error)")
        }
    }

    /// An error with a good status is no text, and half a text is none.
    @Test(arguments: ["error", "abort"])
    func anErrorWithAGoodStatusIsNoText(kind: String) throws {
        let model = try ToyModel(script: "whole_model.py")
        let result = try TextResult(run(self.kind(model.url + "/" + kind)))
        let lost = Set(model.seeds("asked")).count { $0 % 3 == 0 }
        #expect(result.usage.failures == ["server-error": lost] && lost > 0)
        #expect(result.usage.redrawn == lost && result.issued == 24 + lost)
        #expect(result.draws.allSatisfy { $0.text == " kind" && $0.logprobs == [-1] })
    }

    /// A job none of whose answers has a text is stopped, with the remedy.
    @Test func answersThatNeverHaveATextStopTheJob() throws {
        let model = try ToyModel("--all", script: "whole_model.py")
        let stopped = try run(
            kind(model.url + "/null").replacingOccurrences(of: "samples: 24", with: "samples: 400"))
        #expect(stopped.status == 1 && stopped.output.isEmpty)
        #expect(stopped.error.contains("the first 16 answers have no text"), "\(stopped.error)")
        #expect(stopped.error.contains("`max_tokens` must be enough"))
        #expect(model.seeds("asked").count < 60)
        let few = try run(
            kind(model.url + "/null").replacingOccurrences(of: "samples: 24", with: "samples: 8")
                .replacingOccurrences(of: "seed: 1", with: "seed: 2")
                .replacingOccurrences(of: "draws: 6", with: "draws: 2"))
        #expect(few.status == 1 && few.error.contains("each of 8 samples failed (8 no-text)"))
    }

    /// `null` leaves a parameter to the endpoint, which may refuse it.
    @Test func whatIsNullIsNotSent() throws {
        let model = try ToyModel(script: "whole_model.py")
        let refused = try run(kind(model.url + "/strict"))
        #expect(refused.status == 1 && refused.error.contains("Unsupported parameter"))
        let text = kind(model.url + "/strict", more: "top_p: null").replacingOccurrences(
            of: "max_tokens: 16", with: "max_tokens: null")
        let done = try run(text)
        let result = try TextResult(done)
        #expect(result.usage.failed == 0 && result.issued == 24)
        #expect(done.output.contains("\"max_tokens\": null"), "the job says so")
        let file = try folder.write(done.output, to: "result.json")
        #expect(try qpool("verify", file).status == 0)
        let staged = try run(
            text.replacingOccurrences(of: "api: chat", with: "api: completions")
                + "\nmethod: { screened: { stages: [{ tokens: 8, keep: 50% }] } }\n")
        #expect(staged.status == 2 && staged.error.contains("need `max_tokens`"))
    }

    /// An endpoint that is gone ends the job soon, and says so.
    @Test func anEndpointThatIsGoneEndsTheJob() throws {
        let result = try run(
            job("http://127.0.0.1:9/v1", samples: 100, more: "patience: 1"))
        #expect(result.status == 1)
        #expect(result.error.contains("16 samples in a row failed"), "\(result.error)")
    }

    /// Judges, rewards and processes measure texts; keys reach the endpoint and nothing else.
    @Test func textsAreMeasuredByOthers() throws {
        let model = try ToyModel("--key", "sesame-4711")
        _ = try folder.write(
            """
            import json, sys
            sys.stdin.readline()
            print('{"protocol": 1}', flush=True)
            for line in sys.stdin:
                batch = json.loads(line)
                scores = [text.count("b") + 0.5 for text in batch["texts"]]
                print(json.dumps({"id": batch["id"], "results": scores}), flush=True)
            """, to: "score.py")
        let keys = try folder.write("# ours\n\(model.url) sesame-4711\n", to: "keys.txt")
        chmod(keys, 0o600)
        let root = model.url.replacingOccurrences(of: "/v1", with: "")
        try "\(root)/reward sesame-4711\n\(model.url) sesame-4711\n"
            .write(toFile: keys, atomically: false, encoding: .utf8)
        let features = """
                  then_b: { judge: { prompt: "{text}", continuation: "b" } }
                  cs: { reward: { url: "\(root)/reward" } }
                  bs: { process: { command: [python3, score.py], format: json-lines } }
            """
        let text = job(
            model.url, samples: 100, more: "price: { completion: 10, judge: 1 }",
            features: features, rest: "utility: then_b + cs + bs")
        #expect(try run(text).status != 0, "without a key")
        let done = try run(text, "--endpoint-keys", keys)
        let result = try TextResult(done)
        #expect(result.usage.failed == 0 && result.usage.judge_tokens > 0)
        let spend = Double(200 * 10 + result.usage.judge_tokens) / 1e6
        #expect(abs((result.usage.spend ?? 0) - spend) < 1e-12)
        let law = ["a": 0.6, "b": 0.4, "c": 0.1]
        for draw in result.draws {
            let text = try #require(draw.text)
            let scores = draw.value.suffix(3).map { $0 }
            #expect(abs(scores[0] - log(law[String(text.last!)]!)) < 1e-12)
            #expect(scores[1] == Double(text.count { $0 == "c" }))
            #expect(scores[2] == Double(text.count { $0 == "b" }) + 0.5)
        }
        #expect(!done.output.contains("sesame") && !done.error.contains("sesame"))
        #expect(!system("grep", "-rq", "sesame", folder.path + "/journal"))
        chmod(keys, 0o644)
        let open = try run(text, "--endpoint-keys", keys)
        #expect(open.status != 0, "a key that others can read is refused")
        // What was measured on a text alone can be measured again; a forged text shows.
        let file = try folder.write(done.output, to: "result.json")
        #expect(try qpool("verify", file).status == 0)
        let drawn = try #require(result.draws[0].text)
        let forged = done.output.replacingOccurrences(
            of: "\"text\": \"\(drawn)\"", with: "\"text\": \"aaaa\"")
        #expect(try qpool("verify", try folder.write(forged, to: "forged.json")).status == 1)
    }
}

/// The table of a sweep as JSON has it.
private struct ContextSweep: Decodable {
    struct Cell: Decodable {
        var text: String?
        var number: Double?

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            number = try? value.decode(Double.self)
            text =
                (try? value.decode(String.self)) ?? (try? value.decode(Bool.self)).map { "\($0)" }
        }
    }
    struct Table: Decodable {
        var columns: [String]
        var rows: [[Cell]]
        var table: [[String: Cell]] {
            rows.map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
        }
    }
    struct Timings: Decodable { var requests: Int }
    struct Usage: Decodable { var failed: Int }
    var sweep: Table
    var timings: Timings
    var usage: Usage
}
