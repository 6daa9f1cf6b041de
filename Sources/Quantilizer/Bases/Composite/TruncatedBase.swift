// SPDX-License-Identifier: Apache-2.0

/// A law of independent equal components, each conditioned on an interval.
///
/// Such a law is a monotone function of one word, so the interval is a range of words: a sample's word
/// is mapped into it. There is no rejection, and a sample takes the slots that it always took.
///
/// **Determinism**: the ends are found by bisection of the words; ⌊w · words / 2^64⌋ of them. Values
/// that rounding leaves outside are put on the end.
/// **Complexity**: that of the law, and one allocation a block.
///
/// **Source**: Devroye, *Non-Uniform Random Variate Generation* (1986),
/// doi:10.1007/978-1-4613-8643-8, section II.2.
public struct TruncatedBase: BaseDistribution {
    /// `truncated`.
    public static let name = "truncated"
    /// Words that an interval has at least: its mass is then right to 2^-24.
    static let leastWords: UInt64 = 1 << 24

    /// The law that is cut; of a normal, one that is a function of a word.
    let law: any UnivariateBase
    /// What the job says of it.
    private let inner: JobNode
    /// The interval's lower end, −∞ for none.
    public let lower: Double
    /// The interval's upper end, ∞ for none.
    public let upper: Double
    private let words: ClosedRange<UInt64>

    /// A law on an interval.
    ///
    /// - Throws: ``BaseError`` where the base is not of independent equal components, the ends are
    ///   not in order, or the interval holds less than 2^-40 of the law.
    public init(
        _ base: any BaseDistribution, lower: Double, upper: Double
    ) throws(BaseError) {
        guard let law = Self.monotone(base) else {
            throw BaseError(
                "base",
                "only laws of equal independent components can be truncated: uniform, normal (one "
                    + "mean and sd), exponential, gamma and the like; of a lognormal law truncate the "
                    + "normal one and write exp in the formula")
        }
        guard lower < upper || lower == upper && law.componentMeasure == .count else {
            throw BaseError("lower", "expected a lower end below the upper one")
        }
        self.law = law
        inner = base.specification
        self.lower = lower
        self.upper = upper
        let search = WordSearch(law)
        let (first, last) = search.words(from: lower, to: upper)
        guard let first, let last, first <= last, last - first >= Self.leastWords - 1 else {
            throw BaseError(
                "", "the interval holds less than 2^-40 of the base: sample the tail by a method")
        }
        words = first...last
    }

    private static func monotone(_ base: any BaseDistribution) -> (any UnivariateBase)? {
        if let law = base as? any UnivariateBase {
            // A categorical law's values need not be in order.
            return law is CategoricalBase ? nil : law
        }
        guard let normal = base as? NormalBase, case .independent(let sd) = normal.spread,
            normal.mean.allSatisfy({ $0 == normal.mean[0] }), sd.allSatisfy({ $0 == sd[0] })
        else { return nil }
        return WordNormal(mean: normal.mean[0], sd: sd[0], dimension: normal.dimension)
    }

    /// That of the law.
    public var dimension: Int { law.dimension }
    /// A word a component.
    public var noise: NoiseLayout { NoiseLayout(words: dimension) }
    /// Those of the law.
    public var scratchColumns: Int { law.scratchColumns }
    /// The share of the law that the interval holds.
    public var mass: Double { (Double(words.upperBound - words.lowerBound) + 1) * 0x1p-64 }

    /// Component by component.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        var mapped = WordColumns(count: 1, capacity: lanes)
        let count = words.upperBound - words.lowerBound &+ 1
        for i in 0..<dimension {
            for lane in 0..<lanes {
                let word = noise.words[place.word + i, lane]
                // All words are the range's where their number does not fit.
                mapped[0, lane] =
                    count == 0
                    ? word : words.lowerBound + word.multipliedFullWidth(by: count).high
            }
            law.fill(
                lanes: lanes, words: mapped, slot: 0, values: &values, column: place.value + i,
                scratch: &scratch, free: place.scratch)
            for lane in 0..<lanes {
                let x = values[place.value + i, lane]
                values[place.value + i, lane] = x < lower ? lower : x > upper ? upper : x
            }
        }
    }

    /// Those of the law.
    public var densityMeasures: [DensityMeasure]? { law.densityMeasures }

    /// That of the law, over the interval's mass.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = 0.0
        for i in 0..<dimension {
            let x = values[column + i, lane]
            guard x >= lower, x <= upper else { return -.infinity }
            sum += law.logDensity(component: x) - Elementary.log(mass)
        }
        return sum
    }

    /// Name, law, ends.
    public var specification: JobNode {
        var entries: [(String, JobNode)] = [("base", inner)]
        if lower > -.infinity { entries.append(("lower", .number(lower))) }
        if upper < .infinity { entries.append(("upper", .number(upper))) }
        return .base(Self.name, entries)
    }
}

