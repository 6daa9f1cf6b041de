// SPDX-License-Identifier: Apache-2.0

/// Generalized Pareto: P(X > x) = (1 + shape z)^(−1 / shape), z = (x − location) / scale ≥ 0; for
/// shape 0 exp(−z). With a negative shape the upper end is location − scale / shape.
///
/// location + scale (exp(shape E) − 1) / shape, E exponential: both tails right to 2^-64. The shape is
/// ξ of the literature on extremes, and `c` of SciPy.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Coles, *An Introduction to Statistical Modeling of Extreme Values* (2001),
/// doi:10.1007/978-1-4471-3675-0, section 4.2. Sampled by inversion, as ``UnivariateBase``.
public struct GeneralizedParetoBase: UnivariateBase {
    /// `generalized-pareto`.
    public static let name = "generalized-pareto"
    /// The shape ξ.
    public let shape: Double
    /// The least value.
    public let location: Double
    /// The scale.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(
        shape: Double, location: Double = 0, scale: Double = 1, dimension: Int = 1
    ) throws(BaseError) {
        try Self.declaration.check("shape", shape)
        try Self.declaration.check("location", location)
        try Self.declaration.check("scale", scale)
        law = .generalizedPareto(shape: shape, location: location, scale: scale)
        self.shape = shape
        self.location = location
        self.scale = scale
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("shape", shape), ("location", location), ("scale", scale)]
    }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// −y − shape y − log scale, y = log(1 + shape z) / shape.
    public func logDensity(component x: Double) -> Double {
        let z = (x - location) / scale
        guard z >= 0 else { return -.infinity }
        guard shape != 0 else { return -z - Elementary.log(scale) }
        let inner = shape * z
        guard inner > -1 else {
            // The upper end itself, or beyond it.
            if inner < -1 || shape > -1 { return -.infinity }
            return shape == -1 ? -Elementary.log(scale) : .infinity
        }
        let log = Elementary.log1p(inner)
        return -log / shape - log - Elementary.log(scale)
    }
}

extension GeneralizedParetoBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Generalized Pareto: P(X > x) = (1 + shape (x − location) / scale)^(−1 / shape).",
        also: ["genpareto", "gpd"],
        parameters: [
            JobParameter(
                "shape", .number(.finite),
                "The shape ξ: heavy tails above 0, exponential at 0, an upper end below 0.",
                also: ["xi", "c"]),
            .location("The least value.", also: ["loc", "mu"]),
            .scale("The scale.", also: ["sigma"]),
            .dimension,
        ],
        example: "{ shape: 0.2, scale: 2 }",
        source: "Coles, Statistical Modeling of Extreme Values (2001), "
            + "doi:10.1007/978-1-4471-3675-0, section 4.2"
    ) { v throws(BaseError) in
        try GeneralizedParetoBase(
            shape: v.number("shape"), location: v.number("location"), scale: v.number("scale"),
            dimension: v.dimension)
    }
}
