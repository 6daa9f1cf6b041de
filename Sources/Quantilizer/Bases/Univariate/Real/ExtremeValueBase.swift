// SPDX-License-Identifier: Apache-2.0

/// Generalized extreme value, of maxima: P(X ≤ x) = exp(−(1 + shape z)^(−1 / shape)), z = (x −
/// location) / scale; for shape 0 Gumbel's exp(−exp(−z)).
///
/// location + scale (exp(shape y) − 1) / shape, y Gumbel: both tails right to 2^-64. The shape is ξ of
/// the literature on extremes: SciPy's `genextreme` has c = −ξ.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Coles, *An Introduction to Statistical Modeling of Extreme Values* (2001),
/// doi:10.1007/978-1-4471-3675-0, section 3.1. Sampled by inversion, as ``UnivariateBase``.
public struct ExtremeValueBase: UnivariateBase {
    /// `generalized-extreme-value`.
    public static let name = "generalized-extreme-value"
    /// The shape ξ.
    public let shape: Double
    /// The location.
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
        law = .extremeValue(shape: shape, location: location, scale: scale)
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

    /// −y − shape y − exp(−y) − log scale, y = log(1 + shape z) / shape.
    public func logDensity(component x: Double) -> Double {
        let z = (x - location) / scale
        let inner = shape * z
        guard inner > -1 else {
            // The end itself, or beyond it; the lower end of a positive shape has no density.
            if inner < -1 || shape > -1 { return -.infinity }
            return shape == -1 ? -Elementary.log(scale) : .infinity
        }
        let log = Elementary.log1p(inner)
        let y = shape == 0 ? z : log / shape
        return -y - log - Elementary.exp(-y) - Elementary.log(scale)
    }
}

extension ExtremeValueBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name,
        "Generalized extreme value: P(X ≤ x) = exp(−(1 + shape (x − location) / scale)^(−1 / shape)).",
        also: ["gev"],
        parameters: [
            JobParameter(
                "shape", .number(.finite),
                "The shape ξ, −c of SciPy: Fréchet above 0, Gumbel at 0, Weibull below 0.",
                also: ["xi"]),
            .location("The location.", also: ["loc", "mu"]),
            .scale("The scale.", also: ["sigma"]),
            .dimension,
        ],
        example: "{ shape: 0.1, location: 1, scale: 2 }",
        source: "Coles, Statistical Modeling of Extreme Values (2001), "
            + "doi:10.1007/978-1-4471-3675-0, section 3.1"
    ) { v throws(BaseError) in
        try ExtremeValueBase(
            shape: v.number("shape"), location: v.number("location"), scale: v.number("scale"),
            dimension: v.dimension)
    }
}
