// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `impact`: the law of a variable is capped, and within its cells the best is taken.
@Suite struct ImpactTests {
    private func job(
        _ settings: JobSettings, width: Double? = nil,
        variable: @escaping @Sendable (Double) -> Double,
        utility: @escaping @Sendable (Double) -> Double,
        costs: [@Sendable (Double) -> Double] = []
    ) -> CompiledJob {
        var settings = settings
        settings.method = .impact(width: width)
        func function(_ name: String, _ map: @escaping @Sendable (Double) -> Double)
            -> NamedUtility
        { NamedUtility(name: name, source: name, utility: MapUtility(map: map)) }
        return CompiledJob(
            settings: settings, base: UnitBase(), utilities: [function("u", utility)],
            costs: costs.enumerated().map { function("c\($0)", $1) },
            auxiliary: function("impact", variable))
    }

    /// Cells of 0.1, and a utility that is finest in the middle of each cell.
    private let peaked: @Sendable (Double) -> Double = { x in
        let place = (x * 10).truncatingRemainder(dividingBy: 1)
        return (x * 10).rounded(.down) - abs(place - 0.5)
    }

    @Test func agreesWithBruteForce() throws {
        let samples: UInt64 = 5_000
        let job = job(
            JobSettings(seed: 5, samples: samples, quantiles: [0.25, 0.6], draws: 60),
            width: 0.1, variable: { $0 }, utility: peaked, costs: [{ $0 }])
        let result = try #require(run(job).result)
        let all = RangeEvaluator(job: job).evaluate(indices: 0..<samples)
        let cells = Dictionary(grouping: all) { ($0.value[0] / 0.1).rounded(.down) }
            .values.sorted {
                $0.map { $0.utilities[0] }.max()! > $1.map { $0.utilities[0] }.max()!
            }
        for (selection, kept) in zip(result.selections, [1_250, 3_000]) {
            var left = kept
            var sum = 0.0
            var cost = 0.0
            var allowed: Set<UInt64> = []
            for cell in cells where left > 0 {
                let best = try #require(cell.max { $0.utilities[0] < $1.utilities[0] })
                let count = min(left, cell.count)
                sum += Double(count) * best.utilities[0]
                cost += Double(count) * best.value[0]
                allowed.insert(best.index)
                left -= count
            }
            #expect(abs(selection.utility.topMean - sum / Double(kept)) < 1e-9)
            #expect(abs(selection.costs[0].top - cost / Double(kept)) < 1e-9)
            #expect(selection.draws.count == 60)
            #expect(allowed.isSuperset(of: selection.draws.map(\.index)))
            #expect(Set(selection.draws.map(\.index)).count >= allowed.count - 1)
            #expect(selection.certificate.amplification == 5_000 / Double(kept))
            #expect(selection.certificate.scope == "impact")
            #expect(selection.costs[0].bound == nil)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func anyCutGivesTheSameBits(_ seed: UInt64) throws {
        let job = job(
            JobSettings(seed: seed, samples: 20_000, quantiles: [0.3], draws: 30),
            variable: { $0 < 0.01 ? .nan : ($0 * 50).rounded(.down) },
            utility: { (peaked($0) * 8).rounded() }, costs: [{ 1 - $0 }])
        let whole = try #require(run(job).result)
        #expect(try runShuffled(job, seed: seed &* 19, level: 11).result == whole)
        #expect(whole.diagnostics.first { $0.name == "cells" }?.value == 51)
    }

    /// The cells' ratios are at most A; those of actions are not, which is why the promise is about
    /// the variable alone.
    @Test(.disabled(if: isQuick, "ten thousand jobs")) func tenThousandRunsKeepThePromise() throws {
        let cell: @Sendable (Double) -> Double = { x in
            x < 0.5 ? 0 : x < 0.8 ? 1 : x < 0.95 ? 2 : x < 0.99 ? 3 : 4
        }
        var count = RatioCount(masses: [0.5, 0.3, 0.15, 0.04, 0.01])
        var finest = RatioCount(masses: [0.999, 0.001])
        for seed in 0..<10_000 as Range<UInt64> {
            let job = job(
                JobSettings(seed: seed, samples: 64, quantiles: [0.125]), variable: cell,
                utility: { cell($0) + ($0 > 0.949 && $0 < 0.95 ? 5 : 0) })
            let selection = try #require(run(job).result?.selections.first)
            #expect(selection.certificate.amplification == 8)
            let x = selection.draws[0].value[0]
            count.add(Int(cell(x)), promised: 8)
            finest.add(x > 0.949 && x < 0.95 ? 1 : 0, promised: 8)
        }
        count.row("impact", "five cells")
        finest.row("impact: actions, about which nothing is promised", "five cells")
        count.expectAtMost(8)
        #expect(count.ratios[4].ratio > 4)
        #expect(finest.ratios[1].ratio > 8 + 10 * finest.ratios[1].error)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser")) func tooManyCellsAreRefused() throws
    {
        let job = job(
            JobSettings(seed: 1, samples: 100_000, quantiles: [0.1]), variable: { $0 },
            utility: { $0 })
        #expect(run(job).failure?.code == "too-many-cells")
        #expect(try runShuffled(job, seed: 1, level: 13).failure?.code == "too-many-cells")
    }

    @Test func readsJobFiles() throws {
        let file: JobNode = [
            "base": ["normal": ["dimension": 2]], "utility": "x[0] + x[1]", "quantile": 0.2,
            "samples": 5_000, "method": ["impact": ["of": "x[0]", "width": 0.5]],
        ]
        let spec = try JobSpec.parse(file)
        #expect(spec.job.settings.method == .impact(width: 0.5))
        #expect(
            try JobSpec.parse(JobNode(spec.normalised)).normalised.text()
                == spec.normalised.text())
        #expect(JobPlan(job: spec.job).selections[0].amplification == 5)
        let result = try #require(run(spec.job).result)
        #expect(result.warnings.map(\.code) == ["few-in-a-cell"])
        let text = ResultJSON(result, spec: spec).canonicalText
        #expect(text.contains("\"scope\":\"impact\""))
        #expect(throws: JobError.self) {
            try JobSpec.parse(file.with("method", ["impact": ["width": 1]]))
        }
        #expect(throws: JobError.self) {
            try JobSpec.parse(file.with("method", ["impact": ["of": "x[7]"]]))
        }
    }
}
