// SPDX-License-Identifier: Apache-2.0

/// Half-normal: |Z| · scale of a standard normal Z, the root of twice a gamma variable of shape ½.
///
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 13. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and Leydold
/// 2003, doi:10.1145/945511.945517.
public struct HalfNormalBase: UnivariateBase {
    /// `half-normal`.
    public static let name = "half-normal"
    /// The standard deviation of the normal.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("scale", scale)
        try Self.check(dimension: dimension)
        guard let law = GammaLaw(0.5) else { throw BaseError("", "out of range") }
        // ½ log 2G.
        sampler = QuantileSampler(
            GammaPowerLaw(gamma: law, power: 0.5, shift: 0.34657359027997264))
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
        sampler.fill(
            location: 0, scale: scale, words, slot, to: &values, column, lanes: lanes)
    }

    /// Twice the normal density.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        let z = x / scale
        return 0.6931471805599453 - Elementary.halfLogTwoPi - 0.5 * z * z - Elementary.log(scale)
    }
}

extension HalfNormalBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Half-normal: the size of a normal with mean 0 and sd `scale`.",
        also: ["halfnorm"],
        parameters: [
            .scale("The standard deviation of the normal.", also: ["sigma", "sd"]),
            .dimension,
        ],
        example: "{ scale: 2 }",
        source: Literature.continuous(1, chapter: 13)
    ) { v throws(BaseError) in
        try HalfNormalBase(
            scale: v.number("scale"), dimension: v.dimension)
    }
}
