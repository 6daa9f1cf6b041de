// SPDX-License-Identifier: Apache-2.0

/// Triangular on [lower, upper]: the density rises linearly to the mode and falls linearly from it.
///
/// lower + √(u (upper − lower)(mode − lower)) below the mode, and the same from the other end above
/// it: both ends are approached as the word's tails are, right to 2^-64.
/// **Determinism**: a function of one word a component; see ``UnivariateBase``.
///
/// **Source**: Kotz and van Dorp, *Beyond Beta* (2004), doi:10.1142/5720, chapter 1. Sampled by
/// inversion, as ``UnivariateBase``.
public struct TriangularBase: UnivariateBase {
    /// `triangular`.
    public static let name = "triangular"
    /// The lower end.
    public let lower: Double
    /// The likeliest value.
    public let mode: Double
    /// The upper end.
    public let upper: Double
    /// Independent components.
    public let dimension: Int
    private let law: WordLaw

    /// Such a base.
    ///
    /// - Throws: what is wrong with a parameter.
    public init(
        lower: Double = 0, mode: Double, upper: Double = 1, dimension: Int = 1
    ) throws(BaseError) {
        try Self.declaration.check("lower", lower)
        try Self.declaration.check("mode", mode)
        try Self.declaration.check("upper", upper)
        guard upper > lower else { throw BaseError("upper", "expected a number above `lower`") }
        guard mode >= lower, mode <= upper else {
            throw BaseError("mode", "expected a number from `lower` to `upper`, found \(mode)")
        }
        law = .triangular(lower: lower, mode: mode, upper: upper)
        self.lower = lower
        self.mode = mode
        self.upper = upper
        self.dimension = dimension
        try validate()
    }

    /// The parameters.
    public var parameters: [(key: String, value: Double)] {
        [("lower", lower), ("mode", mode), ("upper", upper)]
    }

    /// One component.
    public func fill(
        lanes: Int, words: borrowing WordColumns, slot: Int, values: inout Columns, column: Int,
        scratch: inout Columns, free: Int
    ) {
        Kernels.apply(law, words, slot, to: &values, column, lanes: lanes)
    }

    /// log of 2 (x − end) / ((upper − lower) (mode − end)), with the end on the value's side.
    public func logDensity(component x: Double) -> Double {
        guard x >= lower, x <= upper else { return -.infinity }
        let peak = Elementary.log(2 / (upper - lower))
        if x < mode { return peak + Elementary.log((x - lower) / (mode - lower)) }
        if x > mode { return peak + Elementary.log((upper - x) / (upper - mode)) }
        return peak
    }
}

extension TriangularBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name,
        "Triangular: the density rises linearly from `lower` to `mode`, and falls to `upper`.",
        also: ["triang"],
        parameters: [
            JobParameter(
                "lower", .number(.finite), default: .number(0), unit: "value",
                "The lower end.", also: ["low", "min"]),
            JobParameter(
                "mode", .number(.finite), unit: "value",
                "The likeliest value, from `lower` to `upper`."),
            JobParameter(
                "upper", .number(.finite), default: .number(1), unit: "value",
                "The upper end.", also: ["high", "max"]),
            .dimension,
        ],
        example: "{ lower: 1, mode: 2, upper: 5 }",
        source: "Kotz and van Dorp, Beyond Beta (2004), doi:10.1142/5720, chapter 1"
    ) { v throws(BaseError) in
        try TriangularBase(
            lower: v.number("lower"), mode: v.number("mode"), upper: v.number("upper"),
            dimension: v.dimension)
    }
}
