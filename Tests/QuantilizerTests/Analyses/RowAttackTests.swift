// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// `attack` on rows of a table: the known optimum, whatever the order of the file.
@Suite struct RowAttackTests {
    private func table(
        _ rows: [(x: Double, weight: Double)], weighted: Bool, kl: Double, smooth: Bool = false
    ) throws -> (JobResult, AnalysisTable) {
        var resources = JobResources()
        resources.tables["rows.csv"] = DataTable(
            columnNames: ["x", "w"], columns: [rows.map(\.x), rows.map(\.weight)])
        var base: JobNode = ["file": "rows.csv", "columns": ["x"]]
        if weighted { base = base.with("weights", "w") }
        if smooth { base = base.with("smooth", 0.3) }
        let spec = try JobSpec.parse(
            [
                "base": ["empirical": base], "event": "x[0] > 9", "utility": "x[0]", "seed": 3,
                "attack": ["kl": JobNode(.number(kl))],
            ], resources: resources)
        let result = try #require(run(spec.job).result)
        return (result, try #require(AnalysisTable(of: result, job: spec.job)))
    }

    private func fact(_ table: AnalysisTable, _ name: String) throws -> Double {
        let value = try #require(table.facts.first { $0.name == name }).value
        guard case .number(let number) = value else { return .nan }
        return number
    }

    @Test(arguments: [false, true]) func anyOrderGivesTheSameBits(_ weighted: Bool) throws {
        var rows = (0..<1_000).map { (x: Double($0 % 10) + 0.1, weight: 0.1 + Double($0 % 7)) }
        let (first, found) = try table(rows, weighted: weighted, kl: 0.5)
        var random = SplitMix(state: 3)
        rows.shuffle(using: &random)
        let (second, _) = try table(rows, weighted: weighted, kl: 0.5)
        #expect(first == second)
        let p = try fact(found, "p")
        let base = try fact(found, "p_base")
        if !weighted { #expect(base == 0.1) }
        let kl =
            p * Elementary.log(p / base) + (1 - p) * Elementary.log((1 - p) / (1 - base))
        #expect((kl - 0.5).magnitude < 1e-12 && p > base)
        #expect((try fact(found, "kl") - 0.5).magnitude < 1e-12)
    }

    /// Categories are rows too: neither their order nor what stands for them matters.
    @Test func categoriesInAnyOrder() throws {
        func attacked(_ probabilities: [Double], _ values: [Double]) throws -> AnalysisTable {
            let job = try JobSpec.parse(
                [
                    "base": [
                        "categorical": [
                            "probabilities": JobNode.list(probabilities),
                            "values": JobNode.list(values),
                        ]
                    ], "event": "x[0] == 7", "utility": "x[0]", "seed": 3, "attack": ["kl": 0.5],
                ]
            ).job
            let result = try #require(run(job).result)
            return try #require(AnalysisTable(of: result, job: job))
        }
        let first = try attacked([0.1, 0.2, 0.7], [7, -4, 2])
        let second = try attacked([0.2, 0.7, 0.1], [-4, 2, 7])
        #expect(first.json.text() == second.json.text())
        let p = try fact(first, "p")
        #expect(try fact(first, "p_base") == 0.1)
        let kl = p * Elementary.log(p / 0.1) + (1 - p) * Elementary.log((1 - p) / 0.9)
        #expect((kl - 0.5).magnitude < 1e-12 && p > 0.1)
    }

    /// A budget of ln 1/p buys the event; without a row in it there is none to buy.
    @Test func allOrNothing() throws {
        let rows = (0..<100).map { (x: Double($0 % 10) + 0.1, weight: 1.0) }
        #expect(try fact(try table(rows, weighted: false, kl: 3).1, "p") == 1)
        let (result, none) = try table(
            rows.map { (x: 0.0, weight: $0.weight) }, weighted: false, kl: 3)
        #expect(try fact(none, "p") == 0)
        #expect(result.warnings.contains { $0.code == "event-not-seen" })
    }

    /// Smoothed rows: the steps are shifted, which row comes before which is not.
    @Test func stepsAroundRowsAreShifted() throws {
        let rows = (0..<100).map { (x: Double($0 % 10), weight: 1.0) }
        let (_, found) = try table(rows, weighted: false, kl: 0.5, smooth: true)
        #expect(found.rows.count == 2)
        #expect(found.number("theta", 0) > 0.1 && found.number("theta", 1) == 0)
    }
}
