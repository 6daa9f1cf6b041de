// SPDX-License-Identifier: Apache-2.0

/// What a job promises of its draws: for every cost c ≥ 0 that anybody might think of, its mean
/// over a draw is at most `amplification` times its mean over the base distribution.
public struct Certificate: Sendable, Hashable {
    /// In which sense the promise holds.
    public enum Kind: String, Sendable, Hashable {
        /// In expectation over everything random, with no estimate in it.
        case exact
        /// With the stated confidence.
        case confidence
        /// Not at all.
        case none
    }

    /// The factor A; infinite where nothing is promised.
    public var amplification: Double
    /// In which sense.
    public var kind: Kind
    /// 1 − δ where `kind` is `confidence`.
    public var confidence: Double?
    /// What several draws cost together: `additive` costs grow by A, others may grow by A a draw.
    public var rule: String
    /// The gate's level, where there is one.
    public var gate: Double?
    /// The share of draws that are base draws.
    public var fallback: Double
    /// Which costs the promise is about, where not all: `impact` for those through the impact variable.
    public var scope: String?
    /// Samples issued, on which the promise rests.
    public var issued: UInt64
    /// Samples kept.
    public var kept: UInt64
    /// The promise as a sentence.
    public var statement: String
    /// Where `kind` is `confidence`, the factor that holds with half the error: for statements made
    /// together with another of half the error, as bounds by a measured mean are.
    public var jointAmplification: Double?
    /// The factor for costs of all draws together, of whatever kind; nil of one draw, and where there is
    /// none: draws may repeat, or nobody has proved one.
    public var together: Double?

    /// The sentence of ``together``.
    static func sentence(together factor: Double, draws: Int) -> String {
        " A cost that the \(draws) draws have together, of whatever kind, has at most "
            + "\(Number.text(factor)) times its average over \(draws) samples of the base."
    }

    /// No promise, to be replaced.
    static let nothing = Certificate(
        amplification: .infinity, kind: .none, confidence: nil, rule: "additive", gate: nil,
        fallback: 0, issued: 0, kept: 0, statement: "Nothing is promised.")

    /// The factor for a statement made together with one on a measured mean, and the confidence of that
    /// one, so that both hold with `wanted`.
    func joint(_ wanted: Double) -> (amplification: Double, confidence: Double) {
        kind == .confidence
            ? (jointAmplification ?? .infinity, (1 + wanted) / 2) : (amplification, wanted)
    }

    /// Optimisation power, log2 A.
    public var bits: Double { Kernels.log2(amplification) }
}
