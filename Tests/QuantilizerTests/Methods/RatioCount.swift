// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Quantilizer

/// The law of a method's draws on a base of a few atoms, counted over many runs.
///
/// Each atom's ratio dP/dγ is compared to the certificate's A: it may be above by four standard
/// errors of its count, which a method that keeps its promise exceeds once in 30,000 comparisons.
/// Where A differs from run to run, runs count 1/A each: the promise is that 1/A times the indicator
/// of an atom is on average at most the atom's mass.
struct RatioCount {
    let masses: [Double]
    private(set) var sums: [Double]
    private var squares: [Double]
    private var total = 0.0
    private(set) var runs = 0

    init(masses: [Double]) {
        self.masses = masses
        sums = masses.map { _ in 0 }
        squares = sums
    }

    /// A run that returned an atom and promised A.
    mutating func add(_ atom: Int, promised amplification: Double = 1) {
        let weight = 1 / amplification
        sums[atom] += weight
        squares[atom] += weight * weight
        total += weight
        runs += 1
    }

    /// What was promised; the harmonic mean where that varied.
    var amplification: Double { Double(runs) / total }

    /// Each atom's ratio, with its standard error.
    var ratios: [(ratio: Double, error: Double)] {
        masses.indices.map { atom in
            let once = total / Double(runs)
            let error = max(squares[atom], once * once).squareRoot()
            return (sums[atom] / total / masses[atom], error / total / masses[atom])
        }
    }

    /// The atom of the largest ratio, among those that came ten times or more.
    var largest: (atom: Int, ratio: Double, error: Double) {
        let ratios = ratios
        let atoms = masses.indices.filter { ratios[$0].ratio >= 3 * ratios[$0].error }
        let atom = atoms.max { ratios[$0].ratio < ratios[$1].ratio } ?? 0
        return (atom, ratios[atom].ratio, ratios[atom].error)
    }

    func expectAtMost(_ amplification: Double, _ name: String = "") {
        for (atom, (ratio, error)) in ratios.enumerated() {
            #expect(
                ratio <= amplification + 4 * error,
                "\(name), atom \(atom): \(ratio) ± \(error), promised \(amplification)")
        }
    }

    /// Prints a row of the table in docs/methods/counted.md, where that is asked for.
    func row(_ method: String, _ base: String) {
        guard RatioCount.asked != nil else { return }
        func text(_ x: Double) -> String {
            x >= 100 ? "\(Int(x.rounded()))" : "\((x * 100).rounded() / 100)"
        }
        let (_, ratio, error) = largest
        print(
            "| \(method) | \(base) | \(text(amplification)) | \(text(ratio)) | \(text(error)) | \(runs) |"
        )
    }

    /// Runs a row that the environment asks for by `QPOOL_RATIOS`.
    static let asked = ProcessInfo.processInfo.environment["QPOOL_RATIOS"].flatMap { Int($0) }
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
