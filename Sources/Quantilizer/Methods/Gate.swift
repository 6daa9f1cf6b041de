// SPDX-License-Identifier: Apache-2.0

/// What decides whether properly weighted draws are returned, or base draws in their place.
///
/// With a run's weight Z and the mass a of the gate each draw passes with chance min(1, Z/a), by a random
/// word of its own. As min(1, Z/a) ≤ Z/a, draws that pass add at most E[Z·c(Y)]/a ≤ E_γ[c]/a, and the
/// base draws at most E_γ[c]: A ≤ 1/a + 1. To pass only where Z ≥ a promises no more, and returns far
/// more base draws, since a weight that falls short mostly does so by little.
///
/// **Determinism**: a function of the seed, the weight and the draw's number.
struct Gate: Sendable {
    /// The mass a.
    let mass: Double
    /// The run's weight Z.
    let weight: Double
    private let stream: RandomStream

    /// The block of the words; draws take `UInt32.max`.
    private static let block = UInt32.max - 1

    init(mass: Double, weight: Double, seed: UInt64) {
        self.mass = mass
        self.weight = weight
        stream = RandomStream(seed: seed, domain: .pick)
    }

    /// Whether a draw passes; its chance is never above Z/a, rounding included.
    func passes(_ draw: Int) -> Bool {
        let word = stream.word(index: UInt64(draw), block: Self.block)
        return (Double(word >> 11) + 1) * 0x1p-53 <= weight / mass
    }

    /// The draws, those that do not pass replaced by base samples; none for the weighted ones where the
    /// weight is 0.
    func returned(_ own: [Draw], _ context: MethodContext) -> [Draw] {
        (0..<context.job.settings.draws).map { number in
            number < own.count && passes(number)
                ? own[number] : context.baseDraw(index: UInt64(number))
        }
    }

    /// Says that draws were turned down, where some were; `found` is what found too little mass.
    func warning(_ draws: [Draw], found: String, give: String) -> JobWarning? {
        let turned = draws.count { $0.fallback }
        guard turned > 0 else { return nil }
        let share = Number.text((weight / mass * 1000).rounded() / 10)
        let which =
            turned == draws.count ? "every draw is" : "\(turned) of \(draws.count) draws are"
        return JobWarning(
            "fell-back",
            "\(found) \(share) % of the quantile's mass, so \(which) plain base: the promise holds, "
                + "their optimisation was not done; give more \(give)")
    }
}

extension Certificate {
    /// Properly weighted draws behind a gate: A ≤ 1/a + 1, with no estimate in it.
    static func gated(
        _ gate: Gate, draws: [Draw], issued: UInt64, kept: UInt64,
        however: String = "however well the islands mixed"
    ) -> Certificate {
        let amplification = 1 / gate.mass + 1
        let turned = draws.count { $0.fallback }
        let outcome =
            switch turned {
            case 0: ""
            case draws.count: ", so all draws of this run are base draws"
            default: ", so \(turned) of \(draws.count) draws of this run are base draws"
            }
        return Certificate(
            amplification: amplification, kind: .exact, confidence: nil, rule: "additive",
            gate: gate.mass, fallback: Double(turned) / Double(max(1, draws.count)),
            issued: issued, kept: kept,
            statement:
                "Any cost that is never negative has, on average over a draw, at most "
                + "\(Number.text(amplification)) times its average over the base distribution; "
                + "for several draws this holds for the sum of their costs. It holds exactly, on "
                + "average over runs and \(however), because where a run's weight is below the gate "
                + "\(Number.text(gate.mass)) each draw is a base draw with the chance that is "
                + "missing. This run's weight was \(Number.text(gate.weight))\(outcome).")
    }
}
