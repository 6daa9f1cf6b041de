// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// The best of n: A = n, reached by the very best outcome.
    static func bestOf(_ n: UInt64, draws: Int) -> Certificate {
        Certificate(
            amplification: Double(n), kind: .exact, confidence: nil, rule: "additive", gate: nil,
            fallback: 0, issued: n * UInt64(draws), kept: 1,
            statement:
                "Best of \(n) is another law than a quantilizer. Any cost that is never negative has, "
                + "on average over a draw, at most \(n) times its average over the base "
                + "distribution, exactly; for several draws this holds for the sum of their costs.")
    }
}
