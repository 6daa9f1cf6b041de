// SPDX-License-Identifier: Apache-2.0

/// Exponential: density rate · exp(−rate x), x ≥ 0.
///
/// x = −log p / rate with the word's p as the *upper* tail: right to 2^-64 in the upper tail, to 2^-53
/// in the lower one, where a value may be 0.
///
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
public struct ExponentialBase: UnivariateBase {
    /// `exponential`.
    public static let name = "exponential"
    /// The rate, 1 / mean.
    public let rate: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base. Throws what is wrong with a parameter.
    public init(rate: Double = 1, dimension: Int = 1) throws(BaseError) {
        try BaseError.check(rate, "rate", in: .positive)
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
