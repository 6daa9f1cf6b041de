// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// Ensembles of utilities.
@Suite struct EnsembleTests {
    private func job(_ utility: JobNode) throws -> JobSpec {
        try JobSpec.parse([
            "base": ["normal": ["dimension": 2]], "utility": utility, "quantile": 0.1,
            "samples": 1_000,
        ])
    }

    @Test func joinsByHand() {
        var members = [1.0, 4, 2, 9]
        // Mean 4, deviations 9 + 0 + 4 + 25 = 38, over 3.
        #expect(
            EnsembleRule.meanMinusSD(k: 0.5).join(&members)
                == 4 - 0.5 * (38.0 / 3).squareRoot())
        #expect(EnsembleRule.lowerQuantile(level: 0.25).join(&members) == 1)
        #expect(EnsembleRule.lowerQuantile(level: 0.26).join(&members) == 2)
        #expect(EnsembleRule.lowerQuantile(level: 1).join(&members) == 9)
        var missing = [1, .nan, 2]
        #expect(EnsembleRule.lowerQuantile(level: 0.1).join(&missing).isNaN)
        #expect(EnsembleRule.meanMinusSD(k: 1).join(&missing).isNaN)
    }

    /// The same as the formula that says it in one, sample by sample.
    @Test func agreesWithOneFormula() throws {
        let ensemble = try job([
            "ensemble": ["x[0]", "x[0] + x[1]", "x[0] - x[1]^2"], "rule": "mean-minus-sd",
            "k": 1,
        ]).job
        let lowest = try job([
            "ensemble": ["x[0]", "x[0] + x[1]", "x[0] - x[1]^2"], "rule": "lower-quantile",
            "level": 0.3,
        ]).job
        let samples = RangeEvaluator(job: ensemble).evaluate(indices: 0..<500)
        let least = RangeEvaluator(job: lowest).evaluate(indices: 0..<500)
        for (sample, other) in zip(samples, least) {
            let (x, y) = (sample.value[0], sample.value[1])
            let members = [x, x + y, x - y * y]
            let mean = (members[0] + members[1] + members[2]) / 3
            let squares = members.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            #expect(abs(sample.utilities[0] - (mean - (squares / 2).squareRoot())) < 1e-12)
            #expect(other.utilities[0] == members.min())
        }
    }

    @Test func anyCutGivesTheSameBitsAndFilesComeBack() throws {
        let spec = try job([
            "ensemble": ["x[0]", "x[0] + 0.5 * x[1]", "sin(x[0])"], "k": 2,
        ])
        let whole = try #require(run(spec.job).result)
        #expect(try runShuffled(spec.job, seed: 3, level: 9).result == whole)
        #expect(
            try JobSpec.parse(JobNode(spec.normalised)).normalised.text()
                == spec.normalised.text())
        #expect(spec.normalised.text().contains("\"rule\":\"mean-minus-sd\",\"k\":2"))
        #expect(spec.job.externalSources.isEmpty)
    }

    /// Members from outside: their sources are the job's, and a failure is the ensemble's.
    @Test func membersMayComeFromOutside() throws {
        var resources = JobResources()
        resources.extensions.functions["half"] = SampleFunction { x, lane in
            x[0, lane] > 2 ? .nan : x[0, lane] / 2
        }
        let spec = try JobSpec.parse(
            [
                "base": "normal", "quantile": 0.1, "samples": 500,
                "utilities": [
                    "both": ["ensemble": ["x[0]", ["swift": ["function": "half"]]], "k": 0],
                    "plain": "x[0]",
                ],
            ], resources: resources)
        #expect(spec.job.externalSources == [.swift("half")])
        for sample in RangeEvaluator(job: spec.job).evaluate(indices: 0..<300) {
            let x = sample.value[0]
            #expect(
                x > 2 ? sample.utilities[0].isNaN : sample.utilities[0] == (x + x / 2) / 2)
        }
        let failing = ExternalEnsemble(
            [MapUtility(map: { $0 }), AbsentFunction()], rule: .meanMinusSD(k: 1))
        var results = Columns(count: 1, capacity: 8)
        var scratch = Columns(count: failing.scratchColumns, capacity: 8)
        let values = Columns(count: 1, capacity: 8)
        failing.evaluate(
            lanes: 8, values: values, scratch: &scratch, results: &results, column: 0)
        #expect(results[0, 3].bitPattern == FailedSample.marker.bitPattern)
    }

    @Test func saysWhatIsWrong() {
        func text(_ utility: JobNode) -> String {
            do throws(JobError) {
                _ = try JobSpec.parse([
                    "base": "normal", "quantile": 0.1, "utility": utility,
                ])
                return ""
            } catch { return error.description }
        }
        #expect(text(["ensemble": ["x[0]"]]).contains("at least two members"))
        #expect(text(["ensemble": ["x[0]", "x[3]"]]).contains("utility.ensemble[1]"))
        #expect(text(["ensemble": ["x[0]", "1"], "rule": "mean"]).contains("unknown rule"))
        #expect(
            text(["ensemble": ["x[0]", "1"], "rule": "lower-quantile", "k": 1])
                .contains("belongs to mean-minus-sd"))
        #expect(text(["ensemble": ["x[0]", "1"], "weight": 1]).contains("unknown key"))
    }
}
