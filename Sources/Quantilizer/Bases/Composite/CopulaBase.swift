// SPDX-License-Identifier: Apache-2.0

/// Named marginals with a dependence of their own: a Gaussian copula, or Student's t.
///
/// Correlated normals y = L z, of t divided by the root of a shared χ²/df, are turned into uniform
/// words by their distribution function, and each marginal is made of its word. So every marginal has
/// its law exactly, and with correlation ρ Kendall's τ is 2/π · asin ρ for both copulas.
///
/// **Determinism**: one normal slot a marginal, then one word for t's χ². A normal or lognormal
/// marginal of a Gaussian copula is made of its normal; of the others the words are right to 2^-64 in
/// both tails.
/// **Complexity**: one allocation a block; t takes its distribution function for each value, about a
/// microsecond.
///
/// **Source**: Nelsen, *An Introduction to Copulas* (2006), doi:10.1007/0-387-28678-0; t's copula:
/// Demarta and McNeil 2005, doi:10.1111/j.1751-5823.2005.tb00254.x.
public struct CopulaBase: BaseDistribution {
    /// `copula`.
    public static let name = "copula"
    /// Degrees of freedom of t's copula.
    public static let degrees = JobRange(0.5, 1e6)

    /// The marginals.
    public let marginals: [(name: String, base: any BaseDistribution)]
    /// The correlations of the normals.
    public let correlation: [[Double]]
    /// Degrees of freedom of t's copula; nil for the Gaussian.
    public let df: Double?

    private let parts: [CopulaMarginal]
    private let normal: NormalBase
    private let student: CopulaStudent?
    /// What the marginals need.
    public let scratchColumns: Int

    /// A copula.
    ///
    /// - Throws: ``BaseError`` where a marginal has more than one value or no order, there are
    ///   fewer than two, or the matrix is no correlation matrix of their number.
    public init(
        _ marginals: [(name: String, base: any BaseDistribution)], correlation: [[Double]],
        df: Double? = nil
    ) throws(BaseError) {
        let count = marginals.count
        guard count >= 2 else { throw BaseError("marginals", "expected at least two marginals") }
        guard correlation.count == count, correlation.allSatisfy({ $0.count == count }) else {
            throw BaseError(
                "correlation", "expected \(count) rows of \(count) numbers, as many as marginals")
        }
        for (i, row) in correlation.enumerated() {
            if row[i] != 1 {
                throw BaseError(
                    "correlation", "expected 1 on the diagonal, found [\(i)][\(i)] = \(row[i])")
            }
            for value in row where !(value.magnitude <= 1) {
                throw BaseError("correlation", "expected numbers from -1 to 1, found \(value)")
            }
        }
        do {
            normal = try NormalBase(
                mean: [Double](repeating: 0, count: count), covariance: correlation)
        } catch {
            throw BaseError("correlation", error.message)
        }
        if let df {
            try Self.declaration.check("df", df)
            student = try CopulaStudent(df)
        } else {
            student = nil
        }
        var parts: [CopulaMarginal] = []
        for (name, base) in marginals { parts.append(try CopulaMarginal(base, name: name)) }
        self.parts = parts
        self.marginals = marginals
        self.correlation = correlation
        self.df = df
        scratchColumns = marginals.reduce(0) { max($0, $1.base.scratchColumns) }
    }

    /// As many as marginals.
    public var dimension: Int { marginals.count }
    /// The marginals' names.
    public var componentNames: [String] { marginals.map(\.name) }
    /// A normal a marginal, and a word for t's χ².
    public var noise: NoiseLayout { NoiseLayout(normals: dimension, words: df == nil ? 0 : 1) }

