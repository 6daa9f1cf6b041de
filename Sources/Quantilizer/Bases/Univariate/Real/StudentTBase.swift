// SPDX-License-Identifier: Apache-2.0

/// Student's t with `df` degrees of freedom, times `scale`, plus `location`.
///
/// Degrees below about 0.065 reach beyond the largest double and are refused.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively or 1e-15 absolutely near the median; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 28. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and Leydold
/// 2003, doi:10.1145/945511.945517.
public struct StudentTBase: UnivariateBase {
    /// `student-t`.
    public static let name = "student-t"
    /// Degrees of freedom, not necessarily whole.
    public let df: Double
    /// The median.
    public let location: Double
    /// The scale.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(
        df: Double, location: Double = 0, scale: Double = 1, dimension: Int = 1
    ) throws(BaseError) {
        try Self.declaration.check("df", df)
        try Self.declaration.check("location", location)
        try Self.declaration.check("scale", scale)
        try Self.check(dimension: dimension)
        guard let law = StudentLaw(df) else { throw BaseError("df", "out of range") }
        self.df = df
        self.location = location
        self.scale = scale
        self.dimension = dimension
        sampler = QuantileSampler(law)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("df", df), ("location", location), ("scale", scale)]
    }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(
            location: location, scale: scale, words, slot, to: &values, column, lanes: lanes)
    }

    /// The density of location + scale · T.
    public func logDensity(component x: Double) -> Double {
        let z = ((x - location) / scale).magnitude
        let square =
            z > 1e150 ? 2 * Elementary.log(z) - Elementary.log(df) : Elementary.log1p(z / df * z)
        // log Γ(h + ½) − log Γ(h) by Stirling's formula, whose large parts cancel.
        let h = 0.5 * df
        let ratio =
            h * Elementary.log1p(0.5 / h) + 0.5 * Elementary.log(h) - 0.5
            + Elementary.stirlingError(h + 0.5) - Elementary.stirlingError(h)
        return ratio - 0.5 * Elementary.log(df) - 0.5723649429247001 - Elementary.log(scale)
            - (h + 0.5) * square
    }
}

extension StudentLaw: QuantileLaw {
    var map: TableMap { .sinh }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        let size = logTailQuantile(log, from: start.map { abs($0) })
        return tail == .upper ? size : -size
    }
}

extension StudentTBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Student's t, times `scale`, plus `location`.", also: ["t", "student"],
        parameters: [
            JobParameter(
                "df", .number(JobRange(0.01, 1e12)), "Degrees of freedom, not necessarily whole.",
                also: ["nu"]),
            .location("The median.", also: ["loc", "mu"]),
            .scale("The scale.", also: ["sigma"]), .dimension,
        ],
        example: "{ df: 3 }",
        source: Literature.continuous(2, chapter: 28)
    ) { v throws(BaseError) in
        try StudentTBase(
            df: v.number("df"), location: v.number("location"), scale: v.number("scale"),
            dimension: v.dimension)
    }
}
