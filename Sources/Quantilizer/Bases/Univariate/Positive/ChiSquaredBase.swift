// SPDX-License-Identifier: Apache-2.0

/// Chi-squared with `df` degrees of freedom, not necessarily whole: gamma of shape df / 2 and scale 2.
///
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 18. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and Leydold
/// 2003, doi:10.1145/945511.945517.
public struct ChiSquaredBase: UnivariateBase {
    /// `chi-squared`.
    public static let name = "chi-squared"
    /// Degrees of freedom.
    public let df: Double
    /// Independent components.
    public let dimension: Int
    private let gamma: GammaBase

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(df: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("df", df)
        gamma = try GammaBase(shape: 0.5 * df, scale: 2)
        self.df = df
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("df", df)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        gamma.fill(
            lanes: lanes, words: words, slot: slot, values: &values, column: column,
            scratch: &scratch, free: free)
    }

    /// That of the gamma law.
    public func logDensity(component x: Double) -> Double { gamma.logDensity(component: x) }
}

extension ChiSquaredBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Chi-squared: density of the sum of df squared standard normals.",
        also: ["chi2", "chisquare"],
        parameters: [
            JobParameter(
                "df",
                .number(
                    JobRange(2 * GammaBase.shapes.lower, 2 * GammaBase.shapes.upper)),
                "Degrees of freedom, not necessarily whole.", also: ["nu", "k"]),
            .dimension,
        ],
        example: "{ df: 4 }",
        source: Literature.continuous(1, chapter: 18)
    ) { v throws(BaseError) in
        try ChiSquaredBase(
            df: v.number("df"), dimension: v.dimension)
    }
}
