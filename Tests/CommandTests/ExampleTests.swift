// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Every file in `examples/` runs, and its numbers agree with the reference values it names.
///
/// Seeds are fixed, so a test either always passes or always fails; the tolerances are five standard
/// errors, so a right program with other seeds would fail one comparison in 1.7 million.
@Suite(.disabled(if: isQuick, "answers every example")) struct ExampleTests {
    /// The parts of a result document that the comparisons need.
    struct Document: Decodable {
        struct Threshold: Decodable {
            var value: Double
            var interval: [Double]?

            private enum Keys: String, CodingKey { case value, interval }
            init(from decoder: any Decoder) throws {
                let fields = try decoder.container(keyedBy: Keys.self)
                // A tilt has none: "-inf".
                value = (try? fields.decode(Double.self, forKey: .value)) ?? -.infinity
                interval = try? fields.decode([Double].self, forKey: .interval)
            }
        }
        struct Utility: Decodable {
            var mean: Double
            var top_mean: Double
        }
        struct Cost: Decodable {
            var base: Double
            var top: Double
            var bound: Double?
        }
        struct Certificate: Decodable {
            var amplification: Double
            var kind: String
        }
        struct Draw: Decodable {
            var utility: Double
            var value: [Double]
        }
        struct Selection: Decodable {
            var kept: UInt64
            var threshold: Threshold
            var utility: Utility
            var costs: [String: Cost]
            var certificate: Certificate
            var draws: [Draw]
        }
        var issued: UInt64
        var diagnostics: [String: Double]
        var primary: Selection
        var further: [Selection]

        private enum Keys: String, CodingKey { case issued, further, diagnostics }
        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Keys.self)
            issued = try fields.decode(UInt64.self, forKey: .issued)
            further = try fields.decode([Selection].self, forKey: .further)
            diagnostics =
                (try? fields.decode([String: Double].self, forKey: .diagnostics)) ?? [:]
            primary = try Selection(from: decoder)
        }
        var selections: [Selection] { [primary] + further }
    }

    static let files: [String] = {
        let all =
            (try? FileManager.default.contentsOfDirectory(atPath: repository + "/examples")) ?? []
        return all.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    private func run(_ name: String) throws -> Document {
        let run = try qpool("run", "\(repository)/examples/\(name)", "-o", "json", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        return try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    }

    @Test func everyExampleIsListed() throws {
        let list = try String(contentsOfFile: repository + "/examples/README.md", encoding: .utf8)
        #expect(Self.files.count >= 6)
        for file in Self.files { #expect(list.contains("`\(file)`"), "\(file)") }
    }

    @Test(arguments: files) func runsAndPlansAndVerifies(_ file: String) throws {
        let path = "\(repository)/examples/\(file)"
        #expect(try qpool("plan", path).status == 0)
        let run = try qpool("run", path, "-o", "json", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        // The result names the data file as the job did, so it is checked from the same folder.
        let verified = try qpool(
            "verify", "-", input: run.output, folder: repository + "/examples")
        #expect(verified.status == 0, "\(verified.error)")
    }

    @Test func fourBranchThresholdIsZero() throws {
        let result = try run("four-branch.yaml")
        let interval = try #require(result.primary.threshold.interval)
        // The interval holds 0 with 95 %; its width says how far 0 may be at five standard errors.
        let standardError = (interval[1] - interval[0]) / (2 * 1.96)
        #expect(abs(result.primary.threshold.value) < 5 * standardError)
        #expect(standardError < 0.003)
        let cost = try #require(result.primary.costs["far"])
        // |x| > 4 in two dimensions: exp(-8).
        let truth = 3.3546262790251185e-4
        #expect(abs(cost.base - truth) < 5 * (truth / 1e7).squareRoot())
        #expect(cost.top <= cost.bound ?? 0)
    }

    @Test func aProcessInPythonFindsTheSameFailures() throws {
        let result = try run("python-utility.yaml")
        let interval = try #require(result.primary.threshold.interval)
        let standardError = (interval[1] - interval[0]) / (2 * 1.96)
        #expect(abs(result.primary.threshold.value) < 5 * standardError)
        #expect(standardError < 0.01)
        #expect(result.primary.draws.count == 10 && result.primary.kept == 2223)
    }

    @Test func aPackageOfOnesOwnRunsItsFunctions() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: qpoolPath).deletingLastPathComponent()
            .appendingPathComponent("OwnWorkerExample")
        process.arguments = ["run", repository + "/examples/own-worker/job.yaml"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let result = try JSONDecoder().decode(Document.self, from: data)
        // The cosine of a uniform angle is above cos(π/100) once in a hundred times.
        let interval = try #require(result.primary.threshold.interval)
        let standardError = (interval[1] - interval[0]) / (2 * 1.96)
        #expect(abs(result.primary.threshold.value - 0.9995065603657316) < 5 * standardError)
        #expect(standardError < 1e-5)
        for draw in result.primary.draws { #expect(draw.value[0] == draw.utility) }
    }

    @Test func goodhartCurve() throws {
        let result = try run("goodhart.yaml")
        let truth = [0.92404, 0.93188697, 0.63612, 0.13500]
        for (selection, expected) in zip(result.selections, truth) {
            let top = try #require(selection.costs["value"]).top
            // The value's standard deviation above a threshold is at most 1.5 here.
            let tolerance = 5 * 1.5 / Double(selection.kept).squareRoot()
            #expect(abs(top - expected) < tolerance, "kept \(selection.kept): \(top)")
        }
        #expect(result.selections.count == 4)
    }

    @Test func theAuditSaysWhatTheScreenDrops() throws {
        let result = try run("screened.yaml")
        // Where the mass with a screen above its 1 % quantile is 0.001; k kept of it.
        #expect(abs(result.primary.threshold.value - 3.0620) < 0.05)
        #expect(result.primary.certificate.amplification == 1_000)
        let facts = result.diagnostics
        let missed = try #require(facts["missed_lower"])...(try #require(facts["missed_upper"]))
        #expect(missed.contains(0.0904) && missed.upperBound < 0.3)
        #expect(facts["survivors"] == 10_000)
    }

    @Test func anEnsembleIsFooledLess() throws {
        let result = try run("ensemble.yaml")
        for (selection, expected) in zip(result.selections, [1.88459105, 2.38384006, 2.2826]) {
            let top = try #require(selection.costs["value"]).top
            // The value's standard deviation above a threshold is below 1; the last number has an
            // error of 0.0011 of its own.
            #expect(abs(top - expected) < 5 / 10_000.0.squareRoot() + 0.003, "\(top)")
        }
    }

    @Test func minimaxFindsLevelAndQuantile() throws {
        let result = try run("minimax.yaml")
        let facts = result.diagnostics
        // The pilot of 262,144 samples: the standard errors are 0.004 and 0.0008.
        #expect(abs(try #require(facts["level"]) - 0.9023463475) < 0.02)
        #expect(abs(Double(result.primary.kept) / 1e6 - 0.1834364562) < 0.004)
        #expect(abs(try #require(facts["guaranteed_value"]) - 0.9023463475) < 0.02)
        let measured = try run("minimax-measured.yaml").diagnostics
        let epsilon = try #require(measured["epsilon"])
        #expect(epsilon > 0.39894228 && epsilon < 0.42)
    }

    @Test func theTiltHasItsDivergence() throws {
        let result = try run("tilt.yaml")
        #expect(abs(try #require(result.diagnostics["beta"]) - 1) < 0.05)
        #expect(abs(result.primary.utility.top_mean - 0.975) < 0.03)
        #expect(result.primary.certificate.kind == "exact")
        #expect(result.primary.draws.count == 100)
    }

    @Test func placesHaveTheCappedLaw() throws {
        let result = try run("impact.yaml")
        for (name, expected) in [("nine", 0.4), ("eight", 0.4), ("seven", 0.2)] {
            let cost = try #require(result.primary.costs[name])
            // k of N is exact; a place's share of the base is not: 0.0003 over 0.25.
            #expect(abs(cost.top - expected) < 0.01)
            #expect(cost.bound == nil)
        }
        #expect(result.primary.certificate.amplification == 4)
    }

    @Test func theBandIsBetweenTheQuantiles() throws {
        let result = try run("band.yaml")
        #expect(result.primary.kept == 90_000)
        // The standard error is 0.0019.
        #expect(abs(result.primary.utility.top_mean - 1.6538465357) < 0.0095)
        for draw in result.primary.draws { #expect(draw.utility > 1.25 && draw.utility < 2.35) }
    }

    @Test func flightsAgreeWithTheData() throws {
        let text = try String(
            contentsOfFile: repository + "/examples/data/jfk-lax-2013.csv", encoding: .utf8)
        let rows = text.split(separator: "\n").dropFirst().map { row in
            row.split(separator: ",").prefix(6).map { Double($0) ?? .nan }
        }
        #expect(rows.count == 11_159)
        let result = try run("flights.yaml")
        let n = Double(result.issued)
        let late = Double(rows.count { $0[4] > 30 }) / Double(rows.count)
        let hurried = Double(rows.count { $0[5] < 310 }) / Double(rows.count)
        let costs = result.primary.costs
        for (name, truth) in [("late", late), ("hurried", hurried)] {
            let cost = try #require(costs[name])
            #expect(abs(cost.base - truth) < 5 * (truth * (1 - truth) / n).squareRoot())
            #expect(cost.top <= cost.bound ?? 0)
        }
        // The threshold of the top tenth is the smallest gain with at most a tenth of rows above it.
        let gains = rows.map { $0[3] - $0[4] }.sorted(by: >)
        #expect(result.primary.threshold.value == gains[rows.count / 10])
    }

    @Test func bestOfTenIsAnotherLaw() throws {
        let result = try run("best-of-n.yaml")
        // E max of ten standard normals, and its standard deviation 0.5868.
        #expect(
            abs(result.primary.utility.top_mean - 1.53875273) < 5 * 0.5868 / 1000.0.squareRoot())
        #expect(result.primary.certificate.amplification == 10)
    }

    @Test func tiesAreWaterFilled() throws {
        let costs = try run("ties.yaml").primary.costs
        let truth = ["seven": 0.453125, "eight": 0.439453, "nine": 0.097656, "ten": 0.009766]
        for (name, mass) in truth {
            let top = try #require(costs[name]).top
            // Masses above the boundary vary by the base's counts, the boundary takes the rest.
            #expect(abs(top - mass) < 5 * (mass * 10 / 1e7).squareRoot() + 1e-6, "\(name): \(top)")
        }
    }

    @Test func thresholdFromAPilot() throws {
        let result = try run("threshold.yaml")
        // ln 1000; the relative error of the pilot's mass is 1/√1000.
        #expect(abs(result.primary.threshold.value - 6.907755278982137) < 5 / 1000.0.squareRoot())
        #expect(abs(result.primary.certificate.amplification - 1e6 / 999) < 1e-6)
        #expect(result.primary.draws.count == 20)
        #expect(result.primary.draws.allSatisfy { $0.utility >= result.primary.threshold.value })
    }

    @Test func splittingReachesABillionth() throws {
        let result = try run("rare.yaml")
        #expect(result.issued < 1_000_000)
        // The upper 1e-9 quantile of a normal, and that of half as much mass again and more.
        #expect(result.primary.threshold.value < 5.9978 + 0.02)
        #expect(result.primary.threshold.value > 5.9)
        #expect(abs(result.primary.certificate.amplification - (1e9 + 1)) < 1)
        #expect(result.primary.draws.count == 100)
        #expect(result.primary.draws.allSatisfy { $0.utility >= result.primary.threshold.value })
    }

    @Test func importanceReachesAMillionth() throws {
        let result = try run("importance.yaml")
        #expect(result.primary.threshold.value < 23.4315 + 0.1)
        #expect(result.primary.threshold.value > 23)
        #expect(abs(result.primary.certificate.amplification - 1_000_001) < 1e-3)
        #expect(result.primary.draws.count == 100)
        #expect(result.primary.draws.allSatisfy { $0.utility >= result.primary.threshold.value })
    }

    @Test func crossEntropyFindsFourPlaces() throws {
        let result = try run("cross-entropy.yaml")
        #expect(result.issued < 50_000)
        var places = [0, 0, 0, 0]
        for draw in result.primary.draws {
            let sum = draw.value[0] + draw.value[1]
            let difference = draw.value[0] - draw.value[1]
            let isDiagonal = abs(sum) > abs(difference)
            places[(isDiagonal ? 0 : 2) + ((isDiagonal ? sum : difference) > 0 ? 0 : 1)] += 1
        }
        // Opposite places are mirror images; each comes in 100 draws.
        #expect(places.allSatisfy { $0 > 5 }, "\(places)")
    }

    @Test func estimateFarBelowOneInN() throws {
        struct Answer: Decodable {
            struct Estimate: Decodable {
                var p: Double
                var cv: Double
                var interval: [Double]
                var naive_floor: Double
            }
            var estimate: Estimate
            var evaluations: UInt64
        }
        let path = "\(repository)/examples/estimate.yaml"
        let run = try qpool("estimate", path, "-o", "json", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8))
        let estimate = answer.estimate
        #expect(abs(estimate.p / 2.86651571879194e-7 - 1) < 5 * estimate.cv)
        #expect(estimate.cv < 0.05 && answer.evaluations < 60_000)
        #expect(estimate.naive_floor == 3 / Double(answer.evaluations))
        let table = try qpool("estimate", path, "--quiet")
        #expect(table.output.contains("naive floor"))
        #expect(try qpool("estimate", path, "-o", "csv", "--quiet").output.hasPrefix("p,lower"))
        let other = try qpool("estimate", "\(repository)/examples/ties.yaml", "--quiet")
        #expect(other.status == 2 && other.error.contains("missing key `event`"))
    }
}
