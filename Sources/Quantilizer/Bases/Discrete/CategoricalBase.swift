// SPDX-License-Identifier: Apache-2.0

/// Finitely many values with given probabilities.
///
/// **Determinism**: a cumulative table in 64-bit integers in the order given; one word a component.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 1. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
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
    /// How far the sum of probabilities may be from 1.
    private static let tolerance = 1e-9

    /// Such a base; by default the values are 0, 1, 2, …
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
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
        for v in values { try Self.declaration.check("values", v) }
        for w in weights { try Self.declaration.check("weights", w) }
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

extension CategoricalBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Finitely many values with given probabilities.", also: ["discrete"],
        parameters: [
            JobParameter(
                "values", .numbers(.finite, most: BaseLimits.outcomes),
                default: .nothing("0, 1, 2, …"), unit: "value", "The values."),
            JobParameter(
                "probabilities", .numbers(JobRange(0, 1e300), most: BaseLimits.outcomes),
                default: .nothing("`weights`"), "Their probabilities; they sum to 1.",
                also: ["p"]),
            JobParameter(
                "weights", .numbers(JobRange(0, 1e300), most: BaseLimits.outcomes),
                default: .nothing("`probabilities`"),
                "Numbers proportional to the probabilities, in their place."),
            .dimension,
        ],
        choices: [.init(keys: ["probabilities", "weights"], isOptional: false)],
        example: "{ values: [-1, 0, 7], probabilities: [0.2, 0.5, 0.3] }",
        source: Literature.discrete(chapter: 1)
    ) { v throws(BaseError) in
        try CategoricalBase(
            values: v.numbers("values"), weights: try weights(v), dimension: v.dimension)
    }

    /// `probabilities`, which must sum to 1, or `weights`.
    static func weights(_ v: BaseValues) throws(BaseError) -> [Double] {
        guard let probabilities = v.numbers("probabilities") else {
            return v.numbers("weights") ?? []
        }
        let sum = probabilities.reduce(0, +)
        if abs(sum - 1) > tolerance {
            throw BaseError(
                "probabilities",
                "expected probabilities that sum to 1, found the sum \(sum): "
                    + "write `weights` for numbers that need not")
        }
        return probabilities
    }
}
