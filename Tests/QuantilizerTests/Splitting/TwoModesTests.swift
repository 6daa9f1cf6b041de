// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

/// A second mode that the pilot hardly sees and that holds most of the event: the default chains reach it,
/// and the interval holds or says that the islands disagree.
@Suite struct TwoModesTests {
    static let utility = "max(x[0], 0.2*x[1]^2)"
    /// P = Φ(−t) + 2Φ(−√(5t)) less their product.
    static let level = 4.956684290537173
    static let p = 1e-6

    static func job(seed: Int) throws -> CompiledJob {
        try JobSpec.parse([
            "seed": JobNode(integerLiteral: seed), "base": ["normal": ["dimension": 2]],
            "utility": JobNode(stringLiteral: "\(utility) - \(level)"),
            "event": JobNode(stringLiteral: "\(utility) > \(level)"), "method": "splitting",
        ]).job
    }

    /// At this seed a step scaled by the pilot's survivors alone gave 3.0e-7 in [2.6e-7, 3.4e-7].
    @Test func theSeedAtWhichItWasLost() throws {
        let result = try #require(run(try Self.job(seed: 40_000_088)).result)
        let estimate = try #require(result.estimate)
        #expect(estimate.interval.lower <= Self.p && Self.p <= estimate.interval.upper)
        #expect(abs(estimate.p / Self.p - 1) < 0.8, "\(estimate)")
    }

    /// Over 80 seeds: a mean within four of its standard errors, a spread below 0.3 (0.5 before), no more
    /// than six intervals that miss (four of a hundred would be so many in one of 10⁴), one of them silently.
    @Test(.disabled(if: isQuick, "eighty jobs of splitting")) func theIntervalHolds() throws {
        let repeats = 80
        var values: [Double] = []
        var missed = 0
        var silent = 0
        for seed in 0..<repeats {
            let result = try #require(run(try Self.job(seed: seed)).result)
            let estimate = try #require(result.estimate)
            values.append(estimate.p / Self.p)
            if estimate.interval.lower > Self.p || estimate.interval.upper < Self.p {
                missed += 1
                if result.warnings.isEmpty { silent += 1 }
            }
        }
        let (mean, error) = meanAndError(values)
        #expect(abs(mean - 1) < 4 * error, "\(mean) ± \(error)")
        #expect(error * Double(repeats).squareRoot() < 0.3)
        #expect(missed <= 6 && silent <= 1, "\(missed), \(silent) of them silent")
    }
}
