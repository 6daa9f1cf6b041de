// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// The best of n: A = n, reached by the very best outcome.
    ///
    /// Where a sample may have been drawn again, up to m times in all, it is n·m: see
    /// ``uniformOverKept(kept:issued:looks:draws:redrawn:attempts:)``.
    static func bestOf(
        _ n: UInt64, draws: Int, redrawn: UInt64 = 0, attempts: Int = 1
    ) -> Certificate {
        let amplification = Double(n) * Double(redrawn > 0 ? attempts : 1)
        let again =
            redrawn > 0
            ? " Some samples were drawn again, which may depend on what they were: each is one of at most "
                + "\(attempts), and the number counts them all." : ""
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: nil, fallback: 0, issued: n * UInt64(draws) + redrawn, kept: 1,
            statement:
                "Best of \(n) is another law than a quantilizer. Any cost that is never negative has, "
                + "on average over a draw, at most \(Number.text(amplification)) times its average over "
                + "the base distribution, exactly; for several draws this holds for the sum of their "
                + "costs." + again)
    }
}
