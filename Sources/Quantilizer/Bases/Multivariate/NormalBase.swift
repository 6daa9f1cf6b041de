// SPDX-License-Identifier: Apache-2.0

/// Normal vectors: independent components, or a full covariance by its Cholesky factor.
///
/// **Determinism**: x = mean + L z over the normal slots, one fused multiply-add a factor, in the
/// order of the slots; with mean 0 and sd 1 the slots themselves.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 13; vectors: Kotz, Balakrishnan and Johnson, *Continuous Multivariate Distributions* 1
/// (2000), doi:10.1002/0471722065, chapter 45. Sampled as Box and Muller 1958,
/// doi:10.1214/aoms/1177706645, and by a linear map: Devroye, chapter XI,
/// doi:10.1007/978-1-4613-8643-8.
public struct NormalBase: BaseDistribution {
    /// `normal`.
    public static let name = "normal"
    /// How the components vary.
    public enum Spread: Sendable, Hashable {
        /// Independently, by these standard deviations.
        case independent([Double])
        /// Together, by this covariance matrix, row by row.
        case covariance([[Double]])
    }

    /// The means.
    public let mean: [Double]
    /// The standard deviations or the covariance.
    public let spread: Spread
    /// For each component the factors of slots 0, 1, … up to its own, or of its own alone.
    private let factors: [[Double]]

    /// Standard normals.
    ///
    /// - Throws: ``BaseError`` where the dimension is not from 1 to ``BaseLimits/dimension``.
    public init(dimension: Int) throws(BaseError) {
        try Self.check(dimension)
        try self.init(
            mean: [Double](repeating: 0, count: dimension),
            sd: [Double](repeating: 1, count: dimension))
    }

    /// Independent components.
    ///
    /// - Throws: ``BaseError`` where the lists have different lengths, or a number is out of its
    ///   range.
    public init(mean: [Double], sd: [Double]) throws(BaseError) {
        try Self.check(mean.count)
        guard sd.count == mean.count else {
            throw BaseError("sd", "expected \(mean.count) numbers, as many as means")
        }
        for m in mean { try Self.declaration.check("mean", m) }
        for s in sd { try Self.declaration.check("sd", s) }
        for (m, s) in zip(mean, sd) where !(abs(m) + 10 * s).isFinite {
            throw BaseError("sd", "some values would be too large for a double")
        }
        self.mean = mean
        spread = .independent(sd)
        factors = sd.map { [$0] }
    }

    /// Dependent components.
    ///
    /// - Throws: ``BaseError`` where the matrix is not symmetric (to 1e-12 of its diagonal) or not
    ///   positive definite, naming the pivot that fails.
    public init(mean: [Double], covariance: [[Double]]) throws(BaseError) {
        let d = mean.count
        try Self.check(d)
        for m in mean { try Self.declaration.check("mean", m) }
        guard covariance.count == d, covariance.allSatisfy({ $0.count == d }) else {
            throw BaseError("covariance", "expected \(d) rows of \(d) numbers, as many as means")
        }
        for row in covariance {
            for c in row { try Self.declaration.check("covariance", c) }
        }
        for i in 0..<d {
            for j in 0..<i {
                let (a, b) = (covariance[i][j], covariance[j][i])
                let size = max(covariance[i][i].magnitude, covariance[j][j].magnitude)
                if abs(a - b) > 1e-12 * size {
                    throw BaseError(
                        "covariance",
                        "not symmetric: [\(i)][\(j)] is \(a), but [\(j)][\(i)] is \(b)")
                }
            }
        }
        var l = [[Double]](repeating: [], count: d)
        for i in 0..<d {
            for j in 0...i {
                var sum = covariance[i][j]
                for k in 0..<j { sum = sum.addingProduct(-l[i][k], l[j][k]) }
                if j < i {
                    l[i].append(sum / l[j][j])
                } else {
                    // A pivot lost to rounding is as bad as a negative one.
                    guard sum > 1e-14 * covariance[i][i], sum.isFinite else {
                        throw BaseError(
                            "covariance",
                            "not positive definite: the pivot of row \(i) is \(sum); "
                                + "leave out the component that the earlier ones determine")
                    }
                    l[i].append(sum.squareRoot())
                }
            }
        }
        self.mean = mean
        spread = .covariance(covariance)
        factors = l
    }

    /// As many as means.
    public var dimension: Int { mean.count }
    /// A normal a component.
    public var noise: NoiseLayout { NoiseLayout(normals: dimension) }

    /// With mean 0 and sd 1.
    public var passesNormalsThrough: Bool {
        guard case .independent(let sd) = spread else { return false }
        return mean.allSatisfy { $0 == 0 } && sd.allSatisfy { $0 == 1 }
    }

