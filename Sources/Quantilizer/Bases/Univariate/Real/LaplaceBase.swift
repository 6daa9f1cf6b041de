// SPDX-License-Identifier: Apache-2.0

/// Laplace: density exp(−|x − location| / scale) / (2 scale), both tails right to 2^-64.
///
/// location ± scale · log 2p of the word's tail.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 24. Sampled by inversion, as ``UnivariateBase``.
public struct LaplaceBase: UnivariateBase {
    /// `laplace`.
    public static let name = "laplace"
    /// The median.
    public let location: Double
    /// The mean distance from it.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(location: Double = 0, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("location", location)
        try Self.declaration.check("scale", scale)
        law = .laplace(location: location, scale: scale)
        self.location = location
        self.scale = scale
        self.dimension = dimension
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

    /// −|z| − log(2 scale).
    public func logDensity(component x: Double) -> Double {
        -((x - location) / scale).magnitude - Elementary.log(scale) - 0.6931471805599453
    }
}

extension LaplaceBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Laplace: density exp(−|x − location| / scale) / (2 scale).",
        also: ["double-exponential"],
        parameters: [
            .location("The median.", also: ["loc", "mu"]),
            .scale("The mean distance from the median.", also: ["b"]),
            .dimension,
        ],
        example: "{ location: 1, scale: 2 }",
        source: Literature.continuous(2, chapter: 24)
    ) { v throws(BaseError) in
        try LaplaceBase(
            location: v.number("location"), scale: v.number("scale"), dimension: v.dimension)
    }
}
