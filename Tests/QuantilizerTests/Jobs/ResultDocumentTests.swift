// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

@Suite struct ResultDocumentTests {
    private func spec() throws -> JobSpec {
        try JobSpec.parse(
            JobSpecTests.good.with("samples", 40_000).with("quantile", [0.01, 0.5])
                .with("utility", nil).with("utilities", ["a": "x[0]", "b": "sqrt(x[0])"])
                .with("cost", ["late": "x[1] > 1"]))
    }

    @Test func fieldsAndOrder() throws {
        let spec = try spec()
        let result = try #require(run(spec.job).result)
        let document = ResultJSON(result, spec: spec).document(id: "j1", digest: "d")
        guard case .object(let members) = document else {
            Issue.record("not an object")
            return
        }
        #expect(
            members.map(\.0) == [
                "version", "job", "id", "state", "digest", "issued", "kept", "evaluations",
                "invalid", "tie_mass", "threshold", "utility", "costs", "certificate", "draws",
                "utility_name", "quantile", "further", "components", "diagnostics", "warnings",
                "timings",
            ])
        #expect(document["kept"]?.text() == "400")
        #expect(document["certificate"]?["amplification"]?.text() == "100")
        guard case .array(let further) = document["further"] else {
            Issue.record("no further selections")
            return
        }
        #expect(further.map { $0["utility_name"]?.text() } == ["\"a\"", "\"b\"", "\"b\""])
    }

    @Test func numbersAreShortest() {
        let values: [Double] = [
            0.1, 1e-3, 100, 1e22, -0.0, .nan, .infinity, -.infinity, Double.leastNonzeroMagnitude,
            1.0 / 3,
        ]
        #expect(
            JSON.array(values.map { .number($0) }).text()
                == #"[0.1,0.001,100,1e+22,-0.0,"nan","inf","-inf",5e-324,0.3333333333333333]"#)
        #expect(JSON.string("a\"\\\n\u{1}é").text() == #""a\"\\\n\u0001é""#)
    }

    @Test func verificationFindsWhatWasChanged() throws {
        let spec = try spec()
        let result = try #require(run(spec.job).result)
        let document = ResultJSON(result, spec: spec).document(id: nil, digest: "d")
        let report = try verify(document, spec)
        #expect(report.isValid, "\(report.findings)")
        #expect(report.draws == 40)

        func changed(_ index: UInt64, _ utility: Double, _ value: Double) throws -> Int {
            var altered = result
            altered.selections[0].draws[3].index = index
            altered.selections[0].draws[3].utility += utility
            altered.selections[0].draws[3].value[1] += value
            let document = ResultJSON(altered, spec: spec).document(id: nil, digest: "d")
            return try verify(document, spec).findings.count
        }
        let index = result.selections[0].draws[3].index
        #expect(try changed(index, 0, 0) == 0)
        #expect(try changed(index, 1e-12, 0) == 1)
        #expect(try changed(index, 0, 1e-12) == 1)
        #expect(try changed(index == 7 ? 8 : 7, 0, 0) >= 3)
        #expect(throws: JobError.self) {
            try verify(.object([("draws", .array([]))]), spec)
        }
    }

    @Test func planAgreesWithTheRun() throws {
        let spec = try spec()
        let plan = JobPlan(job: spec.job)
        let result = try #require(run(spec.job).result)
        #expect(plan.samples == result.issued)
        #expect(plan.problem == nil)
        #expect(plan.rounds == 1)
        #expect(plan.selections.map(\.kept) == result.selections.map { $0.kept })
        #expect(
            plan.selections.map(\.amplification)
                == result.selections.map { $0.certificate.amplification })
    }
}
