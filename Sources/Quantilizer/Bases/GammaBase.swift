// SPDX-License-Identifier: Apache-2.0

/// Gamma: density x^(shape − 1) exp(−x / scale) / (Γ(shape) scale^shape), x ≥ 0.
///
/// For small shapes most values are tiny: below 5e-324 they are 0.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
public struct GammaBase: UnivariateBase {
    /// `gamma`.
    public static let name = "gamma"
    /// The shapes that are accurate.
    public static let shapes = JobRange(1e-3, 1e12)
    /// The shape.
    public let shape: Double
    /// The scale, mean / shape.
    public let scale: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler
    private let law: GammaLaw

    /// Such a base. Throws what is wrong with a parameter.
    public init(shape: Double, scale: Double = 1, dimension: Int = 1) throws(BaseError) {
        try BaseError.check(shape, "shape", in: Self.shapes)
        try BaseError.check(scale, "scale", in: .positive)
        try Self.check(dimension: dimension)
        guard let law = GammaLaw(shape) else { throw BaseError("shape", "out of range") }
        self.shape = shape
        self.scale = scale
        self.dimension = dimension
        self.law = law
        sampler = QuantileSampler(law)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("shape", shape), ("scale", scale)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(
            location: 0, scale: scale, words, slot, to: &values, column, lanes: lanes)
    }

    /// The density in log x, less log x.
    public func logDensity(component x: Double) -> Double {
        guard x >= 0 else { return -.infinity }
        let z = x / scale
        if z == 0 {
            return shape == 1 ? -Elementary.log(scale) : shape < 1 ? .infinity : -.infinity
        }
        guard z < .infinity else { return -.infinity }
        let log = Elementary.log(z)
        return law.logDensity(x: z, log: log) - log - Elementary.log(scale)
    }
}

extension GammaLaw: QuantileLaw {
    var map: TableMap { .exp }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        logQuantile(tail, log: log, from: start)
    }
}
