// SPDX-License-Identifier: Apache-2.0

/// Poisson counts.
///
/// **Determinism**: a cumulative table in 64-bit integers, each count right to 2^-64; one word a
/// component. **Complexity**: the table holds some 20 √mean counts.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 4. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct PoissonBase: UnivariateBase {
    /// `poisson`.
    public static let name = "poisson"
    /// The mean.
    public let mean: Double
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(mean: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("mean", mean)
        try Self.check(dimension: dimension)
        let m = DoubleDouble(mean)
        guard
            let law = DiscreteLaw(
                mode: Int(mean), in: 0...(1 << 60), sd: mean.squareRoot(),
                up: { m / DoubleDouble(Double($0 + 1)) },
                down: { DoubleDouble(Double($0)) / m })
        else {
            throw BaseError(
                "mean", "too large for an exact table of counts: use a normal with sd √mean")
        }
        self.mean = mean
        self.dimension = dimension
        self.law = law
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("mean", mean)] }
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

extension PoissonBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Poisson counts.",
        parameters: [
            JobParameter(
                "mean", .number(JobRange(0, 1e15, includesLower: false)), "The mean.",
                also: ["lambda", "mu", "rate"]),
            .dimension,
        ],
        example: "{ mean: 4 }",
        source: Literature.discrete(chapter: 4)
    ) { v throws(BaseError) in
        try PoissonBase(mean: v.number("mean"), dimension: v.dimension)
    }
}
