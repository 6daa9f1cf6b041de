// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// `attack`: known optima, the coverage of its intervals, and the same bits however cut.
@Suite struct AttackTests {
    static let linear: JobNode = [
        "seed": 12, "base": ["normal": ["dimension": 3]],
        "event": "0.6*x[0] + 0.8*x[1] > 4", "utility": "0.6*x[0] + 0.8*x[1]",
        "attack": ["kl": 2],
    ]

    static func table(_ node: JobNode) throws -> (JobResult, AnalysisTable) {
        let spec = try JobSpec.parse(node)
        let result = try #require(run(spec.job).result)
        return (result, try #require(result.table))
    }

    /// N(θ, I), C: a·x > 4: the optimum is √(2K) a/|a|, and ln p = ln Φ(√(2K) − 4).
    @Test(
        .disabled(if: isQuick, "slow without an optimiser"),
        arguments: [(0.5, -6.607726), (2, -3.783184), (8, -0.693147)])
    func linearOptima(budget: Double, logP: Double) throws {
        let node = Self.linear.with("attack", ["kl": .init(floatLiteral: budget)])
        let (result, table) = try Self.table(node)
        #expect(result.warnings.isEmpty, "\(result.warnings)")
        let length = (2 * budget).squareRoot()
        for (slot, direction) in [0.6, 0.8, 0].enumerated() {
            #expect(abs(table.number("theta", slot) - length * direction) < 0.12)
        }
        #expect(abs(table.fact("kl") - budget) < 1e-9)
        // What a direction a little beside costs is of second order.
        let error = table.fact("cv")
        #expect(error < 0.03 && abs(table.fact("ln_p") - logP) < 5 * error + 0.005)
        #expect(abs(table.fact("ln_p_base") + 10.360101) < 5 * table.fact("cv_base"))
        // The gradient is (φ/Φ)(√(2K) − 4) along a, nothing across.
        let z = length - 4
        let slope = Kernels.exp(-0.5 * z * z - logP) * 0.3989422804014327
        for (slot, direction) in [0.6, 0.8, 0].enumerated() {
            let own = table.number("gradient_error", slot)
            // The shift's own error is part of E[z | C] − θ.
            #expect(abs(table.number("gradient", slot) - slope * direction) < 5 * own + 0.06)
        }
        #expect(result.evaluations < 80_000)
    }

    /// A small budget that the best shift does not need is not spent: ln P is stationary inside.
    @Test func unspentBudgets() throws {
        // |x| < 1: no shift is better than none.
        let (_, table) = try Self.table([
            "base": ["normal": ["dimension": 2]], "event": "norm(x) < 1", "utility": "-norm(x)",
            "attack": ["kl": 3],
        ])
        #expect(table.fact("kl") < 0.01)
        // 1 − e^(−½).
        #expect(abs(table.fact("p_base") - 0.3934693) < 5 * 0.3934693 * table.fact("cv_base"))
    }

    /// Words are shifted by their normal scores: a uniform above 0.999, K = 2: Φ(2 − 3.0902).
    @Test func anyBaseHasAnAttack() throws {
        let (_, table) = try Self.table([
            "base": "uniform", "event": "x[0] > 0.999", "utility": "x[0]", "attack": ["kl": 2],
        ])
        #expect(table.cell("slot", 0) == "\"word\"" && table.rows.count == 1)
        let truth = Kernels.log(SpecialFunctions.normalUpperTail(3.090232306167813 - 2))
        #expect(abs(table.number("theta", 0) - 2) < 1e-9)
        #expect(abs(table.fact("ln_p") - truth) < 5 * table.fact("cv"))
    }

    /// 1,000 repeats with small runs: both intervals hold the truth, for the shift that each found, as
    /// often as they say, less what small numbers of effective samples cost (see docs).
    @Test(.disabled(if: isQuick, "a thousand jobs")) func intervalsCover() throws {
        var held = [0, 0]
        for seed in 0..<1_000 {
            let (_, table) = try Self.table([
                "seed": .init(integerLiteral: seed), "base": ["normal": ["dimension": 2]],
                "event": "x[0] > 3", "utility": "x[0]",
                "attack": ["kl": 0.5, "rounds": 3, "round": 1024, "samples": 1024],
            ])
            let after = SpecialFunctions.normalUpperTail(3 - table.number("theta", 0))
            let base = SpecialFunctions.normalUpperTail(3)
            for (place, truth) in [("ln_p", after), ("ln_p_base", base)].enumerated() {
                let log = Kernels.log(truth.1)
                if table.fact(truth.0 + "_lower") <= log, table.fact(truth.0 + "_upper") >= log {
                    held[place] += 1
                }
            }
        }
        print("attack coverage of 1000: ln p \(held[0]), ln p of the base \(held[1])")
        #expect(held.allSatisfy { $0 > 950 - 28 })
    }

    @Test func oneAnswerHoweverCut() throws {
        let spec = try JobSpec.parse(
            Self.linear.with("attack", ["kl": 2, "rounds": 4, "round": 1024, "samples": 1024]))
        let whole = try #require(run(spec.job).result)
        let again = try JobSpec.parse(JobNode(spec.normalised))
        #expect(again.normalised.text() == spec.normalised.text())
        for seed in 0..<3 {
            #expect(try runShuffled(again.job, seed: UInt64(seed), level: 9).result == whole)
        }
        let document = ResultJSON(whole, spec: spec).document(id: nil, digest: "")
        #expect(try verify(document, spec).isValid)
        var lie = whole
        lie.table?.rows[0][2] = .number(1)
        #expect(lie != whole)
        let forged = ResultJSON(lie, spec: spec).document(id: nil, digest: "")
        #expect(try !verify(forged, spec).isValid)
    }

    @Test func misleadingLevelsAreTold() throws {
        // The level leads away from the event.
        let (result, _) = try Self.table(
            Self.linear.with("utility", "-x[0]").with(
                "attack", ["kl": 0.5, "round": 512, "samples": 512]))
        let codes = result.warnings.map(\.code)
        #expect(codes.contains("level-unreached"), "\(codes)")
    }

    @Test(
        arguments: [
            ("attack", ["kl": 0] as JobNode, "above 0"),
            ("attack", ["kl": 1, "components": 2], "one shift"),
            ("attack", ["kl": 1, "steps": 2], "unknown key"),
            ("method", "splitting", "a method of its own"),
            ("samples", 1000, "does not use `samples`"),
        ] as [(String, JobNode, String)])
    func mistakesAreNamed(_ key: String, _ value: JobNode, _ words: String) {
        let error = #expect(throws: JobError.self) {
            try JobSpec.parse(Self.linear.with(key, value))
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
