// SPDX-License-Identifier: Apache-2.0

/// Inverse gamma: scale over a gamma variable of that shape and scale 1; density scale^shape
/// x^(−shape − 1) exp(−scale / x) / Γ(shape), x > 0.
///
/// Shapes below about 0.064 reach beyond the largest double and are refused.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 17. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and Leydold
/// 2003, doi:10.1145/945511.945517.
public struct InverseGammaBase: UnivariateBase {
    /// `inverse-gamma`.
    public static let name = "inverse-gamma"
    /// The shape.
    public let shape: Double
    /// The scale.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler
    private let law: GammaLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(shape: Double, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("shape", shape)
        try Self.declaration.check("scale", scale)
        try Self.check(dimension: dimension)
        guard let law = GammaLaw(shape) else { throw BaseError("shape", "out of range") }
        self.law = law
        sampler = QuantileSampler(GammaPowerLaw(gamma: law, power: -1, shift: 0))
        self.shape = shape
        self.scale = scale
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("shape", shape), ("scale", scale)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(
            location: 0, scale: scale, words, slot, to: &values, column, lanes: lanes)
    }

    /// The gamma density of scale / x in logarithms, less log x.
    public func logDensity(component x: Double) -> Double {
        guard x > 0 else { return -.infinity }
        let z = scale / x
        guard z > 0, z < .infinity else { return -.infinity }
        return law.logDensity(x: z, log: Elementary.log(z)) - Elementary.log(x)
    }
}

extension InverseGammaBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Inverse gamma: scale over a gamma variable of that shape.",
        also: ["invgamma"],
        parameters: [
            JobParameter(
                "shape", .number(GammaBase.shapes),
                "The shape.", also: ["alpha", "a"]),
            .scale("The scale.", also: ["beta"]),
            .dimension,
        ],
        example: "{ shape: 3, scale: 2 }",
        source: Literature.continuous(1, chapter: 17)
    ) { v throws(BaseError) in
        try InverseGammaBase(
            shape: v.number("shape"), scale: v.number("scale"), dimension: v.dimension)
    }
}

/// shift + power · log G of a gamma law: a power of it, times a constant, in logarithms.
struct GammaPowerLaw: QuantileLaw {
    let gamma: GammaLaw
    let power: Double
    let shift: Double

    var map: TableMap { .exp }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        let own: Tail = power > 0 ? tail : tail == .lower ? .upper : .lower
        let found = gamma.logQuantile(own, log: log, from: start.map { ($0 - shift) / power })
        return power * found + shift
    }
}
