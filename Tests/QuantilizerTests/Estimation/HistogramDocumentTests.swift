// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// `histogram` in job files and in results.
@Suite struct HistogramDocumentTests {
    private let file: JobNode = [
        "base": "normal", "utilities": ["u": "x[0]", "v": "1/x[0]"], "quantile": 0.1,
        "samples": 2000, "cost": "x[0] > 1",
    ]

    @Test func howManyBinsTheJobSays() throws {
        let none = try JobSpec.parse(file)
        #expect(none.job.settings.histogram == nil)
        // A job that asks for none is the job it always was.
        #expect(!none.identity.text().contains("histogram"))
        let refused = try JobSpec.parse(file.with("histogram", "false"))
        #expect(refused.identity.text() == none.identity.text())
        let usual = try JobSpec.parse(file.with("histogram", "true"))
        #expect(usual.job.settings.histogram == 256)
        #expect(usual.identity.text() != none.identity.text())
        #expect(
            try JobSpec.parse(file.with("histogram", 256)).identity.text() == usual.identity.text())
        #expect(try JobSpec.parse(JobNode(usual.normalised)).job.settings.histogram == 256)
        for wrong: JobNode in [0, 15, 4097, "yes", [200], 20.5] {
            #expect(throws: JobError.self) { try JobSpec.parse(file.with("histogram", wrong)) }
        }
        #expect(throws: Never.self) { try JobSpec.parse(file.with("histogram", 4096)) }
        var many: JobNode = [:]
        for number in 0..<256 { many = many.with("c\(number)", "x[0]") }
        let costly = file.with("cost", nil).with("costs", many)
        #expect(throws: JobError.self) { try JobSpec.parse(costly.with("histogram", 256)) }
        #expect(throws: Never.self) { try JobSpec.parse(costly.with("histogram", 200)) }
        let one = file.with("utilities", nil).with("utility", "x[0]").with("histogram", "true")
        #expect(throws: Never.self) { try JobSpec.parse(one) }
        for wrong in [
            one.with("method", "splitting").with("samples", nil),
            one.with("method", "cross-entropy").with("samples", nil),
            one.with("event", "x[0] > 1").with("quantile", nil).with("cost", nil),
            one.with("sweep", ["quantiles": [0.1, 0.2]]).with("quantile", nil),
        ] {
            let error = #expect(throws: JobError.self) { try JobSpec.parse(wrong) }
            #expect(
                try #require(error).diagnostics.contains { $0.path == "histogram" },
                "\(String(describing: error))")
        }
    }

    private func document(_ histogram: JobNode?) throws -> (spec: JobSpec, document: JSON) {
        let spec = try JobSpec.parse(file.with("histogram", histogram))
        let result = try #require(run(spec.job).result)
        return (spec, ResultJSON(result, spec: spec).document(id: nil, digest: ""))
    }

    @Test func aDocumentSaysWhatWasCounted() throws {
        let (spec, document) = try document(200)
        let parsed = try ParsedResult(document)
        let result = try #require(run(spec.job).result)
        let said = parsed.utilityHistograms + parsed.costHistograms
        #expect(said.map(\.name) == ["u", "v", "cost"])
        for (one, other) in zip(said.map(\.histogram), result.histograms) {
            #expect(one.json.text() == other.json.text())
        }
        #expect(try #require(parsed.histogram(ofCost: "cost")).finite == 2000)
        #expect(parsed.histogram(ofUtility: "cost") == nil)
        #expect(try ResultVerification.check(document, spec: spec).isValid)
        let (plain, without) = try self.document(nil)
        #expect(without["histograms"] == nil)
        #expect(try ParsedResult(without).utilityHistograms.isEmpty)
        #expect(try ResultVerification.check(without, spec: plain).isValid)
        // With and without, in the place of the other.
        #expect(try !ResultVerification.check(without, spec: spec).isValid)
        #expect(try !ResultVerification.check(document, spec: plain).isValid)
    }

    /// Counts that do not go with the rest of a document are found without running its job.
    @Test func editedCountsAreFound() throws {
        let (spec, document) = try document(200)
        func edited(_ name: String, _ edit: (inout Histogram) -> Void) throws -> JSON {
            guard case .object(var members) = document,
                let place = members.firstIndex(where: { $0.0 == "histograms" }),
                case .object(var kinds) = members[place].1,
                case .object(var utilities) = kinds[0].1,
                let row = utilities.firstIndex(where: { $0.0 == name })
            else { throw JobError(at: nil, path: "", "no histogram of \(name)") }
            var histogram = try #require(ParsedResult(document).histogram(ofUtility: name))
            edit(&histogram)
            utilities[row].1 = histogram.json
            kinds[0].1 = .object(utilities)
            members[place].1 = .object(kinds)
            return .object(members)
        }
        #expect(try ResultVerification.check(edited("u") { _ in }, spec: spec).isValid)
        let edits: [(inout Histogram) -> Void] = [
            { $0.counts[0] += 1 }, { $0.nan += 1 }, { $0.positiveInfinite += 1 },
            {
                $0.counts[$0.place(of: 0) ?? 0] -= 1
                $0.nan += 1
            },
            {
                // From the middle to the top, which then holds too many.
                let middle = $0.counts.count / 2
                $0.counts[$0.counts.count - 1] += $0.counts[middle]
                $0.counts[middle] = 0
                $0.counts[$0.counts.count - 1] += $0.counts[middle + 1]
                $0.counts[middle + 1] = 0
            },
            { $0.first += 3 }, { $0.counts.append(1) },
        ]
        for (number, edit) in edits.enumerated() {
            let report = try ResultVerification.check(edited("u", edit), spec: spec)
            #expect(report.findings.contains { $0.hasPrefix("histograms") }, "\(number)")
        }
    }
}
