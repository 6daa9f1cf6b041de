// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

@Suite struct JobSpecTests {
    static let good: JobNode = [
        "name": "g", "seed": 5, "base": ["normal": ["dimension": 2]],
        "utility": "x[0] + x[1]", "quantile": "0.1%", "samples": "1e6", "draws": 10,
    ]

    @Test func defaultsAreFilledIn() throws {
        let spec = try JobSpec.parse(Self.good.with("samples", nil))
        #expect(spec.name == "g")
        #expect(spec.job.settings.samples == 1_000_000)
        #expect(spec.job.settings.quantiles == [0.001])
        #expect(spec.job.settings.confidence == 0.95)
        #expect(
            spec.normalised.text()
                == #"{"version":1,"name":"g","seed":5,"base":{"normal":{"dimension":2}},"#
                + #""utilities":{"utility":"x[0] + x[1]"},"quantiles":[0.001],"samples":1000000,"#
                + #""draws":10,"method":"exact","confidence":0.95,"memory":64000000}"#)
    }

    @Test func verificationIsNoPartOfTheJobsIdentity() throws {
        let plain = try JobSpec.parse(Self.good)
        let verified = try JobSpec.parse(Self.good.with("verify", "2%"))
        #expect(verified.job.settings.verify == 0.02 && plain.job.settings.verify == 0)
        #expect(verified.normalised.text().hasSuffix(#","verify":0.02}"#))
        #expect(verified.identity.text() == plain.normalised.text())
        #expect(plain.identity.text() == plain.normalised.text())
        for wrong in ["-1%", "101%", "often"] as [JobNode] {
            #expect(throws: JobError.self) { try JobSpec.parse(Self.good.with("verify", wrong)) }
        }
    }

    @Test func normalisedJobIsTheSameJob() throws {
        let jobs: [JobNode] = [
            Self.good, Self.good.with("precision", ["threshold": 0.01]).with("samples", nil),
            Self.good.with("method", "best-of-n").with("quantile", nil).with("samples", 10),
            Self.good.with("method", ["threshold": ["value": 2]]).with("quantile", nil),
            Self.good.with("method", "threshold"),
            Self.good.with("cost", ["late": "x[0] > 1", "far": "norm(x)"]),
            Self.good.with("verify", "2%"),
        ]
        for node in jobs {
            let spec = try JobSpec.parse(node)
            let again = try JobSpec.parse(JobNode(spec.normalised))
            #expect(again.normalised.text() == spec.normalised.text())
            #expect(again.job.settings == spec.job.settings)
        }
    }

    @Test func precisionOfTheTailMassFixesSamples() throws {
        let spec = try JobSpec.parse(
            Self.good.with("samples", nil).with("precision", "1%").with("quantile", 0.01))
        let n = spec.job.settings.samples
        let k = KeptCount.of(quantile: 0.01, samples: n)
        let interval = TailMass.aboveRank(k, of: n, confidence: 0.95)
        #expect((interval.upper - interval.lower) / 2 <= 0.01 * Double(k) / Double(n))
        let less = TailMass.aboveRank(k - k / 50, of: n - n / 50, confidence: 0.95)
        #expect((less.upper - less.lower) / 2 > 0.01 * Double(k) / Double(n))
    }

    /// What is changed, and words that the error must have.
    static let wrong: [(JobNode, String)] = [
        (good.with("quantil", 0.1), "did you mean `quantile`?"),
        (good.with("quantile", 0), "a quantile is above 0"),
        (good.with("quantile", 1.5), "above 0 and at most 1"),
        (good.with("quantile", "inf"), "above 0 and at most 1"),
        (good.with("quantile", nil), "missing key `quantile`"),
        (good.with("quantiles", [0.1, 0.1]), "give only one"),
        (good.with("quantile", [0.1, 0.1]), "given twice"),
        (good.with("samples", 0), "whole number from 1"),
        (good.with("samples", "1e-3"), "whole number from 1"),
        (good.with("samples", "1e17"), "whole number from 1"),
        (good.with("samples", "many"), "whole number from 1"),
        (good.with("draws", 1001), "1001 draws, but 1000000 samples keep only 1000"),
        (good.with("draws", -1), "whole number"),
        (good.with("seed", -3), "whole number"),
        (good.with("seed", 1.5), "whole number"),
        (good.with("version", 2), "version 1, not 2"),
        (good.with("name", ""), "1 to 200 characters"),
        (good.with("name", ["a"]), "expected text"),
        (good.with("base", nil), "missing key `base`"),
        (good.with("base", "norml"), "did you mean `normal`?"),
        (good.with("base", ["normal": ["dimension": 0]]), "dimension"),
        (good.with("utility", nil), "missing key: one of `utility`, `utilities`"),
        (good.with("utility", "x[0] +"), "^"),
        (good.with("utility", "x[2]"), "x[2]"),
        (good.with("utility", "y"), "y"),
        (good.with("utility", ["a"]), "expected a formula"),
        (good.with("utilities", ["a": "x[0]"]), "give only one"),
        (good.with("cost", ["late": "x[0] >"]), "cost.late"),
        (good.with("cost", [:]), "formulas"),
        (good.with("method", "exakt"), "did you mean `exact`?"),
        (good.with("method", ["exact": ["k": 3]]), "unknown key `k`"),
        (good.with("method", ["threshold": ["value": 1]]), "give only one of `quantile`"),
        (good.with("method", ["threshold": ["value": 1, "pilot": 10]]), "give only one"),
        (good.with("method", "best-of-n"), "best-of-n needs n once"),
        (good.with("method", ["exact": [], "threshold": []]), "expected one of"),
        (good.with("confidence", 1), "below 1"),
        (good.with("confidence", 0), "above 0"),
        (good.with("memory", "lots"), "an amount of memory"),
        (good.with("memory", "10B"), "an amount of memory"),
        (good.with("precision", 0.1), "give only one of `samples` and `precision`"),
        (good.with("samples", nil).with("precision", "1e-9"), "coarser"),
        (good.with("samples", nil).with("precision", ["threshold": -1]), "above 0"),
        (good.with("samples", nil).with("precision", ["width": 1]), "unknown key `width`"),
        ("just text", "expected a mapping"),
        ([1, 2], "expected a mapping"),
        (JobNode(.null, at: SourcePosition(line: 1, column: 1)), "the job is empty"),
    ]

