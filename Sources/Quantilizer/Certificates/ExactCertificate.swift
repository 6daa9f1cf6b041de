// SPDX-License-Identifier: Apache-2.0

extension Certificate {
    /// A uniform choice among k of N issued samples: A = N/k, with no estimate in it.
    ///
    /// E[c(Y)] = E[(1/k) Σ over the kept of c(X_i)] ≤ (1/k) Σ over all issued of E[c(X_i)] = (N/k)·E[c].
    /// It holds for any rule that keeps k, so whatever was screened out, timed out or lost costs
    /// utility and not safety, as long as N counts what was issued.
    ///
    /// Where there were answers at N_1 < … < N_J = N samples, with k_j kept, and what was seen of the
    /// utilities decided whether to go on, it is A = Σ_j (N_j − N_{j−1})/k_j: a sample issued after look
    /// j − 1 is returned with a chance of at most 1/k_j, whenever one stops.
    ///
    /// Where an issued sample may have been thrown away and drawn again, up to m times in all, whether it
    /// was may depend on what it was. Every draw has law γ and N·m bounds their number, so A = N·m/k is
    /// proved; (N + redrawn)/k is not, since the count goes by the draws. Of a run in which
    /// none was drawn again N/k holds as E[c(Y)·1{none was}] ≤ (N/k)·E[c].
    ///
    /// - Parameters:
    ///   - looks: N_j and k_j of the answers before this one.
    ///   - redrawn: draws that were thrown away, beside the N issued.
    ///   - attempts: m.
    static func uniformOverKept(
        kept: UInt64, issued: UInt64, looks: [(issued: UInt64, kept: UInt64)] = [],
        draws: Int = 1, redrawn: UInt64 = 0, attempts: Int = 1
    ) -> Certificate {
        var amplification = Double(issued) / Double(kept)
        var because =
            "It holds exactly, because each draw is uniform over \(kept) kept of "
            + "\(issued) issued samples."
        if !looks.isEmpty {
            let stages = looks + [(issued: issued, kept: kept)]
            amplification = 0
            var before: UInt64 = 0
            for stage in stages {
                amplification += Double(stage.issued - before) / Double(stage.kept)
                before = stage.issued
            }
            because +=
                " There were answers at \(looks.map { "\($0.issued)" }.joined(separator: ", ")) samples "
                + "before: the number counts that what they said of utilities may have decided to go on, "
                + "and without them it would be \(Number.text(Double(issued) / Double(kept))). Where their "
                + "draws were looked at as well, only the sum over all \(stages.count) answers of "
                + "issued/kept holds."
        }
        let most = Double(issued) * Double(attempts) / Double(kept)
        if redrawn > 0 {
            amplification = most
            because +=
                " \(redrawn) draws were thrown away and made again, which may depend on what they were: each "
                + "sample is one of at most \(attempts), so the number counts \(attempts) for each."
        } else if attempts > 1 {
            because +=
                " None was drawn again in this run; over all runs, in which each may be drawn up to "
                + "\(attempts) times, the number is \(Number.text(most))."
        }
        if kept == 1 {
            because +=
                " With one kept this is the law of the best of \(issued), not a quantilizer's."
        }
        let together =
            looks.isEmpty && redrawn == 0 ? joint(kept: kept, issued: issued, draws: draws) : nil
        if let together { because += sentence(together: together, draws: draws) }
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: nil, fallback: 0, issued: issued + redrawn, kept: kept,
            statement:
                "Any cost that is never negative has, on average over a draw, at most "
                + "\(Number.text(amplification)) times its average over the base distribution; "
                + "for several draws this holds for the sum of their costs. " + because,
            together: together)
    }

    /// The factor for costs of T draws together, drawn without replacement from k kept of N issued
    /// samples: C(N, T)/C(k, T), as each set of T samples is returned with a chance of at most
    /// 1/C(k, T). nil for one draw, and where it is above 10^15.
    static func joint(kept: UInt64, issued: UInt64, draws: Int) -> Double? {
        guard draws > 1, UInt64(draws) <= kept else { return nil }
        var product = 1.0
        for drawn in 0..<UInt64(draws) {
            product *= Double(issued - drawn) / Double(kept - drawn)
        }
        // Beyond that the number says nothing but that there is hardly a promise.
        return product < 1e15 ? product : nil
    }
}
