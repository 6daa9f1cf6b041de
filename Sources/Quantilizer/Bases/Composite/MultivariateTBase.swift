// SPDX-License-Identifier: Apache-2.0

/// Multivariate Student's t: location + L z / √(χ²/df), z standard normals, L Lᵀ the scale matrix.
///
/// All components share the χ², so they are extreme together. The covariance is df / (df − 2) times
/// the scale matrix, where df is above 2.
/// **Determinism**: a normal slot a component, then one word for χ².
/// **Complexity**: that of normal vectors, and one allocation a block.
///
/// **Source**: Kotz and Nadarajah, *Multivariate t Distributions and Their Applications* (2004),
/// doi:10.1017/CBO9780511550683, section 1.1, which is also how it is sampled.
public struct MultivariateTBase: BaseDistribution {
    /// `multivariate-student-t`.
    public static let name = "multivariate-student-t"
    /// Degrees of freedom.
    public let df: Double
    /// The medians.
    public let location: [Double]
    /// The scale matrix, row by row.
    public let scale: [[Double]]
    private let normal: NormalBase
    private let student: CopulaStudent

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter; a matrix that is not positive definite by its pivot.
    public init(df: Double, location: [Double], scale: [[Double]]) throws(BaseError) {
        try Self.declaration.check("df", df)
        for x in location { try Self.declaration.check("location", x) }
        guard location.count == scale.count else {
            throw BaseError(
                "location",
                "expected \(scale.count) numbers, as many as rows, found \(location.count)")
        }
        do {
            normal = try NormalBase(
                mean: [Double](repeating: 0, count: scale.count), covariance: scale)
        } catch {
            throw BaseError("scale", error.message)
        }
        student = try CopulaStudent(df)
        self.df = df
        self.location = location
        self.scale = scale
    }

    /// As many as rows.
    public var dimension: Int { scale.count }
    /// A normal a component, and a word for χ².
    public var noise: NoiseLayout { NoiseLayout(normals: dimension, words: 1) }

    /// Normals, divided, moved.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        var inner = Columns(count: dimension, capacity: lanes)
        normal.transform(
            lanes: lanes, noise: noise, values: &inner, scratch: &scratch,
            at: Placement(normal: place.normal))
        student.divide(&inner, by: noise.words, slot: place.word, lanes: lanes)
        for i in 0..<dimension {
            for lane in 0..<lanes {
                values[place.value + i, lane] = inner[i, lane] + location[i]
            }
        }
    }

    /// Continuous.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .length, count: dimension)
    }

    /// The density of t at the normals' quadratic form.
    ///
    /// **Complexity**: O(dimension²).
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var offset: [Double] = []
        for i in 0..<dimension { offset.append(values[column + i, lane] - location[i]) }
        let zero = normal.logDensity(of: [Double](repeating: 0, count: dimension))
        let square = 2 * (zero - normal.logDensity(of: offset))
        // −½ log of the determinant, from the normal density.
        let root = zero + Double(dimension) * Elementary.halfLogTwoPi
        return student.logDensity(dimension: dimension, square: square, logRoot: root)
    }

    /// Name, degrees of freedom, medians, matrix.
    public var specification: JobNode {
        .base(
            Self.name,
            [
                ("df", .number(df)), ("location", .list(location)),
                ("scale", .list(scale.map { .list($0) })),
            ])
    }
}

extension MultivariateTBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Multivariate Student's t: normal vectors over the root of one χ²/df.",
        also: ["multivariate-t"],
        parameters: [
            JobParameter(
                "df", .number(CopulaBase.degrees), "Degrees of freedom, not necessarily whole.",
                also: ["nu"]),
            JobParameter(
                "location", .numberOrList(.finite, most: BaseLimits.dimension),
                default: .number(0), unit: "value", "The medians.", also: ["loc", "mu"]),
            JobParameter(
                "scale", .matrix(.finite, most: BaseLimits.dimension), unit: "value²",
                "The scale matrix, symmetric and positive definite: the covariance times "
                    + "(df − 2) / df, where df is above 2.",
                also: ["shape"]),
        ],
        example: "{ df: 4, location: [1, 2], scale: [[2, 0.6], [0.6, 1]] }",
        source: "Kotz and Nadarajah, Multivariate t Distributions and Their Applications (2004), "
            + "doi:10.1017/CBO9780511550683, section 1.1"
    ) { v throws(BaseError) in
        let scale = v.matrix("scale") ?? []
        var location = v.numbers("location") ?? []
        if location.count == 1 {
            location = [Double](repeating: location[0], count: scale.count)
        }
        return try MultivariateTBase(df: v.number("df"), location: location, scale: scale)
    }
}
