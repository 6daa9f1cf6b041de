// SPDX-License-Identifier: Apache-2.0

/// Exponential: density rate · exp(−rate x), x ≥ 0.
///
/// x = −log p / rate with the word's p as the *upper* tail: right to 2^-64 in the upper tail, to 2^-53
/// in the lower one, where a value may be 0.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 19. Sampled by inversion, as ``UnivariateBase``.
public struct ExponentialBase: UnivariateBase {
    /// `exponential`.
    public static let name = "exponential"
    /// The rate, 1 / mean.
    public let rate: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(rate: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("rate", rate)
        self.rate = rate
        self.dimension = dimension
        law = .exponential(rate: rate)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("rate", rate)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// log rate − rate x.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        return Elementary.log(rate) - rate * x
    }
}

extension ExponentialBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Exponential: density rate · exp(−rate x), x ≥ 0.", also: ["expon"],
        parameters: [
            JobParameter(
                "rate", .number(.positive), default: .number(1), unit: "1/value",
                "The rate, 1 / mean.", also: ["lambda"]),
            JobParameter(
                "scale", .number(.positive), default: .nothing("1 / rate"), unit: "value",
                "1 / rate, in its place."),
            JobParameter(
                "mean", .number(.positive), default: .nothing("1 / rate"), unit: "value",
                "1 / rate, in its place."),
            .dimension,
        ],
        choices: [.init(keys: ["rate", "scale", "mean"], isOptional: true)],
        example: "{ rate: 2 }",
        source: Literature.continuous(1, chapter: 19)
    ) { v throws(BaseError) in
        let mean = v.optional("scale") ?? v.optional("mean")
        return try ExponentialBase(
            rate: mean.map { 1 / $0 } ?? v.number("rate"), dimension: v.dimension)
    }
}
