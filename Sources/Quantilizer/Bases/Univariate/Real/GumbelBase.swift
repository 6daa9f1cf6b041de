// SPDX-License-Identifier: Apache-2.0

/// Gumbel of maxima: P(X ≤ x) = exp(−exp(−(x − location) / scale)), both tails right to 2^-64.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 22. Sampled by inversion, as ``UnivariateBase``.
public struct GumbelBase: UnivariateBase {
    /// `gumbel`.
    public static let name = "gumbel"
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
        law = .gumbel(location: location, scale: scale)
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

    /// −z − exp(−z) − log scale.
    public func logDensity(component x: Double) -> Double {
        let z = (x - location) / scale
        return -z - Elementary.exp(-z) - Elementary.log(scale)
    }
}

extension GumbelBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Gumbel of maxima: P(X ≤ x) = exp(−exp(−(x − location) / scale)).",
        also: ["gumbel_r", "gumbel-r"],
        parameters: [
            .location("The mode.", also: ["loc", "mu"]),
            .scale("The scale, √6 / π standard deviations.", also: ["beta"]), .dimension,
        ],
        example: "{ location: 1, scale: 2 }",
        source: Literature.continuous(2, chapter: 22)
    ) { v throws(BaseError) in
        try GumbelBase(
            location: v.number("location"), scale: v.number("scale"), dimension: v.dimension)
    }
}
