// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// A uniform choice among k of N issued samples: A = N/k, with no estimate in it.
    ///
    /// E[c(Y)] = E[(1/k) Σ over the kept of c(X_i)] ≤ (1/k) Σ over all issued of E[c(X_i)] = (N/k)·E[c].
    /// It holds for any rule that keeps k, so whatever was screened out, timed out or lost costs
    /// utility and not safety, as long as N counts what was issued.
    static func uniformOverKept(kept: UInt64, issued: UInt64) -> Certificate {
        let amplification = Double(issued) / Double(kept)
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: nil, fallback: 0, issued: issued, kept: kept,
            statement:
                "Any cost that is never negative has, on average over a draw, at most "
                + "\(Number.text(amplification)) times its average over the base distribution; "
                + "for several draws this holds for the sum of their costs. It holds exactly, "
                + "because each draw is uniform over \(kept) kept of \(issued) issued samples.")
    }
}
