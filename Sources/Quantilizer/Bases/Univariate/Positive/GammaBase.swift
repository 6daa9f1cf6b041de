// SPDX-License-Identifier: Apache-2.0

/// Gamma: density x^(shape − 1) exp(−x / scale) / (Γ(shape) scale^shape), x ≥ 0.
///
/// For small shapes most values are tiny: below 5e-324 they are 0.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 17; DLMF 8.2. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and
/// Leydold 2003, doi:10.1145/945511.945517.
public struct GammaBase: UnivariateBase {
    /// `gamma`.
    public static let name = "gamma"
    /// The shapes that are accurate.
    public static let shapes = JobRange(1e-3, 1e12)
    /// The shape.
    public let shape: Double
    /// The scale, mean / shape.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler
    private let law: GammaLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(shape: Double, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("shape", shape)
        try Self.declaration.check("scale", scale)
        try Self.check(dimension: dimension)
        guard let law = GammaLaw(shape) else { throw BaseError("shape", "out of range") }
        self.shape = shape
        self.scale = scale
        self.dimension = dimension
        self.law = law
        sampler = QuantileSampler(law)
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

    /// The density in log x, less log x.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        let z = x / scale
        if z == 0 {
            return shape == 1 ? -Elementary.log(scale) : shape < 1 ? .infinity : -.infinity
        }
        guard z < .infinity else { return -.infinity }
        let log = Elementary.log(z)
        return law.logDensity(x: z, log: log) - log - Elementary.log(scale)
    }
}

extension GammaLaw: QuantileLaw {
    var map: TableMap { .exp }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        logQuantile(tail, log: log, from: start)
    }
}

extension GammaBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Gamma: density x^(shape − 1) exp(−x / scale) / (Γ(shape) scale^shape), x ≥ 0.",
        parameters: [
            JobParameter("shape", .number(shapes), "The shape.", also: ["alpha", "k"]),
            .scale("The scale, mean / shape.", also: ["theta"]),
            JobParameter(
                "rate", .number(.positive), default: .nothing("1 / scale"), unit: "1/value",
                "1 / scale, in its place.", also: ["beta"]),
            .dimension,
        ],
        choices: [.init(keys: ["scale", "rate"], isOptional: true)],
        example: "{ shape: 2.5, scale: 3 }",
        source: Literature.continuous(1, chapter: 17) + "; DLMF 8.2"
    ) { v throws(BaseError) in
        try GammaBase(
            shape: v.number("shape"),
            scale: v.optional("rate").map { 1 / $0 } ?? v.number("scale"), dimension: v.dimension)
    }
}
