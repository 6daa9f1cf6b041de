// SPDX-License-Identifier: Apache-2.0

/// Failures before so many successes, as SciPy and NumPy count: mass Γ(k + r) / (k! Γ(r)) p^r (1 − p)^k.
///
/// The number of successes need not be whole.
/// **Determinism**: a cumulative table in 64-bit integers, each count right to 2^-64; one word a
/// component. **Complexity**: the table holds some 20 standard deviations of counts.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 5. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct NegativeBinomialBase: UnivariateBase {
    /// `negative-binomial`.
    public static let name = "negative-binomial"
    /// The number of successes r.
    public let successes: Double
    /// The probability of success.
    public let probability: Double
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(successes: Double, probability: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("successes", successes)
        try Self.declaration.check("probability", probability)
        try Self.check(dimension: dimension)
        let (r, q) = (successes, DoubleDouble.sum(1, -probability))
        let mode = r > 1 ? (r - 1) * (1 - probability) / probability : 0
        let sd = (r * (1 - probability)).squareRoot() / probability
        guard mode < 1e15,
            let law = DiscreteLaw(
                mode: Int(mode), in: 0...(1 << 60), sd: sd,
                up: { q * DoubleDouble.sum(Double($0), r) / DoubleDouble(Double($0 + 1)) },
                down: { DoubleDouble(Double($0)) / (q * DoubleDouble.sum(Double($0 - 1), r)) })
        else {
            throw BaseError(
                "probability",
                "the counts are too many for an exact table: use a gamma of shape `successes` and "
                    + "scale (1 − p) / p")
        }
        self.law = law
        self.successes = successes
        self.probability = probability
        self.dimension = dimension
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("successes", successes), ("probability", probability)]
    }

    /// The outcome's number.
    public var scratchColumns: Int { 1 }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        law.fill(words, slot, to: &values, column, scratch: &scratch, free, lanes: lanes)
    }

    /// Discrete.
    public var componentMeasure: DensityMeasure { .count }
    /// log of the probability, to 2^-64.
    public func logDensity(component x: Double) -> Double { law.logMass(x) }
}

extension NegativeBinomialBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Failures before so many successes.",
        also: ["nbinom"],
        parameters: [
            JobParameter(
                "successes", .number(JobRange(0, 1e15, includesLower: false)),
                "The number of successes, not necessarily whole.", also: ["r", "n"]),
            JobParameter(
                "probability", .number(.fraction),
                "The probability of success.", also: ["p"]),
            .dimension,
        ],
        example: "{ successes: 3, probability: 0.2 }",
        source: Literature.discrete(chapter: 5)
    ) { v throws(BaseError) in
        try NegativeBinomialBase(
            successes: v.number("successes"), probability: v.number("probability"),
            dimension: v.dimension)
    }
}
