// SPDX-License-Identifier: Apache-2.0

/// Beta: density x^(a − 1) (1 − x)^(b − 1) / B(a, b) on [0, 1].
///
/// Values nearer to 1 than a double can tell are 1; those below 5e-324 are 0.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2 (1995),
/// chapter 25; DLMF 8.17. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and
/// Leydold 2003, doi:10.1145/945511.945517.
public struct BetaBase: UnivariateBase {
    /// `beta`.
    public static let name = "beta"
    /// The parameters that are accurate.
    public static let shapes = JobRange(1e-3, 1e12)
    /// The exponent at 0, plus 1.
    public let a: Double
    /// The exponent at 1, plus 1.
    public let b: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler
    private let law: BetaLaw

    /// Such a base.
    ///
    /// - Throws: ``BaseError``: what is wrong with a parameter.
    public init(a: Double, b: Double, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("a", a)
        try Self.declaration.check("b", b)
        try Self.check(dimension: dimension)
        guard let law = BetaLaw(a, b) else { throw BaseError("a", "out of range") }
        self.a = a
        self.b = b
        self.dimension = dimension
        self.law = law
        sampler = QuantileSampler(law)
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("a", a), ("b", b)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(location: 0, scale: 1, words, slot, to: &values, column, lanes: lanes)
    }

    /// The density in log-odds, less log x (1 − x).
    public func logDensity(component x: Double) -> Double {
        guard x >= 0, x <= 1 else { return -.infinity }
        if x == 0 || x == 1 {
            let near = x == 0 ? a : b
            let far = x == 0 ? b : a
            return near == 1 ? Elementary.log(far) : near < 1 ? .infinity : -.infinity
        }
        let point = BetaPoint(x: x)
        return law.logDensity(point) - point.logX - point.logY
    }
}

extension BetaLaw: QuantileLaw {
    var map: TableMap { .logistic }

    func natural(_ tail: Tail, log: Double, from start: Double?) -> Double {
        logitQuantile(tail, log: log, from: start ?? centre)
    }
}

extension BetaBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Beta: density x^(a − 1) (1 − x)^(b − 1) / B(a, b) on [0, 1].",
        parameters: [
            JobParameter("a", .number(shapes), "The exponent at 0, plus 1.", also: ["alpha"]),
            JobParameter("b", .number(shapes), "The exponent at 1, plus 1.", also: ["beta"]),
            .dimension,
        ],
        example: "{ a: 2, b: 3 }",
        source: Literature.continuous(2, chapter: 25) + "; DLMF 8.17"
    ) { v throws(BaseError) in
        try BetaBase(a: v.number("a"), b: v.number("b"), dimension: v.dimension)
    }
}
