// SPDX-License-Identifier: Apache-2.0

/// Logistic: P(X ≤ x) = 1 / (1 + exp(−(x − location) / scale)), both tails right to 2^-64.
///
/// location ± scale · log((1 − p) / p) of the word's tail, without cancellation at the median.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 23. Sampled by inversion, as ``UnivariateBase``.
public struct LogisticBase: UnivariateBase {
    /// `logistic`.
    public static let name = "logistic"
    /// The median.
    public let location: Double
    /// The scale, √3 / π standard deviations.
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
        law = .logistic(location: location, scale: scale)
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

    /// −|z| − 2 log(1 + exp(−|z|)) − log scale.
    public func logDensity(component x: Double) -> Double {
        let z = ((x - location) / scale).magnitude
        return -z - 2 * Elementary.log1p(Elementary.exp(-z)) - Elementary.log(scale)
    }
}

extension LogisticBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Logistic: P(X ≤ x) = 1 / (1 + exp(−(x − location) / scale)).",
        parameters: [
            .location("The median.", also: ["loc", "mu"]),
            .scale("The scale, √3 / π standard deviations.", also: ["s"]),
            .dimension,
        ],
        example: "{ location: 1, scale: 2 }",
        source: Literature.continuous(2, chapter: 23)
    ) { v throws(BaseError) in
        try LogisticBase(
            location: v.number("location"), scale: v.number("scale"), dimension: v.dimension)
    }
}
