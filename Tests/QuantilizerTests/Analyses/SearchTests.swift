// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `search`: known optima and gradients, the gap at home and elsewhere, intervals on fresh samples.
@Suite struct SearchTests {
    /// Two measurements of a value with errors of variance 1 and 4: the best weights are 0.8, 0.2.
    static let weights: JobNode = [
        "seed": 9,
        "base": [
            "product": [
                "value": ["normal": [:]], "first": ["normal": [:]], "second": ["normal": ["sd": 2]],
            ]
        ],
        "utility": "(1 - w)*(value + first) + w*(value + second)", "quantile": 0.1,
        "search": ["parameters": ["w": [-1, 1]], "criterion": "value"],
    ]

    static func table(_ node: JobNode) throws -> (JobResult, AnalysisTable) {
        let spec = try JobSpec.parse(node)
        let result = try #require(run(spec.job).result)
        return (result, try #require(result.table))
    }

    private static func with(_ keys: [(String, JobNode)]) -> JobNode {
        var search: JobNode = ["parameters": ["w": [-1, 1]], "criterion": "value"]
        for (key, value) in keys { search = search.with(key, value) }
        return weights.with("search", search)
    }

    /// E[value | top q] = m/√var and the reward's mean m·√var, with m = φ(z)/q and var the reward's.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: ["evolution", "random"])
    func knownOptimum(way: String) throws {
        let (result, table) = try Self.table(
            Self.with([
                ("by", JobNode(.string(way))),
                (
                    "shifted",
                    [
                        "product": [
                            "value": ["normal": [:]], "first": ["normal": ["sd": 3]],
                            "second": ["normal": ["sd": 2]],
                        ]
                    ]
                ),
            ]))
        #expect(result.warnings.isEmpty, "\(result.warnings)")
        let w = table.fact("w")
        // The criterion is flat at its best, 1.30809: within 1 % of it w is within 0.1.
        #expect(abs(w - 0.2) < (way == "evolution" ? 0.05 : 0.1), "\(w)")
        let m = 1.75498332
        for (place, sd) in [("", 1.0), ("shifted_", 3)] {
            let root = (1 + (1 - w) * (1 - w) * sd * sd + 4 * w * w).squareRoot()
            // 32 sets of 410 kept samples: half an interval is at least 2.04 standard errors.
            for (name, truth) in [
                ("criterion", m / root), ("reward", m * root), ("gap", m * root - m / root),
            ] {
                let mean = table.fact(place + name)
                let error = (table.fact(place + name + "_upper") - mean) / 2.04
                #expect(abs(mean - truth) < 5 * error, "\(place)\(name): \(mean), not \(truth)")
                #expect(error < 0.03)
            }
        }
        #expect(table.rows.count == 20)
        #expect(table.fact("amplification") == 4096.0 / 410)
        #expect(result.evaluations == UInt64((20 * 32 + 32) * 4096 * 2))
    }

    /// The gradient of the smoothed score: of m·cos(w − a) it is −m·exp(−σ²/2)·sin(w − a).
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func evolutionGradient() throws {
        let (_, table) = try Self.table([
            "seed": 2, "base": ["normal": ["dimension": 2]],
            "utility": "cos(w)*x[0] + sin(w)*x[1]", "quantile": 0.1,
            "search": [
                "parameters": ["w": [-2, 2]], "criterion": "0.6*x[0] + 0.8*x[1]",
                "generations": 1, "population": 1024, "sigma": 0.05, "samples": 2048,
            ],
        ])
        // a = atan2(0.8, 0.6), σ = 0.05 of a range of 4.
        let truth = 1.75498332 * Kernels.exp(-0.02) * 0.8
        #expect(abs(table.number("gradient_w", 0) - truth) < 0.15)
    }

    /// 1,000 repeats: the intervals on fresh samples hold the finite-sample mean, which for a uniform
    /// base is known: 1 − (k + 1)/(2(N + 1)).
    @Test(.disabled(if: isQuick, "a thousand jobs")) func intervalsCover() throws {
        var criterion = 0
        var gap = 0
        let truth = 1 - 27.0 / (2 * 257)
        for seed in 0..<1_000 {
            let (_, table) = try Self.table([
                "seed": .init(integerLiteral: seed), "base": "uniform", "utility": "w*x[0]",
                "quantile": 0.1,
                "search": [
                    "parameters": ["w": [1, 2]], "criterion": "x[0]", "generations": 2,
                    "population": 4, "samples": 256, "by": "random",
                ],
            ])
            let scale = table.fact("w") - 1
            if table.fact("criterion_lower") <= truth, table.fact("criterion_upper") >= truth {
                criterion += 1
            }
            if table.fact("gap_lower") <= scale * truth, table.fact("gap_upper") >= scale * truth {
                gap += 1
            }
        }
        print("search coverage of 1000: criterion \(criterion), gap \(gap)")
        #expect(abs(criterion - 950) < 28 && abs(gap - 950) < 28)
    }

    @Test func oneAnswerHoweverCut() throws {
        let spec = try JobSpec.parse(
            Self.with([("generations", 3), ("population", 6), ("samples", 700)]))
        let whole = try #require(run(spec.job).result)
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.normalised.text() == spec.normalised.text())
        for seed in 0..<3 {
            #expect(try runShuffled(again.job, seed: UInt64(seed), level: 9).result == whole)
        }
        let document = ResultJSON(whole, spec: spec).document(id: nil, digest: "")
        #expect(try verify(document, spec).isValid)
    }

    @Test(
        arguments: [
            ([("parameters", ["w": [1, 0]])], "a least and a greatest"),
            ([("parameters", ["pi": [0, 1]])], "means nothing else"),
            ([("criterion", "w*value")], "w"),
            ([("by", "evolutoin")], "did you mean `evolution`"),
            ([("population", 7)], "come in pairs"),
            ([("shifted", "normal")], "the same values"),
        ] as [([(String, JobNode)], String)])
    func mistakesAreNamed(_ keys: [(String, JobNode)], _ words: String) {
        let error = #expect(throws: JobError.self) { try JobSpec.parse(Self.with(keys)) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["cost", "draws", "samples", "method"])
    func otherKeysAreRefused(_ key: String) {
        let error = #expect(throws: JobError.self) {
            try JobSpec.parse(Self.weights.with(key, 1))
        }
        #expect(error?.description.contains("a search has no `\(key)`") == true)
    }
}
