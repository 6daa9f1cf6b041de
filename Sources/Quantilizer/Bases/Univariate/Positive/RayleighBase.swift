// SPDX-License-Identifier: Apache-2.0

/// Rayleigh: P(X > x) = exp(−x² / (2 scale²)), x ≥ 0, both tails right to 2^-64.
///
/// Weibull of shape 2 with the scale √2 · scale.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 18. Sampled by inversion, as ``UnivariateBase``.
public struct RayleighBase: UnivariateBase {
    /// `rayleigh`.
    public static let name = "rayleigh"
    /// The mode.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("scale", scale)
        law = .weibull(power: 0.5, scale: 1.4142135623730951 * scale)
        self.scale = scale
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("scale", scale)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// log z − z² / 2 − log scale.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        let z = x / scale
        return Elementary.log(z) - 0.5 * z * z - Elementary.log(scale)
    }
}

extension RayleighBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Rayleigh: P(X > x) = exp(−x² / (2 scale²)), x ≥ 0.",
        parameters: [
            .scale("The mode.", also: ["sigma"]),
            .dimension,
        ],
        example: "{ scale: 2 }",
        source: Literature.continuous(1, chapter: 18)
    ) { v throws(BaseError) in
        try RayleighBase(
            scale: v.number("scale"), dimension: v.dimension)
    }
}
