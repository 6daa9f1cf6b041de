// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `audit`: base risk, its exact bound, and the shares of a mixture's components in the output.
@Suite struct AuditTests {
    static let poisoned: JobNode = [
        "seed": 3,
        "base": [
            "mixture": [
                ["label": "clean", "weight": 0.999, "normal": [:]],
                ["label": "poisoned", "weight": 0.001, "normal": ["mean": 4]],
            ]
        ],
        "utility": "x[0]", "quantile": 0.01, "samples": 400_000, "cost": ["low": "x[0] < 2.5"],
        "audit": ["harm": ["severe": "x[0] > 5", "never": "x[0] > 50"], "components": "true"],
    ]

    static func table(
        _ node: JobNode, resources: JobResources = JobResources()
    ) throws -> (JobResult, AnalysisTable) {
        let spec = try JobSpec.parse(node, resources: resources)
        let result = try #require(run(spec.job).result)
        return (result, try #require(AnalysisTable(of: result, job: spec.job)))
    }

    /// Shares that are known: 0.999 Q(t) + 0.001 Q(t − 4) = 0.01 at t = 2.3632, where the poisoned
    /// are 0.0949 of what is above.
    @Test func sharesOfComponents() throws {
        let (result, table) = try Self.table(Self.poisoned)
        #expect(
            table.rows.map { $0[0].text() }.joined()
                == #""severe""never""component clean""component poisoned""#)
        let t = result.selections[0].threshold.value
        let above = SpecialFunctions.normalUpperTail(t - 4) * 0.001
        let share = above / (above + 0.999 * SpecialFunctions.normalUpperTail(t))
        // 4,000 kept: five binomial standard errors.
        #expect(abs(table.number("output", 3) - share) < 5 * (share / 4_000).squareRoot())
        #expect(abs(table.number("base_rate", 3) - 0.001) < 1e-12)
        #expect(abs(table.number("output_bound", 3) - 0.1) < 1e-9)
        #expect(table.number("output", 3) <= table.number("output_bound", 3))
        #expect(abs(table.number("output", 2) + table.number("output", 3) - 1) < 1e-12)
        // P(x > 5), and one-sided Clopper and Pearson for nothing seen: 1 − 0.05^(1/n).
        let severe =
            0.999 * SpecialFunctions.normalUpperTail(5)
            + 0.001 * SpecialFunctions.normalUpperTail(1)
        #expect(abs(table.number("base_rate", 0) - severe) < 5 * (severe / 400_000).squareRoot())
        #expect(table.number("base_bound", 0) > table.number("base_rate", 0))
        let none = 1 - Kernels.exp(Kernels.log(0.05) / 400_000)
        #expect(abs(table.number("base_bound", 1) / none - 1) < 1e-9)
        #expect(abs(table.number("base_bound", 1) * 400_000 - 3) < 0.01)
        // The job's own cost is reported, the audit's are not among the draws' values.
        #expect(result.selections[0].costs[0].name == "low")
        #expect(result.selections[0].draws[0].value.count == 2)
    }

    @Test func labelledBaseDraws() throws {
        var resources = JobResources()
        resources.tables["labels.csv"] = DataTable(
            columnNames: ["index", "harm"],
            columns: [(0..<300).map(Double.init), [Double](repeating: 0, count: 300)])
        let node = Self.poisoned.with(
            "audit", ["labels": ["file": "labels.csv", "column": "harm"]])
        let (_, table) = try Self.table(node, resources: resources)
        #expect(table.rows.count == 1 && table.number("harmful", 0) == 0)
        #expect(abs(table.number("base_bound", 0) - 0.0099360) < 1e-6)
        #expect(abs(table.number("output_bound", 0) - 0.99360) < 1e-4)
        resources.tables["labels.csv"]?.columns[1][7] = 1
        let (_, one) = try Self.table(node, resources: resources)
        // As scipy.stats.beta.ppf(0.95, 2, 299).
        #expect(abs(one.number("base_bound", 0) - 0.0157146) < 1e-6)
        resources.tables["labels.csv"]?.columns[1][8] = 2
        #expect(throws: JobError.self) { try Self.table(node, resources: resources) }
    }

    /// The bound holds the truth at least as often as it says: 1,000 repeats of 500 base draws.
    @Test(.disabled(if: isQuick, "a thousand jobs")) func boundsCover() throws {
        var held = 0
        for seed in 0..<1_000 {
            let (_, table) = try Self.table([
                "seed": .init(integerLiteral: seed), "base": "normal", "utility": "x[0]",
                "quantile": 0.1, "samples": 500, "audit": ["harm": "x[0] > 2"],
            ])
            if table.number("base_bound", 0) >= 0.02275013194817921 { held += 1 }
        }
        print("audit coverage of 1000: \(held)")
        #expect(held >= 950 - 28)
    }

    @Test func methodsWithOtherCertificates() throws {
        for (method, amplification) in [("best-of-n", 100.0), ("splitting", 101)] {
            var node = Self.poisoned.with("samples", nil).with("cost", nil)
            node = node.with("method", JobNode(.string(method)))
            let (result, table) = try Self.table(node)
            #expect(table.number("amplification", 0) == amplification)
            #expect(table.number("base_draws", 0) > 50)
            #expect(abs(table.number("output_bound", 3) - 0.001 * amplification) < 1e-9)
            #expect(result.selections[0].costs.count == 4)
        }
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func theSameJobAgain() throws {
        let spec = try JobSpec.parse(Self.poisoned)
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.normalised.text() == spec.normalised.text())
        let result = try #require(run(spec.job).result)
        #expect(try runShuffled(again.job, seed: 4).result == result)
        let document = ResultJSON(result, spec: spec).document(id: nil, digest: "")
        #expect(try verify(document, spec).isValid)
    }

    @Test(
        arguments: [
            (["components": "true"], "base", "normal", "those of a `mixture` base"),
            ([:], "base", "normal", "say what to look for"),
            (["harm": ["low": "x[0] < 1"]], "seed", 3, "has the name of a cost"),
            (["harm": "y > 1"], "seed", 3, "y"),
            (["labels": ["file": "none.csv", "column": "a"]], "seed", 3, "did not come"),
        ] as [(JobNode, String, JobNode, String)])
    func mistakesAreNamed(_ audit: JobNode, _ key: String, _ value: JobNode, _ words: String) {
        let error = #expect(throws: JobError.self) {
            try JobSpec.parse(Self.poisoned.with("audit", audit).with(key, value))
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
