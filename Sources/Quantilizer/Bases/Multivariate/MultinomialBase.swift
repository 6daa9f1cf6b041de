// SPDX-License-Identifier: Apache-2.0

/// Multinomial: how many of so many trials have each outcome.
///
/// **Determinism**: one word a trial, by a cumulative table in 64-bit integers, so that each trial's
/// probabilities are right to 2^-64. **Complexity**: O(trials) a sample.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Discrete Multivariate Distributions* (1997),
/// chapter 35. Sampled trial by trial: Devroye, section III.2.4, doi:10.1007/978-1-4613-8643-8.
public struct MultinomialBase: BaseDistribution {
    /// `multinomial`.
    public static let name = "multinomial"
    /// Trials, each of which takes a word of noise.
    public let trials: Int
    /// Weights, proportional to the outcomes' probabilities.
    public let weights: [Double]
    private let table: CumulativeTable

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(trials: Int, weights: [Double]) throws(BaseError) {
        try Self.declaration.check("trials", trials)
        guard (2...BaseLimits.dimension).contains(weights.count) else {
            throw BaseError("weights", "expected 2 to \(BaseLimits.dimension) outcomes")
        }
        for weight in weights { try Self.declaration.check("weights", weight) }
        guard weights.contains(where: { $0 > 0 }), weights.reduce(0, +).isFinite else {
            throw BaseError("weights", "expected at least one weight above 0")
        }
        self.trials = trials
        self.weights = weights
        table = CumulativeTable(weights: weights.map { DoubleDouble($0) })
    }

    /// As many as outcomes.
    public var dimension: Int { weights.count }
    /// A word a trial.
    public var noise: NoiseLayout { NoiseLayout(words: trials) }
    /// A trial's outcome.
    public var scratchColumns: Int { 1 }

    /// Trial by trial.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for i in 0..<dimension {
            for lane in 0..<lanes { values[place.value + i, lane] = 0 }
        }
        for trial in 0..<trials {
            table.fill(
                noise.words, place.word + trial, to: &scratch, place.scratch, lanes: lanes)
            for lane in 0..<lanes {
                values[place.value + Int(scratch[place.scratch, lane]), lane] += 1
            }
        }
    }

    /// Discrete.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .count, count: dimension)
    }

    /// log of trials! / Π kᵢ! · Π pᵢ^kᵢ.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = Elementary.logGamma(Double(trials) + 1)
        var seen = 0.0
        for i in 0..<dimension {
            let k = values[column + i, lane]
            guard k >= 0, k == k.rounded(), k <= Double(trials) else { return -.infinity }
            if k > 0 { sum += k * Elementary.log(table.mass(i)) - Elementary.logGamma(k + 1) }
            seen += k
        }
        return seen == Double(trials) ? sum : -.infinity
    }

    /// Name, trials, weights.
    public var specification: JobNode {
        .base(Self.name, [("trials", .number(trials)), ("weights", .list(weights))])
    }
}

extension MultinomialBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Multinomial: how many of so many trials have each outcome.",
        parameters: [
            JobParameter(
                "trials", .whole(1...BaseLimits.dimension), "Trials, a word of noise each.",
                also: ["n"]),
            JobParameter(
                "probabilities", .numbers(JobRange(0, 1e300), most: BaseLimits.dimension),
                default: .nothing("`weights`"), "The outcomes' probabilities; they sum to 1.",
                also: ["p"]),
            JobParameter(
                "weights", .numbers(JobRange(0, 1e300), most: BaseLimits.dimension),
                default: .nothing("`probabilities`"),
                "Numbers proportional to the probabilities, in their place."),
        ],
        choices: [.init(keys: ["probabilities", "weights"], isOptional: false)],
        example: "{ trials: 10, probabilities: [0.2, 0.3, 0.5] }",
        source:
            "Johnson, Kotz and Balakrishnan, Discrete Multivariate Distributions (1997), chapter 35"
    ) { v throws(BaseError) in
        try MultinomialBase(
            trials: v.whole("trials"), weights: try CategoricalBase.weights(v))
    }
}
