// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantilizer

/// The smoothed bootstrap: each row with a normal step around it.
@Suite struct SmoothedBootstrapTests {
    private func base(_ smoothing: Smoothing) throws -> EmpiricalBase {
        let table = DataTable(
            columnNames: ["x", "y", "w"], columns: [[0, 1, 4], [5, 5, 8], [1, 2, 1]])
        return try EmpiricalBase(
            table, file: "t", columns: ["x", "y"], weights: "w", smoothing: smoothing)
    }

    /// Kolmogorov and Smirnov at α = .001, n = 4,096: 1.95/64.
    @Test func theLawIsAMixtureOfNormals() throws {
        let base = try base(.bandwidth(0.5))
        let job = CompiledJob(
            settings: JobSettings(seed: 11, samples: 4096, quantiles: [1]), base: base,
            utilities: [
                NamedUtility(
                    name: "u", source: "x",
                    utility: try Formula.compile(
                        "x", schema: .init(dimension: 2, names: ["x", "y"])))
            ])
        let values = RangeEvaluator(job: job).evaluate(indices: 0..<4096).map(\.value)
        // The weighted column's standard deviation is √2.25.
        let step = 0.5 * 1.5
        func law(_ x: Double) -> Double {
            func normal(_ z: Double) -> Double { 0.5 * Foundation.erfc(-z / 2.0.squareRoot()) }
            return 0.25 * normal(x / step) + 0.5 * normal((x - 1) / step)
                + 0.25 * normal((x - 4) / step)
        }
        var distance = 0.0
        for (i, x) in values.map({ $0[0] }).sorted().enumerated() {
            distance = max(distance, abs(law(x) - (Double(i) + 0.5) / 4096))
        }
        #expect(distance < 1.95 / 64)
    }

    @Test func theDensityIsThatOfTheMixture() throws {
        let base = try base(.bandwidth(0.5))
        let steps = [0.75, 0.5 * 1.6875.squareRoot()]
        for point in [[0.0, 5.0], [0.3, 5.5], [3.0, 7.0], [50.0, 5.0]] {
            var sum = 0.0
            for (row, mass) in [([0.0, 5.0], 0.25), ([1, 5], 0.5), ([4, 8], 0.25)] {
                var term = mass
                for i in 0..<2 {
                    let z = (point[i] - row[i]) / steps[i]
                    term *= Foundation.exp(-z * z / 2) / (steps[i] * (2 * Double.pi).squareRoot())
                }
                sum += term
            }
            let log = base.logDensity(of: point)
            if sum > 1e-300 { #expect(abs(log - Foundation.log(sum)) < 1e-12) }
            #expect(log.isFinite)
        }
        #expect(base.densityMeasures == [.length, .length])
    }

    /// Silverman's rule: d = 2, and 1/Σw² = 16/6 rows.
    @Test func theRuleGivesTheWidth() throws {
        let found = try #require(try base(.automatic).smoothing)
        #expect(abs(found - Foundation.pow(4 / (4 * 16 / 6.0), 1 / 6.0)) < 1e-15)
        let flat = DataTable(columnNames: ["x"], columns: [[2, 2]])
        #expect(throws: BaseError.self) {
            try EmpiricalBase(flat, file: "t", smoothing: .automatic)
        }
        #expect(try EmpiricalBase(flat, file: "t").noise == NoiseLayout(words: 1))
    }
}
