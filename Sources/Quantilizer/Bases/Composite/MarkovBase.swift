// SPDX-License-Identifier: Apache-2.0

/// A Markov chain of finitely many states: a value for each of its first steps, the state's number.
///
/// **Determinism**: a word a step, by cumulative tables of 64-bit integers, so probabilities are right
/// to 2^-64.
///
/// **Source**: Norris, *Markov Chains* (1997), doi:10.1017/CBO9780511810633, chapter 1.
public struct MarkovBase: BaseDistribution {
    /// `markov`.
    public static let name = "markov"
    /// States at most.
    static let states = 1_024

    /// Probabilities of the first state.
    public let initial: [Double]
    /// Probabilities of the next state, a row for each state.
    public let transition: [[Double]]
    /// Steps.
    public let dimension: Int
    private let start: CumulativeTable
    private let rows: [CumulativeTable]

    /// How far the sum of probabilities may be from 1.
    static let tolerance = 1e-9

    /// A chain.
    ///
    /// What rounding leaves of a sum of 1 is divided away.
    ///
    /// - Throws: ``BaseError`` where a row has a negative number, does not sum to 1, or has not as
    ///   many numbers as there are states.
    public init(
        initial: [Double], transition: [[Double]], length: Int
    ) throws(BaseError) {
        guard (1...Self.states).contains(transition.count) else {
            throw BaseError("transition", "expected 1 to \(Self.states) rows, one for each state")
        }
        try Self.declaration.check("length", length)
        func table(_ row: [Double], _ key: String, _ name: String) throws(BaseError)
            -> CumulativeTable
        {
            guard row.count == transition.count else {
                throw BaseError(
                    key, "\(name) has \(row.count) probabilities for \(transition.count) states")
            }
            for weight in row { try Self.declaration.check(key, weight) }
            let sum = row.reduce(0, +)
            guard abs(sum - 1) <= Self.tolerance else {
                throw BaseError(
                    key, "expected probabilities that sum to 1, found that \(name) sums to \(sum)")
            }
            return CumulativeTable(weights: row.map { DoubleDouble($0) })
        }
        start = try table(initial, "initial", "the first step")
        var rows: [CumulativeTable] = []
        for (state, row) in transition.enumerated() {
            rows.append(try table(row, "transition", "row \(state)"))
        }
        self.rows = rows
        self.initial = initial
        self.transition = transition
        dimension = length
    }

    /// A word a step.
    public var noise: NoiseLayout { NoiseLayout(words: dimension) }

    /// Step by step.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        start.fill(noise.words, place.word, to: &values, place.value, lanes: lanes)
        for step in 1..<max(1, dimension) {
            for lane in 0..<lanes {
                let state = Int(values[place.value + step - 1, lane])
                values[place.value + step, lane] = Double(
                    rows[state].outcome(noise.words[place.word + step, lane]))
            }
        }
    }

    /// Discrete.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .count, count: dimension)
    }

    /// log of the probability of the path.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = 0.0
        var state = -1
        for step in 0..<dimension {
            guard let next = Int(exactly: values[column + step, lane]), rows.indices.contains(next)
            else { return -.infinity }
            sum += Elementary.log(step == 0 ? start.mass(next) : rows[state].mass(next))
            state = next
        }
        return sum
    }

    /// Name, laws, length.
    public var specification: JobNode {
        .base(
            Self.name,
            [
                ("initial", .list(initial)),
                ("transition", .list(transition.map { .list($0) })), ("length", .number(dimension)),
            ])
    }
}

extension MarkovBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name,
        "A Markov chain of finitely many states: the state's number at each of its first steps.",
        parameters: [
            JobParameter(
                "initial", .numbers(JobRange(0, 1e300), most: states),
                default: .nothing("all states alike"),
                "Probabilities of the first state; they sum to 1."),
            JobParameter(
                "transition", .matrix(JobRange(0, 1e300), most: states),
                "Probabilities of the next state, a row for each state; rows sum to 1."),
            JobParameter("length", .whole(1...BaseLimits.dimension), "Steps.", also: ["steps"]),
        ],
        example: "{ transition: [[0.9, 0.1], [0.5, 0.5]], length: 20 }",
        source: "Norris, Markov Chains (1997), doi:10.1017/CBO9780511810633, chapter 1"
    ) { v throws(BaseError) in
        let transition = v.matrix("transition") ?? []
        let count = max(1, transition.count)
        let even = [Double](repeating: 1 / Double(count), count: count)
        return try MarkovBase(
            initial: v.numbers("initial") ?? even, transition: transition,
            length: v.whole("length"))
    }
}