    /// Component by component.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        let isPlain = passesNormalsThrough
        for i in 0..<dimension {
            fill(i, isPlain: isPlain, lanes: lanes, noise: noise, values: &values, at: place)
        }
    }

    private func fill(
        _ i: Int, isPlain: Bool, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        at place: Placement
    ) {
        if isPlain {
            for lane in 0..<lanes {
                values[place.value + i, lane] = noise.normals[place.normal + i, lane]
            }
            return
        }
        let own = factors[i].count == i + 1 ? 0 : i
        Kernels.combine(
            noise.normals, first: place.normal + own, coefficients: factors[i],
            shift: mean[i], to: &values, place.value + i, lanes: lanes)
    }

    /// A normal each, where they are independent.
    public var componentSlots: [NoiseSlot] {
        guard case .independent = spread else { return [] }
        return (0..<dimension).map { .normal($0) }
    }

    /// The component's normal alone.
    public func transform(
        component: Int, lanes: Int, noise: borrowing NoiseBlock, values: inout Columns,
        scratch: inout Columns, at place: Placement
    ) {
        fill(
            component, isPlain: passesNormalsThrough, lanes: lanes, noise: noise, values: &values,
            at: place)
    }

    /// Name, mean and spread; repeated numbers only once.
    public var specification: JobNode {
        var entries: [(String, JobNode)] = []
        switch spread {
        case .independent(let sd):
            entries.append(("mean", Self.short(mean)))
            entries.append(("sd", Self.short(sd)))
            entries.append(("dimension", .number(dimension)))
        case .covariance(let rows):
            entries.append(("mean", .list(mean)))
            entries.append(("covariance", .list(rows.map { .list($0) })))
        }
        return .base(Self.name, entries)
    }

    private static func short(_ numbers: [Double]) -> JobNode {
        numbers.allSatisfy { $0 == numbers[0] } ? .number(numbers[0]) : .list(numbers)
    }

    private static func check(_ dimension: Int) throws(BaseError) {
        try declaration.check("dimension", dimension)
    }

    /// Continuous.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .length, count: dimension)
    }

    /// The density of the slots that give the values, over the determinant of the factors.
    ///
    /// **Complexity**: O(dimension), with a covariance its square.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var slots = [Double](repeating: 0, count: dimension)
        var squares = 0.0
        for i in 0..<dimension {
            let row = factors[i]
            let own = row.count - 1
            var rest = values[column + i, lane] - mean[i]
            if own == i { for j in 0..<i { rest = rest.addingProduct(-row[j], slots[j]) } }
            slots[i] = rest / row[own]
            squares += slots[i] * slots[i]
        }
        return -0.5 * squares - logDeterminant - Double(dimension) * Elementary.halfLogTwoPi
    }

    private var logDeterminant: Double {
        factors.reduce(0) { $0 + Elementary.log($1[$1.count - 1]) }
    }
}

extension NormalBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Normal vectors: independent components, or a covariance.",
        also: ["gaussian", "norm"],
        parameters: [
            JobParameter(
                "dimension", .whole(1...BaseLimits.dimension),
                default: .nothing("the length of the lists, else 1"), "Components.",
                also: ["size"]),
            JobParameter(
                "mean", .numberOrList(.finite, most: BaseLimits.dimension), default: .number(0),
                unit: "value", "The means.", also: ["mu", "loc"]),
            JobParameter(
                "sd", .numberOrList(.positive, most: BaseLimits.dimension), default: .number(1),
                unit: "value", "The standard deviations.", also: ["sigma", "scale", "std"]),
            JobParameter(
                "covariance", .matrix(.finite, most: BaseLimits.dimension),
                default: .nothing("independent components"), unit: "value²",
                "The covariances in place of `sd`: symmetric and positive definite.",
                also: ["cov"]),
        ],
        choices: [.init(keys: ["sd", "covariance"], isOptional: true)],
        example: "{ mean: [0, 1], sd: 2 }",
        source: Literature.continuous(1, chapter: 13) + "; Wichura, doi:10.2307/2347330"
    ) { v throws(BaseError) in
        let mean = v.numbers("mean") ?? []
        let sd = v.numbers("sd") ?? []
        let covariance = v.matrix("covariance")
        // The dimension is said, or is the length of a list; all that say it must agree.
        var n = v.has("dimension") ? v.dimension : nil
        for (key, length) in [
            ("mean", mean.count), ("sd", sd.count), ("covariance", covariance?.count ?? 1),
        ] where length > 1 {
            if let n, n != length {
                throw BaseError(key, "expected dimension \(n), found \(length)")
            }
            n = n ?? length
        }
        let d = n ?? 1
        func spread(_ values: [Double]) -> [Double] {
            values.count == d ? values : [Double](repeating: values[0], count: d)
        }
        if let covariance {
            return try NormalBase(mean: spread(mean), covariance: covariance)
        }
        return try NormalBase(mean: spread(mean), sd: spread(sd))
    }
}
