// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Quantilizer

/// The law of a method's draws on a base of a few atoms, counted over many runs.
///
/// Each atom's ratio dP/dγ is compared to the certificate's A: it may be above by four standard
/// errors of its count, which a method that keeps its promise exceeds once in 30,000 comparisons.
struct RatioCount {
    let masses: [Double]
    private(set) var counts: [Double]
    private(set) var total = 0.0

    init(masses: [Double]) {
        self.masses = masses
        counts = masses.map { _ in 0 }
    }

    mutating func add(_ atom: Int) {
        counts[atom] += 1
        total += 1
    }

    /// Each atom's ratio, with its standard error.
    var ratios: [(ratio: Double, error: Double)] {
        zip(counts, masses).map { count, mass in
            let p = count / total
            return (p / mass, (max(p, 1 / total) / total).squareRoot() / mass)
        }
    }

    func expectAtMost(_ amplification: Double) {
        for (atom, (ratio, error)) in ratios.enumerated() {
            #expect(ratio <= amplification + 4 * error, "atom \(atom): \(ratio)")
        }
    }
}

/// Repeats of a trial that ought to succeed with at least some probability.
func expectCoverage(
    _ nominal: Double, repeats: Int, atMost: Double = 1, _ covers: (Int) throws -> Bool
) rethrows {
    var held = 0
    for number in 0..<repeats where try covers(number) { held += 1 }
    let error = (nominal * (1 - nominal) / Double(repeats)).squareRoot()
    let share = Double(held) / Double(repeats)
    #expect(share >= nominal - 4 * error, "\(held) of \(repeats)")
    #expect(share <= atMost + 4 * error, "\(held) of \(repeats)")
}
