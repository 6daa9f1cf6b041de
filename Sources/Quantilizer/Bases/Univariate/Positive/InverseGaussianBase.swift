// SPDX-License-Identifier: Apache-2.0

/// Inverse Gaussian (Wald): density √(shape / (2π x³)) exp(−shape (x − mean)² / (2 mean² x)), x > 0.
///
/// With u = log(x / mean) and φ = shape / mean its density is that of exp(−u/2 − 2φ sinh²(u/2)), which
/// is log-concave: each tail is the density times an integral without cancellation, as of gamma and
/// beta, where the usual sum of two normal tails cancels.
/// **Determinism**: the quantile of one word a component, both tails right to 2^-64, within about
/// 1e-13 relatively; see ``UnivariateBase``.
///
/// **Source**: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 1 (1994),
/// chapter 15. Sampled by inversion, the quantile by piecewise polynomials: Hörmann and Leydold
/// 2003, doi:10.1145/945511.945517.
public struct InverseGaussianBase: UnivariateBase {
    /// `inverse-gaussian`.
    public static let name = "inverse-gaussian"
    /// The mean.
    public let mean: Double
    /// The shape λ, mean³ / variance.
    public let shape: Double
    /// Independent components.
    public let dimension: Int
    private let sampler: QuantileSampler
    private let law: InverseGaussianLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(mean: Double = 1, shape: Double = 1, dimension: Int = 1) throws(BaseError) {
        try Self.declaration.check("mean", mean)
        try Self.declaration.check("shape", shape)
        try Self.check(dimension: dimension)
        guard let law = InverseGaussianLaw(shape / mean) else {
            throw BaseError(
                "shape",
                "expected 1e-4 to 1e10 times the mean, found \(shape / mean) times")
        }
        self.law = law
        sampler = QuantileSampler(law)
        self.mean = mean
        self.shape = shape
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] { [("mean", mean), ("shape", shape)] }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        sampler.fill(
            location: 0, scale: mean, words, slot, to: &values, column, lanes: lanes)
    }

    /// The density in log x, less log x.
    public func logDensity(component x: Double) -> Double {
        guard x > 0, x < .infinity else { return -.infinity }
        let log = Elementary.log(x / mean)
        return law.logDensity(log) - log - Elementary.log(mean)
    }
}

extension InverseGaussianBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Inverse Gaussian (Wald): the time a drifting Brownian motion takes to a level.",
        also: ["wald", "invgauss"],
        parameters: [
            JobParameter(
                "mean", .number(.positive), default: .number(1), unit: "value",
                "The mean.", also: ["mu"]),
            JobParameter(
                "shape", .number(.positive), default: .number(1), unit: "value",
                "The shape λ, mean³ / variance.", also: ["lambda"]),
            .dimension,
        ],
        example: "{ mean: 2, shape: 3 }",
        source: Literature.continuous(1, chapter: 15)
    ) { v throws(BaseError) in
        try InverseGaussianBase(
            mean: v.number("mean"), shape: v.number("shape"), dimension: v.dimension)
    }
}

/// The law of u = log(X / mean), X inverse Gaussian with shape / mean = φ.
struct InverseGaussianLaw: QuantileLaw {
    /// Ratios φ that are accurate.
    static let ratios = JobRange(1e-4, 1e10)
    let ratio: Double
    /// The density's mode.
    private let centre: Double
    /// ½ log(φ / 2π).
    private let factor: Double

    /// Nil where the ratio is none of ``ratios``.
    init?(_ ratio: Double) {
        guard Self.ratios.contains(ratio) else { return nil }
        self.ratio = ratio
        factor = 0.5 * Elementary.log(ratio) - Elementary.halfLogTwoPi
        // φ sinh u = −½.
        let t = 0.5 / ratio
        centre = -Elementary.log(t + (1 + t * t).squareRoot())
    }

    var map: TableMap { .exp }

    func logDensity(_ u: Double) -> Double {
        let s = Elementary.sinh(0.5 * u)
        return factor - 0.5 * u - 2 * ratio * s * s
    }

    /// The tail away from the mode by its integral, the other as its complement.
    func logTails(_ u: Double) -> LogTails {
        let isUpper = u >= centre
        let (x, y) = (Elementary.exp(u), Elementary.exp(-u))
        guard x < .infinity, y < .infinity else {
            return isUpper ? LogTails(upper: -.infinity) : LogTails(lower: -.infinity)
        }
        let rate = 0.5 + ratio * Elementary.sinh(u)
        let towards = isUpper ? rate : -rate
        let (near, far) = isUpper ? (x, y) : (y, x)
        let integral = TailIntegral.value(
            rate: towards, curvature: 0.5 * ratio * (x + y), longest: 1
        ) { s in
            towards * s + 0.5 * ratio
                * (near * Elementary.expm1Minus(s) + far * Elementary.expm1Minus(-s))
        }
        let log = logDensity(u) + Elementary.log(integral)
        return isUpper ? LogTails(upper: log) : LogTails(lower: log)
    }

    /// By Newton's method on the tail's logarithm, which is concave; both tails fall doubly
    /// exponentially, so there are no leaps.
    func natural(_ tail: Tail, log target: Double, from start: Double?) -> Double {
        var u = start ?? centre
        for _ in 0..<400 {
            let tails = logTails(u)
            let value = tail == .lower ? tails.lower : tails.upper
            let slope = Elementary.exp(logDensity(u) - value)
            let miss = target - value
            let step = miss / slope
            guard step.isFinite else { break }
            u += max(-2, min(2, tail == .lower ? step : -step))
            if abs(miss) < 1e-9 || abs(step) < 4e-16 * max(1, abs(u)) { break }
        }
        return u
    }
}
