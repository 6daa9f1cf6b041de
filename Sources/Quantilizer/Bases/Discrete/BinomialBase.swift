// SPDX-License-Identifier: Apache-2.0

/// Binomial counts of successes.
///
/// **Determinism**: a cumulative table in 64-bit integers, each count right to 2^-64; one word a
/// component. **Complexity**: the table holds some 20 standard deviations of counts.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 3. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct BinomialBase: UnivariateBase {
    /// `binomial`.
    public static let name = "binomial"
    /// The number of trials.
    public let trials: Int
    /// The probability of success.
    public let probability: Double
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(trials: Int, probability: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("trials", trials)
        try Self.declaration.check("probability", probability)
        try Self.check(dimension: dimension)
        let p = DoubleDouble(probability)
        let q = DoubleDouble.sum(1, -probability)
        let end = probability == 0 ? 0 : trials
        let begin = probability == 1 ? trials : 0
        let mode = min(max(Int(Double(trials) * probability), begin), end)
        guard
            let law = DiscreteLaw(
                mode: mode, in: begin...max(begin, end),
                sd: (Double(trials) * probability * (1 - probability)).squareRoot(),
                up: { p * DoubleDouble(Double(trials - $0)) / (q * DoubleDouble(Double($0 + 1))) },
                down: { q * DoubleDouble(Double($0)) / (p * DoubleDouble(Double(trials - $0 + 1))) }
            )
        else {
            throw BaseError(
                "trials", "too large for an exact table of counts: use a normal with sd √(n p q)")
        }
        self.trials = trials
        self.probability = probability
        self.dimension = dimension
        self.law = law
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("trials", Double(trials)), ("probability", probability)]
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
    public func logDensity(component x: Double) -> Double {
        law.logMass(x)
    }
}

extension BinomialBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Binomial counts of successes.", also: ["binom"],
        parameters: [
            JobParameter(
                "trials", .whole(0...1_000_000_000_000_000), "The number of trials.", also: ["n"]),
            JobParameter(
                "probability", .number(.unit), "The probability of success.", also: ["p"]),
            .dimension,
        ],
        example: "{ trials: 10, probability: 0.5 }",
        source: Literature.discrete(chapter: 3)
    ) { v throws(BaseError) in
        try BinomialBase(
            trials: v.whole("trials"), probability: v.number("probability"),
            dimension: v.dimension)
    }
}
