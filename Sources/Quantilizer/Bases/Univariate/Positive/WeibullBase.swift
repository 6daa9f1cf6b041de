// SPDX-License-Identifier: Apache-2.0

/// Weibull: P(X > x) = exp(−(x / scale)^shape), both tails right to 2^-64.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 21. Sampled by inversion, as ``UnivariateBase``.
public struct WeibullBase: UnivariateBase {
    /// `weibull`.
    public static let name = "weibull"
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
        law = .weibull(power: 1 / shape, scale: scale)
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

    /// log(shape/scale) + (shape − 1) log z − z^shape.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        let log = Elementary.log(x / scale)
        let power = Elementary.exp(shape * log)
        // At 0 a factor without exponent is 1.
        let rise = shape == 1 ? 0 : (shape - 1) * log
        return Elementary.log(shape / scale) + rise - power
    }
}

extension WeibullBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Weibull: P(X > x) = exp(−(x / scale)^shape), x ≥ 0.",
        also: ["weibull_min", "weibull-min"],
        parameters: [
            JobParameter("shape", .number(.positive), "The shape.", also: ["k", "c"]),
            .scale("The value exceeded with probability 1/e.", also: ["lambda"]), .dimension,
        ],
        example: "{ shape: 1.5, scale: 2 }",
        source: Literature.continuous(1, chapter: 21)
    ) { v throws(BaseError) in
        try WeibullBase(
            shape: v.number("shape"), scale: v.number("scale"), dimension: v.dimension)
    }
}
