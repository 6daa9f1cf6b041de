// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// The examples that are analyses, with the verbs that print them.
@Suite(.disabled(if: isQuick, "answers every example")) struct AnalysisExampleTests {
    /// The rows of an example's CSV as numbers by column; words are NaN.
    static func rows(_ verb: String, _ name: String) throws -> [[String: Double]] {
        let run = try qpool(verb, "\(repository)/examples/\(name)", "-o", "csv", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        let lines = run.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { cells in
            Dictionary(
                uniqueKeysWithValues: zip(lines[0], cells).map { ($0, Double($1) ?? .nan) })
        }
    }

    /// Light tail: φ(z)/(q√2). Heavy tail: the reference values.
    @Test func goodhartCurves() throws {
        let rows = try Self.rows("sweep", "goodhart-sweep.yaml")
        #expect(rows.count == 24)
        let light = [0.5: 0.56418958, 0.1: 1.24096061, 0.01: 1.88459105, 1e-3: 2.38089196]
        let heavy = [0.1: 0.92404, 0.0761754: 0.93188697, 0.01: 0.63612, 1e-4: 0.13500]
        var compared = 0
        for (number, row) in rows.enumerated() {
            let truth = (number < 12 ? light : heavy)[row["quantile"] ?? 0]
            guard let truth, let value = row["value"], let upper = row["value_upper"] else {
                continue
            }
            #expect(abs(value - truth) < 5 * (upper - value) / 1.96, "\(row)")
            compared += 1
        }
        #expect(compared == light.count + heavy.count)
        // With a light tail more is better; with the heavy one 0.1 is better than 0.01.
        let values = rows.map { $0["value"] ?? .nan }
        #expect(values[0] > values[4] && values[4] > values[8])
        #expect(values[16] < values[20] && values[12] < values[16])
    }

    /// E[U | top q] = sd φ(z)/q, for each of three capabilities.
    @Test func capabilityScales() throws {
        let rows = try Self.rows("sweep", "capability.yaml")
        #expect(rows.count == 39)
        #expect(rows.filter { $0["quantile"] == 0.1 }.count == 3)
        for row in rows where row["quantile"] == 0.1 {
            let truth = 1.75498332 * (row["base.normal.sd"] ?? .nan)
            let error = ((row["mean_upper"] ?? .nan) - (row["mean"] ?? .nan)) / 1.96
            #expect(abs((row["mean"] ?? .nan) - truth) < 5 * error)
        }
    }

    /// Two Gumbels beyond 9.2 together, by quadrature of the bivariate normal; five standard errors.
    @Test func aCopulasExtremes() throws {
        let row = try #require(try Self.rows("estimate", "copula.yaml").first)
        let (p, lower, upper) = (row["p"] ?? .nan, row["lower"] ?? .nan, row["upper"] ?? .nan)
        #expect(abs(log(p / 4.976156738e-6)) < 5 * log(upper / lower) / 3.92, "\(row)")
        #expect(log(upper / lower) < 1)
    }

    @Test func auditOfAPoisonedBase() throws {
        let rows = try Self.rows("audit", "audit.yaml")
        #expect(rows.count == 4)
        let labels = rows[1]
        #expect(abs((labels["base_bound"] ?? 0) - 0.0099360) < 1e-6)
        let poisoned = rows[3]
        #expect(abs((poisoned["output"] ?? 0) - 0.0949) < 5 * (0.0949 / 1e4).squareRoot())
        #expect(abs((poisoned["output_bound"] ?? 0) - 0.1) < 1e-6)
    }

    /// The facts of an analysis, as the result document has them.
    static func facts(_ verb: String, _ name: String) throws -> (String) -> Double {
        let run = try qpool(verb, "\(repository)/examples/\(name)", "-o", "json", "--quiet")
        try #require(run.status == 0, "\(run.error)")
        return { number($0, in: run.output) ?? .nan }
    }

    @Test func attackIsOptimal() throws {
        let fact = try Self.facts("attack", "attack.yaml")
        #expect(abs(fact("ln_p") + 3.783184) < 5 * fact("cv") + 0.005)
        #expect(abs(fact("ln_p_base") + 10.360101) < 5 * fact("cv_base"))
        let rows = try Self.rows("attack", "attack.yaml")
        #expect(rows.count == 5)
        for (row, truth) in zip(rows, [1.2, 1.6, 0, 0, 0]) {
            #expect(abs((row["theta"] ?? .nan) - truth) < 0.12)
        }
        let other = try qpool(
            "attack", "\(repository)/examples/estimate.yaml", "--kl", "0.5", "--quiet")
        #expect(other.status == 0 && other.output.contains("ln_p_base"), "\(other.error)")
    }

    @Test func searchFindsTheWeights() throws {
        let fact = try Self.facts("search", "search.yaml")
        #expect(abs(fact("w") - 0.2) < 0.05)
        for (name, truth) in [
            ("criterion", 1.30809), ("gap", 1.04646), ("shifted_criterion", 0.66714),
            ("shifted_gap", 3.94950),
        ] {
            // w a little beside the best moves the shifted numbers by up to 0.1.
            let error = (fact(name + "_upper") - fact(name)) / 2.13
            let slack = name.hasPrefix("shifted") ? 0.25 : 0.01
            #expect(abs(fact(name) - truth) < 5 * error + slack, "\(name)")
        }
        let other = try qpool("search", "\(repository)/examples/ties.yaml", "--quiet")
        #expect(other.status == 2 && other.error.contains("missing key `search`"))
    }

    @Test func anyJobCanBeSweptAndAudited() throws {
        let path = "\(repository)/examples/best-of-n.yaml"
        let refused = try qpool("sweep", path, "--quiet")
        #expect(refused.status == 2 && refused.error.contains("a sweep is made by `exact`"))
        let four = "\(repository)/examples/ties.yaml"
        let run = try qpool("sweep", four, "--from", "0.01", "--steps", "3", "-o", "jsonl", "-q")
        #expect(run.status == 0 && run.output.split(separator: "\n").count == 3, "\(run.error)")
        let audit = try qpool("audit", four, "--harm", "x[0] > 9", "--quiet")
        #expect(audit.status == 0 && audit.output.contains("output_bound"), "\(audit.error)")
        #expect(try qpool("audit", four, "--quiet").status == 2)
        let given = "\(repository)/examples/capability.yaml"
        #expect(try qpool("sweep", given, "--steps", "3").status == 2)
    }
}
