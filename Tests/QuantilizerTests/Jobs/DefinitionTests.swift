// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// `define`: a name stands for its formula in brackets, in every formula of the job.
@Suite struct DefinitionTests {
    private static let written: JobNode = [
        "base": ["normal": ["dimension": 3]],
        "utility": "(x[0]*x[1] - 2) - norm(x[1:3] - 1)", "quantile": 0.1, "samples": 1000,
        "draws": 5, "seed": 3,
        "costs": [
            "far": "norm(x[1:3] - 1) > 2",
            "gain": "((x[0]*x[1] - 2) - norm(x[1:3] - 1))^2",
        ],
    ]

    private static let named: JobNode =
        written
        .with("define", ["g": "x[0]*x[1] - 2", "d": "x[1:3] - 1", "far": "norm(d)"])
        .with("utility", "g - far")
        .with("costs", ["far": "far > 2", "gain": "utility^2"])

    @Test func namesStandForTheirFormulasToTheBit() throws {
        let written = try #require(run(try JobSpec.parse(Self.written).job).result)
        let named = try #require(run(try JobSpec.parse(Self.named).job).result)
        #expect(named.selections == written.selections)
        #expect(named.selections.first?.draws.count == 5)
    }

    @Test func theNormalisedJobKeepsThem() throws {
        let spec = try JobSpec.parse(Self.named)
        #expect(
            spec.normalised.text().contains(
                #""define":{"g":"x[0]*x[1] - 2","d":"x[1:3] - 1","far":"norm(d)"}"#))
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.normalised.text() == spec.normalised.text())
        // Letters are those of any script, as in formulas.
        _ = try JobSpec.parse(
            Self.written.with("define", ["größe": "norm(x)"]).with("utility", "größe"))
        // A job without them keeps its text, and so its digest.
        #expect(!(try JobSpec.parse(Self.written)).normalised.text().contains("define"))
    }

    @Test func anEventMayNameTheUtility() throws {
        let estimate: JobNode = [
            "base": ["normal": ["dimension": 1]], "utility": "x[0] - 3", "event": "utility > 0",
            "method": "plain", "samples": 1000,
        ]
        let same = estimate.with("event", "x[0] - 3 > 0")
        let found = run(try JobSpec.parse(estimate).job).result
        let expected = run(try JobSpec.parse(same).job).result
        #expect(found?.estimate?.p == expected?.estimate?.p && found?.estimate != nil)
    }

    @Test(
        arguments: [
            (["x": "1"], "means something"), (["sum": "1"], "means something"),
            (["2g": "1"], "letters, digits"), (["a-b": "1"], "letters, digits"),
            (["g": "h", "h": "1"], "there is no value called `h`"),
            (["g": "g + 1"], "there is no value called `g`"), (["g": "x[9]"], "no element 9"),
            (["g": "x["], "expected"), ([:], "names with formulas"),
        ] as [([String: String], String)])
    func wrongOnesAreRefusedWithTheirPlace(_ definitions: [String: String], _ words: String) {
        let node = Self.mapping(definitions.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
        do {
            _ = try JobSpec.parse(
                Self.written.with("utility", "x[0]").with("define", node))
            Issue.record("accepted")
        } catch {
            #expect(error.description.contains(words), "\(error.description)")
            #expect(error.description.contains("define"))
        }
    }

    @Test func aValueOfTheBaseCannotBeNamedAgain() {
        let node = Self.written
            .with("base", ["product": ["load": "normal", "drag": "normal", "lift": "normal"]])
            .with("define", ["load": "1"])
        #expect(throws: JobError.self) { try JobSpec.parse(node) }
    }

    @Test func whatIsSharedIsComputedOnce() {
        // Written out, the last would have 2^60 operations; shared, it has 180.
        let definitions = (0..<60).map { i in
            ("a\(i)", i == 0 ? "x[0]" : "sin(a\(i - 1)) + cos(a\(i - 1))")
        }
        let grown = Self.written.with("define", Self.mapping(definitions)).with("utility", "a59")
        #expect(throws: Never.self) { try JobSpec.parse(grown) }
    }

    private static func mapping(_ entries: [(key: String, value: String)]) -> JobNode {
        let place = SourcePosition(line: 1, column: 1)
        return JobNode(
            .mapping(entries.map { ($0.key, place, JobNode(stringLiteral: $0.value)) }), at: place)
    }
}
