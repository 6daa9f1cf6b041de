// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// Whole jobs against values worked out beforehand (`docs/methods.md`, the references).
///
/// Seeds are fixed. Bounds are 4.5 standard deviations of the estimate, an error rate of 7e-6 each,
/// had the seeds not been chosen before the values were seen.
@Suite struct ReferenceValueTests {
    private func answer(
        _ base: JobNode, _ utility: JobNode, _ quantile: JobNode, samples: Int = 200_000,
        cost: JobNode? = nil, seed: Int = 20_261_120
    ) throws -> SelectionResult {
        var node: JobNode = ["base": base, "utility": utility, "quantile": quantile]
        node = node.with("samples", JobNode(integerLiteral: samples))
            .with("seed", JobNode(integerLiteral: seed)).with("cost", cost).with("draws", 20)
        let machine = run(try JobSpec.parse(node).job, level: 16)
        return try #require(machine.result).selections[0]
    }

    private func expect(_ found: Double, _ expected: Double, deviation: Double, _ what: String) {
        #expect(
            abs(found - expected) < 4.5 * deviation, "\(what): \(found), expected \(expected)")
    }

    /// E[x | top q] = φ(z_q)/q; its estimate's deviation is half an interval over 1.96.
    @Test(arguments: [(0.5, 0.79788456), (0.1, 1.75498332), (0.01, 2.66521422)])
    func normalTopMean(_ quantile: Double, _ expected: Double) throws {
        let found = try answer("normal", "x[0]", JobNode(floatLiteral: quantile))
        let interval = try #require(found.utility.topMeanInterval)
        expect(
            found.utility.topMean, expected,
            deviation: (interval.upper - interval.lower) / 3.92, "top mean")
        let threshold = try #require(found.threshold.interval)
        expect(
            found.threshold.value, SpecialFunctions.normalUpperQuantile(quantile),
            deviation: (threshold.upper - threshold.lower) / 3.92, "threshold")
        expect(found.utility.mean, 0, deviation: 0.0022361, "mean")
        expect(found.utility.standardDeviation, 1, deviation: 0.0015812, "sd")
    }

    /// Exponential: t = ln(1/q), E = 1 + ln(1/q).
    @Test func exponentialTopMean() throws {
        let found = try answer("exponential", "x[0]", 0.01)
        // The sample mean above t has variance 1/k, the threshold (1 − q)/k.
        expect(found.threshold.value, 4.605170186, deviation: 0.02225, "threshold")
        expect(found.utility.topMean, 5.605170186, deviation: 0.03154, "top mean")
    }

    /// Binomial(10, ½), q = .1: three quarters of the level 7 are left out, at random.
    @Test func binomialWaterFilling() throws {
        let found = try answer(
            ["binomial": ["trials": 10, "probability": 0.5]], "x[0]", 0.1,
            cost: [
                "seven": "x[0] == 7", "eight": "x[0] == 8", "nine": "x[0] == 9",
                "ten": "x[0] == 10",
            ])
        for (cost, mass) in zip(found.costs, [0.453125, 0.439453125, 0.09765625, 0.009765625]) {
            expect(
                cost.top, mass, deviation: (mass / 0.1 / 200_000).squareRoot() * 1.1, cost.name)
        }
        #expect(found.threshold.value == 7)
        expect(found.tieMass, 0.1171875, deviation: 0.00072, "tie mass")
    }

    /// Goodhart: V, E ~ N(0, 1), U = V + E: E[V | top q] = φ(z_q)/(q√2).
    @Test(arguments: [(0.1, 1.24096061), (0.01, 1.88459105)])
    func regressionalGoodhart(_ quantile: Double, _ expected: Double) throws {
        let found = try answer(
            ["normal": ["dimension": 2]], "x[0] + x[1]", JobNode(floatLiteral: quantile),
            cost: ["value": "x[0]"])
        // Given U, V has variance ½; the mean of U/2 over the top adds less than ¼.
        expect(
            found.costs[0].top, expected, deviation: (0.8 / (quantile * 200_000)).squareRoot(),
            "value")
        #expect(found.costs[0].bound == nil)
    }

    /// With an error of three degrees of freedom harder selection gives a worse value.
    @Test(arguments: [(0.1, 0.92404), (0.01, 0.63612)])
    func heavyTailedGoodhart(_ quantile: Double, _ expected: Double) throws {
        let found = try answer(
            ["product": ["value": "normal", "error": ["student-t": ["df": 3]]]], "value + error",
            JobNode(floatLiteral: quantile), cost: ["value": "value"])
        expect(
            found.costs[0].top, expected, deviation: (1.1 / (quantile * 200_000)).squareRoot(),
            "value")
    }

    /// Reliability: with q the probability of failure the threshold is 0.
    @Test(arguments: [0, 1]) func failureThresholdIsZero(_ problem: Int) throws {
        let found: SelectionResult
        if problem == 0 {
            found = try answer(
                ["normal": ["dimension": 2]],
                """
                -min(3 + 0.1*(x[0]-x[1])^2 - (x[0]+x[1])/sqrt(2),
                     3 + 0.1*(x[0]-x[1])^2 + (x[0]+x[1])/sqrt(2),
                     (x[0]-x[1]) + 7/sqrt(2), (x[1]-x[0]) + 7/sqrt(2))
                """, 0.00222279506619444, samples: 400_000)
        } else {
            found = try answer(
                [
                    "product": [
                        "r": ["normal": ["mean": 7, "sd": 1]],
                        "s": ["normal": ["mean": 5, "sd": 1]],
                    ]
                ],
                "s - r", 0.0786496035251426)
        }
        let interval = try #require(found.threshold.interval)
        expect(
            found.threshold.value, 0, deviation: (interval.upper - interval.lower) / 3.92,
            "threshold")
    }

    /// A cost's bound is A times the upper limit of its base mean, and holds with room to spare.
    @Test func costsStandBesideTheirBound() throws {
        let found = try answer("normal", "x[0]", 0.1, cost: ["late": "x[0] > 1"])
        let cost = found.costs[0]
        let limit = try #require(cost.limit)
        #expect(cost.bound == 10 * limit.value && limit.isProved)
        #expect(limit.value > cost.base && limit.value < cost.base + 0.0025)
        #expect(cost.top == 1)
        expect(cost.base, 0.15865525, deviation: 0.00082, "base")
    }
}
