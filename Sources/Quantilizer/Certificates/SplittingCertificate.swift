// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// Properly weighted draws behind a gate at `gate`: A ≤ 1/gate + 1, with no estimate in it.
    ///
    /// 1{Z ≥ a} ≤ Z/a, and E[Z·c(Y)] ≤ E_γ[c] for properly weighted (Y, Z), so the draws that pass
    /// add at most E_γ[c]/a; those that do not pass are independent base draws, and add at most E_γ[c].
    static func gated(
        at gate: Double, weight: Double, isFallback: Bool, issued: UInt64, kept: UInt64,
        however: String = "however well the islands mixed"
    ) -> Certificate {
        let amplification = 1 / gate + 1
        let outcome =
            isFallback
            ? "It was not met, so all draws of this run are base draws."
            : "This run's weight was \(Number.text(weight))."
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: gate, fallback: isFallback ? 1 : 0, issued: issued, kept: kept,
            statement:
                "Any cost that is never negative has, on average over a draw, at most "
                + "\(Number.text(amplification)) times its average over the base distribution; "
                + "for several draws this holds for the sum of their costs. It holds exactly, on "
                + "average over runs and \(however), because a run returns base "
                + "draws unless its weight reaches the gate \(Number.text(gate)). \(outcome)")
    }
}
