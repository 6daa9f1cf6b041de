// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Reports

/// What an answer's optimisation amounts to and what it took: bits, divergence in the same unit,
/// evaluations, and what plain sampling would have taken.
struct Ledger {
    private let selection: SelectionResult
    private let evaluations: Double
    private let method: String

    init(_ selection: SelectionResult, of result: JobResult, method: String) {
        self.selection = selection
        evaluations = Double(result.evaluations)
        self.method = method
    }

    /// A bound of the Kullback–Leibler divergence of a draw's law from the base's, in bits: that of the
    /// best of n is log2 n − (n − 1)/(n ln 2); of others it is at most log2 A, as no density is above A.
    private var divergence: Double {
        let amplification = selection.certificate.amplification
        guard method == "best-of-n" else { return selection.certificate.bits }
        return log2(amplification) - (amplification - 1) / (amplification * M_LN2)
    }

    func write(to lines: inout LabelledLines) {
        let certificate = selection.certificate
        let draws = Double(selection.draws.count)
        var parts: [String] = []
        if certificate.kind != .none, certificate.scope == nil, certificate.bits.isFinite {
            parts.append("\(String(format: "%.2f", certificate.bits)) bits")
            parts.append("KL at most \(String(format: "%.2f", divergence)) bits")
        }
        parts.append("\(Figures.count(evaluations)) evaluations")
        if draws > 0 { parts.append("\(Figures.count(evaluations / draws)) a draw") }
        if certificate.kind != .none, certificate.bits > 0, certificate.bits.isFinite {
            parts.append("\(Figures.count(evaluations / certificate.bits)) a bit")
        }
        lines.add("ledger", parts.joined(separator: ", "))
        let share = selection.quantile ?? selection.threshold.tailMass
        guard draws > 0, share > 0, share <= 1, evaluations > 0 else { return }
        let plain = draws / share
        lines.add(
            "plain sampling",
            "1/q = \(Figures.count(1 / share)) a draw, \(Figures.count(plain)) in all: "
                + Self.saved(plain / evaluations))
    }

    /// How much less than plain sampling it took.
    static func saved(_ times: Double) -> String {
        times > 1
            ? "saved \(Figures.short(times, digits: 3)) times"
            : "nothing saved, \(Figures.short(1 / times, digits: 3)) times as many evaluations were made"
    }
}
