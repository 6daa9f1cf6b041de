// SPDX-License-Identifier: Apache-2.0

/// Whole numbers from `lower` to `upper`, each as likely.
///
/// **Determinism**: ⌊w · count / 2^64⌋ of one word a component, so probabilities are right to 2^-64.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 6 (as the discrete rectangular law). Sampled by inversion, one
/// multiplication a word.
public struct DiscreteUniformBase: UnivariateBase {
    /// `discrete-uniform`.
    public static let name = "discrete-uniform"
    /// The least value.
    public let lower: Int
    /// The largest value.
    public let upper: Int
    /// Independent components.
    public let dimension: Int

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(lower: Int = 0, upper: Int, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("lower", lower)
        try Self.declaration.check("upper", upper)
        guard upper >= lower else {
            throw BaseError("upper", "expected a whole number not below `lower`, found \(upper)")
        }
        try Self.check(dimension: dimension)
        self.lower = lower
        self.upper = upper
        self.dimension = dimension
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("lower", Double(lower)), ("upper", Double(upper))]
    }

    private var count: Int { upper - lower + 1 }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.applyRow(count: count, words, slot, to: &values, column, lanes: lanes)
        let first = Double(lower)
        for lane in 0..<lanes { values[column, lane] += first }
    }

    /// Discrete.
    public var componentMeasure: DensityMeasure { .count }
    /// −log of how many there are.
    public func logDensity(component x: Double) -> Double {
        guard x >= Double(lower), x <= Double(upper), x == x.rounded() else { return -.infinity }
        return -Elementary.log(Double(count))
    }
}

extension DiscreteUniformBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Whole numbers from `lower` to `upper`, each as likely.",
        parameters: [
            JobParameter(
                "lower", .whole(wholes), default: .whole(0), unit: "value",
                "The least value.", also: ["min"]),
            JobParameter(
                "upper", .whole(wholes), unit: "value",
                "The largest value, itself included.", also: ["max"]),
            .dimension,
        ],
        example: "{ lower: 1, upper: 6 }",
        source: Literature.discrete(chapter: 6)
    ) { v throws(BaseError) in
        try DiscreteUniformBase(
            lower: v.whole("lower"), upper: v.whole("upper"), dimension: v.dimension)
    }

    private static var wholes: ClosedRange<Int> { -1_000_000_000_000_000...1_000_000_000_000_000 }
}
