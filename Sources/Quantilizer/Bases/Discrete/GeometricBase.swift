// SPDX-License-Identifier: Apache-2.0

/// Trials up to the first success, from 1, as SciPy and NumPy count: mass (1 − p)^(k − 1) p.
///
/// **Determinism**: a cumulative table in 64-bit integers, each count right to 2^-64; one word a
/// component. **Complexity**: the table holds some 70 / p counts.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 5. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct GeometricBase: UnivariateBase {
    /// `geometric`.
    public static let name = "geometric"
    /// The probability of success.
    public let probability: Double
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(probability: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("probability", probability)
        try Self.check(dimension: dimension)
        let rest = DoubleDouble.sum(1, -probability)
        guard
            let law = DiscreteLaw(
                mode: 1, in: 1...(1 << 60), sd: (1 - probability).squareRoot() / probability,
                up: { _ in rest }, down: { _ in DoubleDouble(0) })
        else {
            throw BaseError(
                "probability",
                "too small for an exact table of counts: use an exponential with mean 1/p")
        }
        self.law = law
        self.probability = probability
        self.dimension = dimension
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("probability", probability)] }

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

extension GeometricBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Trials up to the first success, that one included.",
        also: ["geom"],
        parameters: [
            JobParameter(
                "probability", .number(.fraction),
                "The probability of success.", also: ["p"]),
            .dimension,
        ],
        example: "{ probability: 0.2 }",
        source: Literature.discrete(chapter: 5)
    ) { v throws(BaseError) in
        try GeometricBase(
            probability: v.number("probability"), dimension: v.dimension)
    }
}
