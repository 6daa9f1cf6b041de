// SPDX-License-Identifier: Apache-2.0

/// Pareto: P(X > x) = (scale / x)^shape for x ≥ scale, both tails right to 2^-64.
///
/// Shapes below about 0.064 reach beyond the largest double and are refused.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 20. Sampled by inversion, as ``UnivariateBase``.
public struct ParetoBase: UnivariateBase {
    /// `pareto`.
    public static let name = "pareto"
    /// The shape.
    public let shape: Double
    /// The scale.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(shape: Double, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("shape", shape)
        try Self.declaration.check("scale", scale)
        self.shape = shape
        self.scale = scale
        self.dimension = dimension
        law = .pareto(power: 1 / shape, scale: scale)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("shape", shape), ("scale", scale)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// log(shape/scale) − (shape + 1) log(x/scale).
    public func logDensity(component x: Double) -> Double {
        guard x >= scale else { return -.infinity }
        return Elementary.log(shape / scale) - (shape + 1) * Elementary.log(x / scale)
    }
}

extension ParetoBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Pareto: P(X > x) = (scale / x)^shape for x ≥ scale.",
        parameters: [
            JobParameter("shape", .number(.positive), "The shape.", also: ["alpha", "b"]),
            .scale("The least value.", also: ["xm"]), .dimension,
        ],
        example: "{ shape: 1.5, scale: 2 }",
        source: Literature.continuous(1, chapter: 20)
    ) { v throws(BaseError) in
        try ParetoBase(
            shape: v.number("shape"), scale: v.number("scale"), dimension: v.dimension)
    }
}
