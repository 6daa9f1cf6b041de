// SPDX-License-Identifier: Apache-2.0

/// Dirichlet: independent gamma variables of these shapes, over their sum.
///
/// It lies on the simplex, so that its values together have no density.
/// **Determinism**: one word a component, by the logarithm of the gamma law's quantile; the largest is
/// taken out before the exponentials, so that small shapes lose nothing: shares are right to about
/// 1e-12 relatively, and 0 only below 5e-324.
/// **Complexity**: an exponential and a table a value.
///
/// **Source**: Kotz, Balakrishnan and Johnson, *Continuous Multivariate Distributions* 1 (2000),
/// doi:10.1002/0471722065, chapter 49, which is also how it is sampled.
public struct DirichletBase: BaseDistribution {
    /// `dirichlet`.
    public static let name = "dirichlet"
    /// The shapes; a mean is its shape over their sum.
    public let concentration: [Double]
    /// For each component the number of its sampler.
    private let kinds: [Int]
    private let samplers: [LogQuantileSampler]

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(concentration: [Double]) throws(BaseError) {
        guard (2...BaseLimits.dimension).contains(concentration.count) else {
            throw BaseError(
                "concentration", "expected 2 to \(BaseLimits.dimension) numbers, one for each share"
            )
        }
        var kinds: [Int] = []
        var samplers: [LogQuantileSampler] = []
        var known: [Double: Int] = [:]
        for shape in concentration {
            try Self.declaration.check("concentration", shape)
            if let kind = known[shape] {
                kinds.append(kind)
                continue
            }
            guard let law = GammaLaw(shape) else {
                throw BaseError("concentration", "out of range")
            }
            known[shape] = samplers.count
            kinds.append(samplers.count)
            samplers.append(LogQuantileSampler(law))
        }
        self.concentration = concentration
        self.kinds = kinds
        self.samplers = samplers
    }

    /// As many as shapes.
    public var dimension: Int { concentration.count }
    /// A word a component.
    public var noise: NoiseLayout { NoiseLayout(words: dimension) }

    /// Logarithms of gammas, then shares.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        let columns = place.value..<(place.value + dimension)
        for (i, kind) in kinds.enumerated() {
            samplers[kind].fill(
                noise.words, place.word + i, to: &values, place.value + i, lanes: lanes)
        }
        for lane in 0..<lanes {
            var most = -Double.infinity
            for column in columns { most = max(most, values[column, lane]) }
            var sum = 0.0
            for column in columns {
                let share = Elementary.exp(values[column, lane] - most)
                values[column, lane] = share
                sum += share
            }
            for column in columns { values[column, lane] /= sum }
        }
    }

    /// Name and shapes.
    public var specification: JobNode {
        .base(Self.name, [("concentration", .list(concentration))])
    }
}

extension DirichletBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Dirichlet: shares that sum to 1, gamma variables over their sum.",
        parameters: [
            JobParameter(
                "concentration", .numbers(GammaBase.shapes, most: BaseLimits.dimension),
                "The shapes, one for each share.", also: ["alpha"])
        ],
        example: "{ concentration: [2, 3, 0.5] }",
        source: "Kotz, Balakrishnan and Johnson, Continuous Multivariate Distributions 1 (2000), "
            + "doi:10.1002/0471722065, chapter 49"
    ) { v throws(BaseError) in
        try DirichletBase(concentration: v.numbers("concentration") ?? [])
    }
}

/// Samples the logarithm of a law whose natural coordinate is that.
struct LogQuantileSampler: Sendable {
    private let law: GammaLaw
    private let table: QuantileTable?

    init(_ law: GammaLaw) {
        self.law = law
        table = QuantileTable(natural: law)
    }

    func fill(
        _ words: borrowing WordColumns, _ slot: Int, to values: inout Columns, _ column: Int,
        lanes: Int
    ) {
        if let table {
            Kernels.applyTable(
                table.coefficients, .identity, location: 0, scale: 1, words, slot, to: &values,
                column, lanes: lanes)
            return
        }
        for lane in 0..<lanes {
            values[column, lane] = QuantileSampler.natural(law, words[slot, lane])
        }
    }
}