    /// Scores, words, marginals.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        var inner = NoiseBlock(
            NoiseLayout(normals: dimension, words: dimension), capacity: lanes)
        normal.transform(
            lanes: lanes, noise: noise, values: &inner.normals, scratch: &scratch,
            at: Placement(normal: place.normal))
        if let student {
            student.divide(&inner.normals, by: noise.words, slot: place.word, lanes: lanes)
        }
        var work = Columns(count: 2, capacity: lanes)
        for (i, part) in parts.enumerated() {
            if student == nil, part.isOfNormal { continue }
            if let student {
                student.fillWords(of: inner.normals, to: &inner.words, column: i, lanes: lanes)
            } else {
                for lane in 0..<lanes {
                    work[0, lane] = inner.normals[i, lane].magnitude * NormalScore.rootHalf
                }
                Kernels.apply(.erfc, &work, from: 0, to: 1, lanes: lanes)
                for lane in 0..<lanes {
                    inner.words[i, lane] = NormalScore.word(
                        inner.normals[i, lane], twoTails: work[1, lane])
                }
            }
            if part.isOfNormal {
                student?.fillNormals(of: inner.words, to: &inner.normals, column: i, lanes: lanes)
            } else if !part.isRising {
                for lane in 0..<lanes { inner.words[i, lane] = ~inner.words[i, lane] }
            }
        }
        var own = Placement(value: place.value, scratch: place.scratch)
        for part in parts {
            part.base.transform(
                lanes: lanes, noise: inner, values: &values, scratch: &scratch, at: own)
            own.normal += 1
            own.word += 1
            own.value += 1
        }
    }

    /// Name, marginals, correlations, degrees of freedom.
    public var specification: JobNode {
        var entries: [(String, JobNode)] = [
            ("marginals", .mapping(marginals.map { ($0.name, $0.base.specification) })),
            ("correlation", .list(correlation.map { .list($0) })),
        ]
        if let df { entries.append(("df", .number(df))) }
        return .base(Self.name, entries)
    }

    /// Continuous, where all marginals are.
    public var densityMeasures: [DensityMeasure]? {
        guard parts.allSatisfy({ $0.base.densityMeasures == [.length] }) else { return nil }
        return [DensityMeasure](repeating: .length, count: dimension)
    }

    /// The marginals' densities times the copula's at their scores.
    ///
    /// **Complexity**: O(dimension²), and up to 64 values of each marginal that is not normal.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        guard densityMeasures != nil else { return .nan }
        var sum = 0.0
        var scores: [Double] = []
        for (i, part) in parts.enumerated() {
            let x = values[column + i, lane]
            let own = part.base.logDensity(lane: lane, values: values, at: column + i)
            guard own > -.infinity else { return own }
            let tail = part.tail(x)
            let score = student?.score(tail) ?? tail.normalScore
            sum += own - (student?.logDensity(score) ?? Self.logDensity(score))
            scores.append(score)
        }
        let joint = normal.logDensity(of: scores)
        guard let student else { return sum + joint }
        let zero = normal.logDensity(of: [Double](repeating: 0, count: dimension))
        // −½ ln|R| and the quadratic form, from the normal density.
        let root = zero + Double(dimension) * Elementary.halfLogTwoPi
        return sum
            + student.logDensity(
                dimension: dimension, square: 2 * (zero - joint), logRoot: root)
    }

    private static func logDensity(_ z: Double) -> Double {
        -0.5 * z * z - Elementary.halfLogTwoPi
    }
}

extension CopulaBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Named marginals with a dependence of their own: a Gaussian copula, or Student's t.",
        parameters: [
            JobParameter(
                "marginals", .bases, "Names with univariate laws of one value, at least two."),
            JobParameter(
                "correlation", .numberOrMatrix(JobRange(-1, 1), most: BaseLimits.dimension),
                "The normals' correlations, in the order of the marginals: positive definite, with "
                    + "ones on the diagonal; or one for all pairs.", also: ["rho"]),
            JobParameter(
                "df", .number(degrees), default: .nothing("the Gaussian copula"),
                "Degrees of freedom of Student's t copula.", also: ["nu"]),
        ],
        example: "{ marginals: { load: { gumbel: {} }, strength: { weibull: { shape: 8 } } }, "
            + "correlation: 0.6 }",
        source: "Nelsen, An Introduction to Copulas (2006), doi:10.1007/0-387-28678-0; "
            + "Demarta and McNeil, doi:10.1111/j.1751-5823.2005.tb00254.x"
    ) { v throws(BaseError) in
        let marginals = v.bases("marginals")
        let count = marginals.count
        let correlation =
            v.optional("correlation").map { rho in
                // One number for every pair.
                (0..<count).map { i in (0..<count).map { $0 == i ? 1 : rho } }
            } ?? v.matrix("correlation") ?? []
        return try CopulaBase(marginals, correlation: correlation, df: v.optional("df"))
    }
}
