// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// `method: auto`: what it comes to, that it says why, and that the answer is that of the method.
@Suite struct MethodAutoTests {
    static let job: JobNode = [
        "seed": 3, "base": ["normal": ["dimension": 4]], "utility": "sum(x)", "quantile": 1e-3,
        "draws": 10, "method": "auto",
    ]

    @Test(
        arguments: [
            // A thousand kept of a million samples are afforded.
            ([("quantile", 1e-3)], "exact", "keep to the budget"),
            ([("quantile", 1e-6)], "splitting", "beyond the budget of 10000000"),
            ([("quantile", 1e-6), ("draws", 1)], "splitting", "A = 1/q + 1"),
            // A hundred and fifty thousand are enough for fewer particles.
            (
                [("quantile", 1e-6), ("method", ["auto": ["budget": 1.5e5]])], "splitting",
                "512 particles an island in place of 2048"
            ),
            ([("quantile", nil), ("quantiles", [1e-3, 1e-9])], "exact", "several quantiles"),
            ([("samples", 50_000)], "exact", "50000 samples"),
            ([("precision", ["threshold": 0.1])], "exact", "precision of the threshold"),
            // The islands would bring too many values.
            (
                [
                    ("quantile", 1e-6), ("base", ["normal": ["dimension": 2048]]), ("draws", 5_000),
                ],
                "splitting", "as the budget or the memory asks"
            ),
            (
                [
                    ("quantile", 1e-6), ("base", ["normal": ["dimension": 4096]]), ("draws", 5_000),
                ],
                "exact", "no other method can take it"
            ),
            (
                [
                    ("quantile", 1e-7), ("base", ["binomial": ["trials": 40, "probability": 0.1]]),
                ], "splitting", "ties are divided"
            ),
        ] as [([(String, JobNode?)], String, String)])
    func choices(_ changes: [(String, JobNode?)], _ name: String, _ words: String) throws {
        let node = changes.reduce(Self.job) { $0.with($1.0, $1.1) }
        let spec = try JobSpec.parse(node)
        let chosen = try #require(spec.chosen)
        #expect(chosen.name == name && spec.job.settings.method.name == name)
        #expect(chosen.because.contains(words), "\(chosen.because)")
        // Whoever gets the normalised job comes to the same, and says the same.
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.chosen == chosen)
        #expect(again.normalised.text() == spec.normalised.text())
        #expect(again.job.settings == spec.job.settings)
    }

    @Test func estimates() throws {
        let event = Self.job.with("quantile", nil).with("draws", nil).with("event", "sum(x) > 9")
        #expect(try JobSpec.parse(event).chosen?.name == "splitting")
        let counted = try JobSpec.parse(event.with("utility", nil))
        #expect(counted.chosen?.name == "plain")
        #expect(counted.chosen?.because.contains("nothing leads to the event") == true)
        let tight = event.with("method", ["auto": ["budget": 2e5]])
        let fewer = try JobSpec.parse(tight)
        #expect(fewer.chosen?.name == "splitting" && fewer.chosen?.isOverBudget == false)
        guard let settings = fewer.job.settings.method.splitting else {
            Issue.record("\(fewer.job.settings.method)")
            return
        }
        #expect(settings.islands == 20 && settings.particles < 2048)
    }

    /// The answer, its certificate included, is that of the method by its name.
    @Test(arguments: ["exact", "splitting"]) func theAnswerIsTheMethods(name: String) throws {
        let q: JobNode = name == "exact" ? 1e-2 : 1e-5
        let node = Self.job.with("quantile", q)
        let auto = try JobSpec.parse(node)
        #expect(auto.chosen?.name == name)
        let named = try JobSpec.parse(node.with("method", JobNode(.string(name))))
        let result = try #require(run(auto.job).result)
        #expect(result == run(named.job).result)
        let document = ResultJSON(result, spec: auto).document(id: nil, digest: "").text()
        #expect(document.contains("\"because\":") && !document.contains("over-budget"))
    }

    @Test func budgetsThatNothingKeeps() throws {
        let spec = try JobSpec.parse(
            Self.job.with("quantile", 1e-9).with("method", ["auto": ["budget": 1000]]))
        #expect(spec.chosen?.isOverBudget == true && spec.chosen?.name == "splitting")
        let result = try #require(run(spec.job).result)
        let document = ResultJSON(result, spec: spec).document(id: nil, digest: "").text()
        #expect(document.contains("\"over-budget\""))
    }

    @Test func mistakesAreNamed() {
        for (method, words) in [
            (["auto": ["budget": 0]] as JobNode, "a whole number from 1"),
            (["auto": ["bugdet": 5]], "did you mean `budget`"),
        ] {
            let error = #expect(throws: JobError.self) {
                try JobSpec.parse(Self.job.with("method", method))
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
