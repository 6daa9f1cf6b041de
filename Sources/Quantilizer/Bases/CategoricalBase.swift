// SPDX-License-Identifier: Apache-2.0

/// Finitely many values with given probabilities.
///
/// **Determinism**: a cumulative table in 64-bit integers in the order given; one word a component.
public struct CategoricalBase: UnivariateBase, ListedBase {
    /// `categorical`.
    public static let name = "categorical"
    /// The values.
    public let values: [Double]
    /// Weights, proportional to the probabilities.
    public let weights: [Double]
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base; by default the values are 0, 1, 2, … Throws what is wrong with a parameter.
    public init(
        values: [Double]? = nil, weights: [Double], dimension: Int = 1
    ) throws(BaseError) {
        let values = values ?? weights.indices.map(Double.init)
        guard !values.isEmpty, values.count == weights.count else {
            throw BaseError(
                "values",
                "expected as many values as weights, found \(values.count) "
                    + "and \(weights.count)")
        }
        guard values.count <= BaseLimits.outcomes else {
            throw BaseError("values", "expected at most \(BaseLimits.outcomes) values")
        }
        for v in values { try BaseError.check(v, "values", in: .finite) }
        for w in weights { try BaseError.check(w, "weights", in: JobRange(0, 1e300)) }
        guard weights.contains(where: { $0 > 0 }), weights.reduce(0, +).isFinite else {
            throw BaseError("weights", "expected at least one weight above 0")
        }
        try Self.check(dimension: dimension)
        self.values = values
        self.weights = weights
        self.dimension = dimension
        law = DiscreteLaw(values: values, weights: weights.map { DoubleDouble($0) })
    }

    /// None that is a number.
    public var parameters: [(key: String, value: Double)] { [] }
    /// The outcome's number.
    public var scratchColumns: Int { 1 }

    /// Name, values, weights, dimension.
    public var specification: JobNode {
        .base(
            Self.name,
            [
                ("values", .list(values)), ("weights", .list(weights)),
                ("dimension", .number(dimension)),
            ])
    }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        law.fill(words, slot, to: &values, column, scratch: &scratch, free, lanes: lanes)
    }

    /// The categories; of several components there are too many.
    public var listed: (any ListedBase)? { dimension == 1 ? self : nil }
    /// The number of categories.
    public var outcomes: Int { values.count }
    /// A category's weight.
    public func weight(of category: Int) -> Double { weights[category] }
    /// Fills lanes with the categories' values from `first` on.
    public func fill(_ columns: inout Columns, from first: Int, lanes: Int) {
        for lane in 0..<lanes { columns[0, lane] = values[first + lane] }
    }

    /// Discrete.
    public var componentMeasure: DensityMeasure { .count }
    /// log of the probability, to 2^-64.
    public func logDensity(component x: Double) -> Double {
        law.logMass(x)
    }
}
