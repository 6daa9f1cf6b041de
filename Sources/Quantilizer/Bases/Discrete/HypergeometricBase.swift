// SPDX-License-Identifier: Apache-2.0

/// Hypergeometric: how many of `draws` things, taken without replacement from `population`, are among
/// the `successes` marked ones.
///
/// **Determinism**: a cumulative table in 64-bit integers, each count right to 2^-64; one word a
/// component. **Complexity**: the table holds some 20 standard deviations of counts.
///
/// **Source**: Johnson, Kemp and Kotz, *Univariate Discrete Distributions* (2005),
/// doi:10.1002/0471715816, chapter 6. Sampled by inversion with a guide table: Devroye, section
/// III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct HypergeometricBase: UnivariateBase {
    /// `hypergeometric`.
    public static let name = "hypergeometric"
    /// All things.
    public let population: Int
    /// The marked ones.
    public let successes: Int
    /// The ones taken.
    public let draws: Int
    /// Independent components.
    public let dimension: Int
    private let law: DiscreteLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(
        population: Int, successes: Int, draws: Int, dimension: Int = 1
    ) throws(BaseError) {
        try Self.declaration.check("population", population)
        try Self.declaration.check("successes", successes)
        try Self.declaration.check("draws", draws)
        for (key, value) in [("successes", successes), ("draws", draws)] where value > population {
            throw BaseError(key, "expected at most `population`, \(population), found \(value)")
        }
        try Self.check(dimension: dimension)
        let others = population - successes
        let range = max(0, draws - others)...min(draws, successes)
        let (all, marked, taken) = (Double(population), Double(successes), Double(draws))
        let mode = Int((taken + 1) * ((marked + 1) / (all + 2)))
        let share = marked / max(all, 1)
        let spread = (all - taken) / max(all - 1, 1)
        func product(_ a: Int, _ b: Int) -> DoubleDouble {
            DoubleDouble(Double(a)) * DoubleDouble(Double(b))
        }
        guard
            let law = DiscreteLaw(
                mode: min(max(mode, range.lowerBound), range.upperBound), in: range,
                sd: (taken * share * (1 - share) * spread).squareRoot(),
                up: {
                    product(successes - $0, draws - $0) / product($0 + 1, others - draws + $0 + 1)
                },
                down: {
                    product($0, others - draws + $0) / product(successes - $0 + 1, draws - $0 + 1)
                })
        else {
            throw BaseError(
                "draws",
                "too many for an exact table of counts: use a normal of the same mean and sd")
        }
        self.law = law
        self.population = population
        self.successes = successes
        self.draws = draws
        self.dimension = dimension
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [
            ("population", Double(population)), ("successes", Double(successes)),
            ("draws", Double(draws)),
        ]
    }

    /// The outcome's number.
    public var scratchColumns: Int { 1 }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        law.fill(words, slot, to: &values, column, scratch: &scratch, free, lanes: lanes)
    }

    /// Discrete.
    public var componentMeasure: DensityMeasure { .count }
    /// log of the probability, to 2^-64.
    public func logDensity(component x: Double) -> Double { law.logMass(x) }
}

extension HypergeometricBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Marked things among those taken without replacement.",
        also: ["hypergeom"],
        parameters: [
            JobParameter(
                "population", .whole(0...1_000_000_000_000_000),
                "All things.", also: ["total"]),
            JobParameter(
                "successes", .whole(0...1_000_000_000_000_000),
                "The marked ones among them.", also: ["marked"]),
            JobParameter(
                "draws", .whole(0...1_000_000_000_000_000),
                "The ones that are taken.", also: ["nsample"]),
            .dimension,
        ],
        example: "{ population: 50, successes: 5, draws: 10 }",
        source: Literature.discrete(chapter: 6)
    ) { v throws(BaseError) in
        try HypergeometricBase(
            population: v.whole("population"), successes: v.whole("successes"),
            draws: v.whole("draws"), dimension: v.dimension)
    }
}
