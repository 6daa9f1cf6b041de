// SPDX-License-Identifier: Apache-2.0

/// Uniform on (lower, upper): lower + (upper − lower) u, u the word's top 53 bits and a half.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 26. Sampled by inversion, as ``UnivariateBase``.
public struct UniformBase: UnivariateBase {
    /// `uniform`.
    public static let name = "uniform"
    /// The lower end.
    public let lower: Double
    /// The upper end.
    public let upper: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(lower: Double = 0, upper: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("lower", lower)
        try Self.declaration.check("upper", upper)
        guard upper > lower, (upper - lower).isFinite else {
            throw BaseError("upper", "expected a number above `lower` by a finite width")
        }
        self.lower = lower
        self.upper = upper
        self.dimension = dimension
        law = .uniform(lower: lower, width: upper - lower)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("lower", lower), ("upper", upper)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// −log of the width, inside.
    public func logDensity(component x: Double) -> Double {
        guard x >= lower, x <= upper else { return -.infinity }
        return -Elementary.log(upper - lower)
    }
}

extension UniformBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Uniform on (lower, upper).",
        parameters: [
            JobParameter(
                "lower", .number(.finite), default: .number(0), unit: "value", "The lower end.",
                also: ["low", "min"]),
            JobParameter(
                "upper", .number(.finite), default: .number(1), unit: "value",
                "The upper end, above `lower`.", also: ["high", "max"]),
            .dimension,
        ],
        example: "{ lower: -1, upper: 1 }",
        source: Literature.continuous(2, chapter: 26)
    ) { v throws(BaseError) in
        try UniformBase(
            lower: v.number("lower"), upper: v.number("upper"), dimension: v.dimension)
    }
}
