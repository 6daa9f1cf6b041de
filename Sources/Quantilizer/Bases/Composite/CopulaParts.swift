// SPDX-License-Identifier: Apache-2.0

/// A marginal: made of a normal slot, or of a word.
struct CopulaMarginal {
    let base: any BaseDistribution
    let isOfNormal: Bool
    /// Whether larger words give larger values.
    let isRising: Bool

    init(_ base: any BaseDistribution, name: String) throws(BaseError) {
        self.base = base
        isOfNormal = base is NormalBase || base is LognormalBase
        guard base.dimension == 1,
            isOfNormal || base is any UnivariateBase || base is TruncatedBase
        else {
            throw BaseError(
                name,
                "a marginal of a copula is a univariate law of one value: uniform, normal, gamma, "
                    + "poisson, truncated and the like")
        }
        // The outcomes of a categorical law are in the order in which they are written.
        isRising =
            isOfNormal || base is CategoricalBase
            || Self.value(base, 0) <= Self.value(base, .max)
    }

    private static func value(_ base: any BaseDistribution, _ word: UInt64) -> Double {
        var noise = NoiseBlock(base.noise, capacity: 1)
        noise.words[0, 0] = word
        var values = Columns(count: 1, capacity: 1)
        var scratch = Columns(count: base.scratchColumns, capacity: 1)
        base.transform(
            lanes: 1, noise: noise, values: &values, scratch: &scratch, at: Placement())
        return values[0, 0]
    }

    /// How likely the marginal is to lie beyond a value, on the side that is smaller.
    func tail(_ x: Double) -> CopulaTail {
        if let normal = base as? NormalBase {
            let sd =
                switch normal.spread {
                case .independent(let sd): sd[0]
                case .covariance(let rows): rows[0][0].squareRoot()
                }
            return CopulaTail(score: (x - normal.mean[0]) / sd)
        }
        if let other = base as? LognormalBase {
            return CopulaTail(score: (Elementary.log(x) - other.mu) / other.sigma)
        }
        // The first word whose value is at least x; of a falling law, at most.
        var low: UInt64 = 0
        var high = UInt64.max
        while low < high {
            let middle = low + (high - low) / 2
            let made = Self.value(base, middle)
            if isRising ? made >= x : made <= x { high = middle } else { low = middle + 1 }
        }
        return CopulaTail(word: isRising ? low : ~low)
    }
}

/// A place in the unit interval, with its score where that is known better than the place.
struct CopulaTail {
    let isUpper: Bool
    let probability: Double
    private let exact: Double?

    init(score: Double) {
        exact = score
        isUpper = score > 0
        probability = SpecialFunctions.normalUpperTail(score.magnitude)
    }

    init(word: UInt64) {
        exact = nil
        isUpper = word >> 63 == 1
        probability = (0x1p-65).addingProduct(Double(isUpper ? ~word : word), 0x1p-64)
    }

    var normalScore: Double {
        if let exact { return exact }
        let size = SpecialFunctions.normalUpperQuantile(probability)
        return isUpper ? size : -size
    }
}

/// What Student's t adds to correlated normals.
struct CopulaStudent {
    let df: Double
    private let law: StudentLaw
    private let single: StudentTBase
    private let square: GammaBase
    private let normals = QuantileSampler(NormalLaw())

    init(_ df: Double) throws(BaseError) {
        guard let law = StudentLaw(df) else { throw BaseError("df", "out of range") }
        self.df = df
        self.law = law
        single = try StudentTBase(df: df)
        square = try GammaBase(shape: 0.5 * df, scale: 2 / df)
    }

    /// Normals over the root of a χ²/df that a word gives.
    func divide(
        _ normals: inout Columns, by words: borrowing WordColumns, slot: Int, lanes: Int
    ) {
        var work = Columns(count: 1, capacity: lanes)
        var none = Columns(count: square.scratchColumns, capacity: lanes)
        square.fill(
            lanes: lanes, words: words, slot: slot, values: &work, column: 0, scratch: &none,
            free: 0)
        for lane in 0..<lanes {
            let root = work[0, lane].squareRoot()
            for column in 0..<normals.count { normals[column, lane] /= root }
        }
    }

    /// ⌊2⁶⁴ F(t)⌋, the upper half mirrored.
    func fillWords(
        of scores: borrowing Columns, to words: inout WordColumns, column: Int, lanes: Int
    ) {
        for lane in 0..<lanes {
            let t = scores[column, lane]
            // 0 over a root that is 0.
            let tail = t.isNaN ? 0.5 : Elementary.exp(law.logTail(t.magnitude))
            let low = UInt64(min(tail * 0x1p64, 0x1p63 - 1024))
            words[column, lane] = t > 0 ? ~low : low
        }
    }

    /// Normal scores of words.
    func fillNormals(
        of words: borrowing WordColumns, to scores: inout Columns, column: Int, lanes: Int
    ) {
        normals.fill(
            location: 0, scale: 1, words, column, to: &scores, column, lanes: lanes)
    }

    func score(_ tail: CopulaTail) -> Double {
        let size = SpecialFunctions.studentUpperQuantile(tail.probability, df)
        return tail.isUpper ? size : -size
    }

    func logDensity(_ t: Double) -> Double { single.logDensity(component: t) }

    /// The multivariate t density at a point of so large a quadratic form.
    func logDensity(dimension: Int, square: Double, logRoot: Double) -> Double {
        let d = Double(dimension)
        return Elementary.logGamma(0.5 * (df + d)) - Elementary.logGamma(0.5 * df)
            - 0.5 * d * (Elementary.log(df) + 1.1447298858494002) + logRoot
            - 0.5 * (df + d) * Elementary.log1p(square / df)
    }
}
