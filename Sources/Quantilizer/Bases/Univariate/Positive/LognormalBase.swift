// SPDX-License-Identifier: Apache-2.0

/// Lognormal: exp of a normal with mean `mu` and standard deviation `sigma`.
///
/// **Determinism**: exp(mu + sigma z) of one normal slot a component.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 14. Sampled as Box and Muller 1958, doi:10.1214/aoms/1177706645, and its exponential.
public struct LognormalBase: BaseDistribution {
    /// `lognormal`.
    public static let name = "lognormal"
    /// The mean of the logarithm.
    public let mu: Double
    /// The standard deviation of the logarithm.
    public let sigma: Double
    /// Independent components.
    public let dimension: Int

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(mu: Double = 0, sigma: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("mu", mu)
        try Self.declaration.check("sigma", sigma)
        try Self.declaration.check("dimension", dimension)
        // Box–Muller's normals end at 9.6.
        guard mu + 9.6 * sigma < 709 else {
            throw BaseError("sigma", "some values would be too large for a double")
        }
        self.mu = mu
        self.sigma = sigma
        self.dimension = dimension
    }

    /// A normal a component.
    public var noise: NoiseLayout { NoiseLayout(normals: dimension) }
    /// The logarithm.
    public var scratchColumns: Int { 1 }

    /// Component by component.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for i in 0..<dimension {
            Kernels.combine(
                noise.normals, first: place.normal + i, coefficients: [sigma], shift: mu,
                to: &scratch, place.scratch, lanes: lanes)
            Kernels.apply(
                .exp, scratch, from: place.scratch, results: &values, to: place.value + i,
                lanes: lanes)
        }
    }

    /// Name, parameters, dimension.
    public var specification: JobNode {
        .base(
            Self.name,
            [("mu", .number(mu)), ("sigma", .number(sigma)), ("dimension", .number(dimension))])
    }

    /// Continuous.
    public var densityMeasures: [DensityMeasure]? {
        [DensityMeasure](repeating: .length, count: dimension)
    }

    /// The normal density of the logarithms, over the values.
    public func logDensity(lane: Int, values: borrowing Columns, at column: Int) -> Double {
        var sum = 0.0
        for i in 0..<dimension {
            let x = values[column + i, lane]
            guard x > 0 else { return -.infinity }
            let log = Elementary.log(x)
            let z = (log - mu) / sigma
            sum -= 0.5 * z * z + log
        }
        return sum - Double(dimension) * (Elementary.log(sigma) + Elementary.halfLogTwoPi)
    }
}

extension LognormalBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Lognormal: exp of a normal with mean `mu` and standard deviation `sigma`.",
        also: ["lognorm", "log-normal"],
        parameters: [
            JobParameter(
                "mu", .number(.finite), default: .number(0), "The mean of the logarithm."),
            JobParameter(
                "sigma", .number(.positive), default: .number(1),
                "The standard deviation of the logarithm."),
            .dimension,
        ],
        example: "{ mu: 0.5, sigma: 2 }",
        source: Literature.continuous(1, chapter: 14)
    ) { v throws(BaseError) in
        try LognormalBase(mu: v.number("mu"), sigma: v.number("sigma"), dimension: v.dimension)
    }
}
