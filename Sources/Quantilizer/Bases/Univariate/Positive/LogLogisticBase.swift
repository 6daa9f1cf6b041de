// SPDX-License-Identifier: Apache-2.0

/// Log-logistic: P(X ≤ x) = 1 / (1 + (x / scale)^−shape), x ≥ 0, both tails right to 2^-64.
///
/// scale · exp(L / shape), L standard logistic. Shapes below about 0.064 reach beyond the largest
/// double and are refused.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 23. Sampled by inversion, as ``UnivariateBase``.
public struct LogLogisticBase: UnivariateBase {
    /// `log-logistic`.
    public static let name = "log-logistic"
    /// The shape.
    public let shape: Double
    /// The median.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(shape: Double, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("shape", shape)
        try Self.declaration.check("scale", scale)
        law = .logLogistic(power: 1 / shape, scale: scale)
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
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// The logistic density of shape · log(x / scale), times shape / x.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        if x == 0 {
            return shape == 1 ? -Elementary.log(scale) : shape < 1 ? .infinity : -.infinity
        }
        let log = Elementary.log(x / scale)
        let size = (shape * log).magnitude
        return Elementary.log(shape) - log - Elementary.log(scale) - size
            - 2 * Elementary.log1p(Elementary.exp(-size))
    }
}

extension LogLogisticBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Log-logistic: P(X ≤ x) = 1 / (1 + (x / scale)^−shape), x ≥ 0.",
        also: ["fisk"],
        parameters: [
            JobParameter(
                "shape", .number(.positive),
                "The shape.", also: ["beta", "c"]),
            .scale("The median.", also: ["alpha"]),
            .dimension,
        ],
        example: "{ shape: 3, scale: 2 }",
        source: Literature.continuous(2, chapter: 23)
    ) { v throws(BaseError) in
        try LogLogisticBase(
            shape: v.number("shape"), scale: v.number("scale"), dimension: v.dimension)
    }
}
