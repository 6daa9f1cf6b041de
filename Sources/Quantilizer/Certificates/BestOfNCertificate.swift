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
        // The groups are independent.
        let together = redrawn > 0 ? nil : power(Double(n), draws)
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: nil, fallback: 0, issued: n * UInt64(draws) + redrawn, kept: 1,
            statement:
                "Best of \(n) is another law than a quantilizer. Any cost that is never negative has, "
                + "on average over a draw, at most \(Number.text(amplification)) times its average over "
                + "the base distribution, exactly; for several draws this holds for the sum of their "
                + "costs." + again
                + (together.map { sentence(together: $0, draws: draws) } ?? ""),
            together: together)
    }

    /// The factor of several draws that are independent of one another, each with its own; nil of one
    /// draw, and above 10^15, where it says nothing but that there is hardly a promise.
    static func power(_ amplification: Double, _ draws: Int) -> Double? {
        guard draws > 1 else { return nil }
        var product = 1.0
        for _ in 0..<draws where product < 1e15 { product *= amplification }
        return product < 1e15 ? product : nil
    }
}
