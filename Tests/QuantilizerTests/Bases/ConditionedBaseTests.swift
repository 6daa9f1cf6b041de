// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantilizer

/// Chains and truncated laws: paths counted exactly, densities, and what cannot be.
@Suite struct ConditionedBaseTests {
    /// χ² over the eight paths of three steps, 7 degrees of freedom: 24.32 at .999. Two paths cannot
    /// come.
    @Test func pathsHaveTheirProbabilities() throws {
        let chain = try MarkovBase(
            initial: [0.25, 0.75], transition: [[0.2, 0.8], [1, 0]], length: 3)
        let samples = 50_000
        var counts: [[Double]: Double] = [:]
        for row in BaseSamples.rows(chain, seed: 3, first: 0, lanes: samples) {
            counts[row, default: 0] += 1
        }
        var chi = 0.0
        var total = 0.0
        for path in 0..<8 {
            let states = [Double(path >> 2 & 1), Double(path >> 1 & 1), Double(path & 1)]
            var p = states[0] == 0 ? 0.25 : 0.75
            for step in 1..<3 {
                p *= chain.transition[Int(states[step - 1])][Int(states[step])]
            }
            let log = chain.logDensity(of: states)
            #expect(p == 0 ? log == -.infinity : abs(log - Foundation.log(p)) < 1e-12)
            total += p
            let expected = p * Double(samples)
            let found = counts[states] ?? 0
            if p == 0 { #expect(found == 0) } else { chi += pow(found - expected, 2) / expected }
        }
        #expect(abs(total - 1) < 1e-12 && chi < 24.32)
        #expect(chain.logDensity(of: [0, 2, 0]) == -.infinity)
        #expect(throws: BaseError.self) {
            try MarkovBase(initial: [1], transition: [[1, 0], [0, 1]], length: 2)
        }
        #expect(throws: BaseError.self) {
            try MarkovBase(initial: [1, 0], transition: [[0, 0], [0, 1]], length: 2)
        }
    }

    @Test func truncatedDensitiesAreNormalised() throws {
        let normal = try TruncatedBase(
            try NormalBase(mean: [1], sd: [2]), lower: 2, upper: .infinity)
        let mass = 0.5 * Foundation.erfc(0.5 / 2.0.squareRoot())
        #expect(abs(normal.mass / mass - 1) < 1e-12)
        let expected =
            -0.125 * 9 - Foundation.log(2 * (2 * Double.pi).squareRoot()) - Foundation.log(mass)
        #expect(abs(normal.logDensity(of: [4]) - expected) < 1e-12)
        #expect(normal.logDensity(of: [1.9]) == -.infinity)
        let counts = try TruncatedBase(
            try PoissonBase(mean: 2), lower: 1, upper: 3)
        var sum = 0.0
        for k in 0..<6 { sum += Foundation.exp(counts.logDensity(of: [Double(k)])) }
        #expect(abs(sum - 1) < 1e-12)
        // So far out that nothing is left to tell values apart by.
        #expect(throws: BaseError.self) {
            try TruncatedBase(try NormalBase(dimension: 1), lower: 8, upper: 9)
        }
        #expect(throws: BaseError.self) {
            try TruncatedBase(try NormalBase(dimension: 1), lower: 3, upper: 3)
        }
        #expect(throws: BaseError.self) {
            try TruncatedBase(try LognormalBase(), lower: 1, upper: 2)
        }
    }
}
