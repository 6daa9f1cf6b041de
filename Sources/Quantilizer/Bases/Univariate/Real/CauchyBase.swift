// SPDX-License-Identifier: Apache-2.0

/// Cauchy: density 1 / (π scale (1 + ((x − location) / scale)²)), both tails right to 2^-64.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 16. Sampled by inversion, as ``UnivariateBase``.
public struct CauchyBase: UnivariateBase {
    /// `cauchy`.
    public static let name = "cauchy"
    /// The location.
    public let location: Double
    /// The scale.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(location: Double = 0, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("location", location)
        try Self.declaration.check("scale", scale)
        self.location = location
        self.scale = scale
        self.dimension = dimension
        law = .cauchy(location: location, scale: scale)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("location", location), ("scale", scale)]
    }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// −log(π scale (1 + z²)).
    public func logDensity(component x: Double) -> Double {
        let z = ((x - location) / scale).magnitude
        // Where the square is too large for a double, 1 is nothing beside it.
        let square = z > 1e150 ? 2 * Elementary.log(z) : Elementary.log1p(z * z)
        return -square - Elementary.log(scale) - 1.1447298858494002
    }
}

extension CauchyBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Cauchy: density 1 / (π scale (1 + ((x − location) / scale)²)).",
        parameters: [
            .location("The median.", also: ["loc", "x0"]),
            .scale("The half width at half of the peak.", also: ["gamma"]), .dimension,
        ],
        example: "{ location: 1, scale: 2 }",
        source: Literature.continuous(1, chapter: 16)
    ) { v throws(BaseError) in
        try CauchyBase(
            location: v.number("location"), scale: v.number("scale"), dimension: v.dimension)
    }
}
