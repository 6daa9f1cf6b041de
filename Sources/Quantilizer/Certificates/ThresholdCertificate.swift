// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// Fresh draws above the k-th best of an independent pilot of n: A = n/(k − 1).
    ///
    /// The mass p above the pilot's k-th best is Beta(k, n − k + 1) whatever the base is, a draw has
    /// density 1/p there, and E[1/p] = n/(k − 1). With k = 1 that is infinite, and the bound holds
    /// with confidence 1 − δ only: A ≤ 1/BetaInv(δ; k, n − k + 1).
    ///
    /// Given the pilot the T draws are independent, so costs of all together grow by 1/p^T, on average over
    /// pilots E[p^−T] = C(n, T)/C(k − 1, T).
    static func abovePilot(
        kept: UInt64, pilot: UInt64, confidence: Double, issued: UInt64, accepted: UInt64
    ) -> Certificate {
        func sure(_ error: Double) -> Double {
            1 / SpecialFunctions.betaQuantile(error, Double(kept), Double(pilot - kept) + 1)
        }
        let error = 1 - confidence
        let exact = kept > 1
        let amplification = exact ? Double(pilot) / Double(kept - 1) : sure(error)
        let sense =
            exact
            ? "It holds exactly on average over pilots; for this pilot it is at most "
                + "\(Number.text(sure(error))) times with confidence \(Number.text(confidence))."
            : "It holds with confidence \(Number.text(confidence)) over pilots; a pilot that keeps "
                + "at least 2 samples would give an exact one."
        let together =
            exact
            ? joint(kept: kept - 1, issued: pilot, draws: Int(clamping: accepted))
            : power(amplification, Int(clamping: accepted))
        return Certificate(
            amplification: amplification, kind: exact ? .exact : .confidence,
            confidence: exact ? nil : confidence, rule: "additive", gate: nil, fallback: 0,
            issued: issued, kept: accepted,
            statement:
                "Any cost that is never negative has, on average over a draw, at most "
                + "\(Number.text(amplification)) times its average over the base distribution; "
                + "for several draws this holds for the sum of their costs. " + sense
                + (together.map { sentence(together: $0, draws: Int(clamping: accepted)) } ?? ""),
            jointAmplification: exact ? nil : sure(error / 2), together: together)
    }

    /// Fresh draws above a threshold that was given: A = 1/p, with p bounded by what was needed.
    static func aboveGiven(
        confidence: Double, issued: UInt64, accepted: UInt64
    ) -> Certificate {
        // P(T ≤ t) = P(Bin(t, p) ≥ m), so one bound serves both endings.
        func mass(_ error: Double) -> Double {
            accepted == 0
                ? 0
                : SpecialFunctions.betaQuantile(
                    error, Double(accepted), Double(issued - accepted) + 1)
        }
        let error = 1 - confidence
        guard accepted > 0, mass(error / 2) > 0 else {
            return Certificate(
                amplification: .infinity, kind: .none, confidence: nil, rule: "additive", gate: nil,
                fallback: 0, issued: issued, kept: accepted,
                statement: "Nothing is promised: no sample reached the threshold.")
        }
        let amplification = 1 / mass(error)
        let together = power(amplification, Int(clamping: accepted))
        return Certificate(
            amplification: amplification, kind: .confidence, confidence: confidence,
            rule: "additive", gate: nil, fallback: 0, issued: issued, kept: accepted,
            statement:
                "With confidence \(Number.text(confidence)), any cost that is never negative has, "
                + "on average over a draw, at most \(Number.text(amplification)) times its "
                + "average over the base distribution; for several draws this holds for the sum "
                + "of their costs. The threshold was given, and the mass above it is bounded by "
                + "how many samples the draws took."
                + (together.map { sentence(together: $0, draws: Int(clamping: accepted)) } ?? ""),
            jointAmplification: 1 / mass(error / 2), together: together)
    }
}