    @Test(arguments: wrong.indices) func wrongJobsAreRefusedWithAReason(_ number: Int) {
        let (node, words) = Self.wrong[number]
        let error = #expect(throws: JobError.self) { try JobSpec.parse(node) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.diagnostics.allSatisfy { $0.position != nil } == true)
    }

    @Test func everythingWrongIsSaidAtOnce() {
        let node = Self.good.with("quantile", 2).with("seed", "x").with("utility", "sin(")
            .with("colour", "blue").with("memory", "x")
        let error = #expect(throws: JobError.self) { try JobSpec.parse(node) }
        #expect(error?.diagnostics.count == 5)
    }

    private func problems(_ node: JobNode) -> [String] {
        do throws(JobError) {
            _ = try JobSpec.parse(node)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    /// A wrong number of a search is told of alone: its parameters' names are known all the same.
    @Test func aWrongNumberOfASearchHidesNoNames() {
        let job: JobNode = [
            "base": ["normal": ["dimension": 2]], "utility": "w*x[0] + x[1]", "quantile": 0.1,
        ]
        func found(_ key: String, _ value: JobNode) -> [String] {
            let search: JobNode = ["parameters": ["w": [0, 1]], "criterion": "x[0]"]
            return problems(job.with("search", search.with(key, value)))
        }
        #expect(found("population", 16) == [])
        for (key, value): (String, JobNode) in [
            ("population", 3), ("population", 1), ("sigma", -1), ("by", "chance"),
            ("parameters", ["w": [1, 0]]),
        ] {
            let found = found(key, value)
            #expect(found.count == 1 && found[0].contains(key), "\(found)")
        }
    }

    /// Names of any script that a base takes are names of its formulas.
    @Test(arguments: ["größe", "prix_été", "цена", "価格", "x1", "_a", "λ"])
    func aBasesNamesAreItsFormulasNames(name: String) throws {
        let base: JobNode = [
            "product": .init(dictionaryLiteral: (name, ["normal": [:]]), ("b", "normal"))
        ]
        let job = try JobSpec.parse([
            "base": base, "utility": .init(stringLiteral: "2*\(name) - b"), "quantile": 0.1,
        ])
        let values = RangeEvaluator(job: job.job).evaluate(indices: 0..<4)
        for value in values {
            #expect(value.utilities[0] == 2 * value.value[0] - value.value[1])
        }
        // However its letters are composed.
        let other = name.decomposed
        #expect(
            problems([
                "base": base, "utility": .init(stringLiteral: "2*\(other) - b"), "quantile": 0.1,
            ]) == [])
    }

    @Test(arguments: ["größe 2", "2nd", "a·b", "a-b", "", "√"])
    func whatNoFormulaCanNameIsRefused(name: String) {
        let base: JobNode = ["product": .init(dictionaryLiteral: (name, ["normal": [:]]))]
        let found = problems(["base": base, "utility": "x[0]", "quantile": 0.1])
        #expect(found.contains { $0.contains("a name that formulas can use") }, "\(found)")
    }

    /// Where nothing is said of memory a job has what it needs to begin: documented pilots, many
    /// selections.
    @Test func theUsualMemoryIsEnough() throws {
        let job: JobNode = ["base": "normal", "utility": "x[0]"]
        let jobs: [JobNode] = [
            job.with("method", ["tilt": ["divergence": 1, "pilot": 4_194_304]]).with(
                "samples", "1e6"),
            job.with("method", ["minimax": ["epsilon": 0.1, "pilot": 4_194_304]])
                .with("samples", "1e6"),
            job.with(
                "quantiles",
                .init(
                    .sequence((1...35).map { JobNode(floatLiteral: Double($0) / 50) }),
                    at: SourcePosition(line: 1, column: 1))
            ).with("samples", "1e6"),
        ]
        for node in jobs {
            let spec = try JobSpec.parse(node)
            #expect(JobMachine(job: spec.job).failure == nil, "\(spec.normalised.text())")
            #expect(spec.job.settings.memoryBytes <= Limits.usualMemoryBytes)
            // What is said is kept to.
            let small = try JobSpec.parse(node.with("memory", "8MB"))
            #expect(small.job.settings.memoryBytes == 8_000_000)
            #expect(JobMachine(job: small.job).failure?.code == "memory-too-small")
        }
        let usual = try JobSpec.parse(Self.good)
        #expect(usual.job.settings.memoryBytes == 64_000_000)
    }
}

extension String {
    /// The same text with marks apart from their letters.
    fileprivate var decomposed: String {
        let marks: [Character: String] = ["ö": "o\u{308}", "é": "e\u{301}"]
        return map { marks[$0] ?? String($0) }.joined()
    }
}