/// Finds the words whose values lie in an interval.
private struct WordSearch {
    private let law: any UnivariateBase
    private let isRising: Bool

    init(_ law: any UnivariateBase) {
        self.law = law
        isRising = Self.value(law, 0) <= Self.value(law, .max)
    }

    private static func value(_ law: any UnivariateBase, _ word: UInt64) -> Double {
        var words = WordColumns(count: 1, capacity: 1)
        var values = Columns(count: 1, capacity: 1)
        var scratch = Columns(count: law.scratchColumns, capacity: 1)
        words[0, 0] = word
        law.fill(
            lanes: 1, words: words, slot: 0, values: &values, column: 0, scratch: &scratch, free: 0)
        return values[0, 0]
    }

    /// The first word of which something is true that stays true; nil where it never is.
    private func first(_ isTrue: (Double) -> Bool) -> UInt64? {
        guard isTrue(Self.value(law, .max)) else { return nil }
        var low: UInt64 = 0
        var high = UInt64.max
        while low < high {
            let middle = low + (high - low) / 2
            if isTrue(Self.value(law, middle)) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func words(from lower: Double, to upper: Double) -> (UInt64?, UInt64?) {
        let enters = first { isRising ? $0 >= lower : $0 <= upper }
        let leaves = first { isRising ? $0 > upper : $0 < lower }
        return (enters, leaves.map { $0 == 0 ? nil : $0 - 1 } ?? .max)
    }
}

/// The normal law as a function of one word a component.
private struct WordNormal: UnivariateBase {
    static let name = "normal"
    let mean: Double
    let sd: Double
    let dimension: Int
    private let sampler = QuantileSampler(NormalLaw())

    init(mean: Double, sd: Double, dimension: Int) {
        self.mean = mean
        self.sd = sd
        self.dimension = dimension
    }

    var parameters: [(key: String, value: Double)] { [("mean", mean), ("sd", sd)] }

    func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(
            location: mean, scale: sd, words, slot, to: &values, column, lanes: lanes)
    }

    func logDensity(component x: Double) -> Double {
        let z = (x - mean) / sd
        return -0.5 * z * z - Elementary.halfLogTwoPi - Elementary.log(sd)
    }
}

/// The standard normal, as a function of one word.
struct NormalLaw: QuantileLaw {
    var map: TableMap { .identity }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        let size = SpecialFunctions.normalUpperQuantile(Elementary.exp(log))
        return tail == .upper ? size : -size
    }
}

extension TruncatedBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "A law of independent equal components, each conditioned on an interval.",
        parameters: [
            JobParameter(
                "base", .base,
                "The law: univariate but not `categorical`, or `normal` with one mean and sd."),
            JobParameter(
                "lower", .number(.finite), default: .nothing("no end"), unit: "value",
                "The interval's lower end.", also: ["low", "min"]),
            JobParameter(
                "upper", .number(.finite), default: .nothing("no end"), unit: "value",
                "The interval's upper end.", also: ["high", "max"]),
        ],
        example: "{ base: { normal: {} }, lower: 2, upper: 5 }",
        source: "Devroye, Non-Uniform Random Variate Generation (1986), "
            + "doi:10.1007/978-1-4613-8643-8, section II.2"
    ) { v throws(BaseError) in
        guard v.has("lower") || v.has("upper") else {
            throw BaseError("", "expected `lower` or `upper`")
        }
        return try TruncatedBase(
            v.base("base"), lower: v.optional("lower") ?? -.infinity,
            upper: v.optional("upper") ?? .infinity)
    }
}
