// SPDX-License-Identifier: Apache-2.0

extension SpecialFunctions {
    /// P(T ≤ t) of Student's t with so many degrees of freedom; accuracy as `betaCDF`.
    public static func studentCDF(_ t: Double, _ degrees: Double) -> Double {
        studentUpperTail(-t, degrees)
    }

    /// P(T > t) of Student's t.
    public static func studentUpperTail(_ t: Double, _ degrees: Double) -> Double {
        guard !t.isNaN, let law = StudentLaw(degrees) else { return .nan }
        if t == 0 { return 0.5 }
        let far = Elementary.exp(law.logTail(abs(t)))
        return t > 0 ? far : 1 - far
    }

    /// The t with P(T ≤ t) = p, for p in [0, 1].
    public static func studentQuantile(_ p: Double, _ degrees: Double) -> Double {
        guard p >= 0, p <= 1, let law = StudentLaw(degrees) else { return .nan }
        return p <= 0.5 ? -law.tailQuantile(p) : law.tailQuantile(1 - p)
    }

    /// The t with P(T > t) = q, for q in [0, 1].
    public static func studentUpperQuantile(_ q: Double, _ degrees: Double) -> Double {
        guard q >= 0, q <= 1, let law = StudentLaw(degrees) else { return .nan }
        return q <= 0.5 ? law.tailQuantile(q) : -law.tailQuantile(1 - q)
    }
}

/// Student's t law: ν / (ν + T²) is Beta(ν/2, ½).
///
/// **Source**: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.1.
struct StudentLaw: Sendable {
    let degrees: Double
    private let beta: BetaLaw

    /// Nil unless the degrees of freedom are positive and finite.
    init?(_ degrees: Double) {
        guard degrees > 0, let beta = BetaLaw(0.5 * degrees, 0.5) else { return nil }
        self.degrees = degrees
        self.beta = beta
    }

    /// log P(T > t) for t > 0.
    func logTail(_ t: Double) -> Double {
        let odds = (t / degrees) * t
        guard odds > 0 else { return -0.6931471805599453 }
        guard odds < .infinity else { return -.infinity }
        return beta.logTails(BetaPoint(x: 1 / (1 + odds), y: odds / (1 + odds))).lower
            - 0.6931471805599453
    }

    /// t ≥ 0 with upper tail q ≤ ½.
    func tailQuantile(_ q: Double) -> Double {
        if q == 0 { return .infinity }
        if q == 0.5 { return 0 }
        let logit = beta.logitQuantile(lower: 2 * q, upper: 1 - 2 * q)
        return degrees.squareRoot() * Elementary.exp(-0.5 * logit)
    }

    /// asinh of the t ≥ 0 with that logarithm of the upper tail, at most log ½.
    func logTailQuantile(_ log: Double, from start: Double?) -> Double {
        let doubled = log + 0.6931471805599453
        let rest = -Elementary.expm1(doubled)
        guard rest > 0 else { return 0 }
        // From the logarithm of ν / t² where asinh t was.
        let t = start.map { Elementary.sinh($0) } ?? 0
        let logit =
            t > 1e-100 && t < 1e150
            ? Elementary.log(degrees) - 2 * Elementary.log(t) : beta.centre
        let found =
            rest > 0.5
            ? beta.logitQuantile(.lower, log: doubled, from: logit)
            : beta.logitQuantile(.upper, log: Elementary.log(rest), from: logit)
        let logT = 0.5 * (Elementary.log(degrees) - found)
        if logT > 20 { return logT + 0.6931471805599453 }
        let size = Elementary.exp(logT)
        // log(t + √(1 + t²)) without cancellation.
        let square = size * size
        return Elementary.log1p(size + square / (1 + (1 + square).squareRoot()))
    }
}
