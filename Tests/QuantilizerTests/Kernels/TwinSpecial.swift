// SPDX-License-Identifier: Apache-2.0

extension Twin {
    /// erfc(x) for x >= 0, best from about 1/2 on.
    static func erfcTail(_ x: Double) -> Double {
        let c = x > 28.0 ? 28.0 : x
        let q = poly((c - 4.0) / (c + 4.0), Coefficients.erfcx)
        let square = c * c
        let e = expScaled(-square, -fma(c, c, -square))
        return scale(e.value * (q / fma(2.0, c, 1.0)), e.k)
    }

    /// erf(x) for |x| <= 1.
    static func erfNear(_ x: Double) -> Double { fma(x, poly(x * x, Coefficients.erf), x) }

    static func erf(_ x: Double) -> Double {
        let a = abs(x), c = a > 1.0 ? 1.0 : x
        let y = a < 1.0 ? erfNear(c) : copysign(1.0 - erfcTail(a), x)
        return x.isNaN ? x : y
    }

    static func erfc(_ x: Double) -> Double {
        let a = abs(x), c = a > 0.5 ? 0.5 : x, tail = erfcTail(a)
        let y = a < 0.5 ? 1.0 - erfNear(c) : x < 0.0 ? 2.0 - tail : tail
        return x.isNaN ? x : y
    }

    /// log Gamma(x) for x > 0.
    static func lgammaPositive(_ x: Double) -> Double {
        let large = x >= 8.0
        let c = large ? 8.0 : x
        // Below 8: log Gamma(2 + d), then the factors that lead from 2 + d to x.
        let n = (c + magic) - magic
        let d = c < 0.5 ? c : c < 1.5 ? c - 1.0 : c - n
        var product = 1.0
        for i in 1...6 { product = n >= Double(i) + 2.0 ? product * (c - Double(i)) : product }
        let factor = large ? x : c < 0.5 ? c * (1.0 + c) : c < 1.5 ? c : product
        let l = log(factor)
        let near = fma(d, poly(d, Coefficients.lgamma), c < 1.5 ? -l : l)
        let y = 1.0 / x
        let series = fma(y, poly(y * y, Coefficients.stirling), Coefficients.half_ln_2pi - 0.5)
        let far = fma(x - 0.5, l - 1.0, series)
        return large ? far : near
    }

    /// |sin(pi x)|, exact zeros at integers.
    static func sinPiSize(_ x: Double) -> Double {
        let a = abs(x), c = a > 0x1p52 ? 0.0 : a
        let r = abs(c - ((c + 0x1p52) - 0x1p52))  // [0, 1/2], exact
        let outer = r > 0.25
        let t = outer ? 0.5 - r : r, hi = t * Coefficients.pi,
            lo = fma(t, Coefficients.pi, -hi) + t * Coefficients.pi_lo
        return outer ? cosPart(hi, lo) : sinPart(hi, lo)
    }

    /// log|Gamma(x)|: +inf at 0, -1, -2, …
    static func lgamma(_ x: Double) -> Double {
        let a = abs(x)
        let positive = lgammaPositive(a)
        let sine = sinPiSize(a)
        // Gamma(-a) Gamma(a) = -pi / (a sin(pi a)). For tiny a the quotient may overflow: -log a there.
        let turned = a < 0x1p-60 ? -log(a) : (Coefficients.ln_pi - log(a * sine)) - positive
        let y = x > 0.0 ? positive : sine == 0.0 ? Double.infinity : turned
        return x.isNaN ? x : a == Double.infinity ? Double.infinity : y
    }

    /// log Gamma(x) as a pair for x in [8, 400].
    static func lgammaPair(_ x: Double) -> Pair {
        let l = logWhole(x)
        let b = x - 0.5, p = b * l.hi, pl = fma(b, l.hi, -p) + b * l.lo
        let y = 1.0 / x, series = y * poly(y * y, Coefficients.stirling)
        let s = p - x, sl = (p - s) - x
        let t = s + Coefficients.half_ln_2pi, back = t - s
        let tl = (s - (t - back)) + (Coefficients.half_ln_2pi - back)
        let u = t + series, ul = (t - u) + series
        return Pair(u, (pl + sl) + (tl + (ul + Coefficients.half_ln_2pi_lo)))
    }

    /// Gamma(x): NaN at negative integers and -inf, ±inf at ±0.
    static func tgamma(_ x: Double) -> Double {
        let a = abs(x), c = a > 190.0 ? 190.0 : a
        let shift = c < 8.0
        // Below 8 the product a (a+1) … (a+7), as a pair.
        var hi = 1.0, lo = 0.0
        for step in 0..<8 {
            let i = Double(step)
            let f = c + i, back = f - c, fl = (c - (f - back)) + (i - back)
            let p = hi * f, pl = fma(hi, f, -p) + fma(hi, fl, lo * f)
            hi = p + pl
            lo = (p - hi) + pl
        }
        let moved = c + 8.0, z = shift ? moved : c
        var l = lgammaPair(z)
        // What rounding c + 8 lost, times the derivative of log Gamma there.
        let back = moved - c, lost = (c - (moved - back)) + (8.0 - back)
        let slope = logNormal(z) - 0.5 / z - 0.0833333333333333333 / (z * z)
        l.lo = shift ? fma(lost, slope, l.lo) : l.lo
        // Gamma(-a) = -pi / (a sin(pi a) Gamma(a)).
        let negative = x < 0.0
        let e = expScaled(negative ? -l.hi : l.hi, negative ? -l.lo : l.lo)
        let sine = sinPiSize(a)
        let q = e.value / hi, ql = fma(-lo, q, fma(-q, hi, e.value)) / hi
        let up = shift ? q + ql : e.value
        let product = e.value * hi, rest = fma(e.value, lo, fma(e.value, hi, -product))
        let down = (shift ? product + rest : e.value) * (Coefficients.pi / (c * sine))
        let y = scale(negative ? down : up, e.k)
        let whole = (a + 0x1p52) - 0x1p52, half = 0.5 * (whole > a ? whole - 1.0 : whole)
        let odd = (half + 0x1p52) - 0x1p52 != half  // of floor(a)
        var r = (negative && !odd) ? -y : y
        r = (negative && (sine == 0.0)) ? Double.nan : r
        r = a < 0x1p-54 ? 1.0 / x : r
        r =
            x > 172.0
            ? Double.infinity : x < -186.0 ? ((sine == 0.0) ? Double.nan : odd ? 0.0 : -0.0) : r
        return x.isNaN ? x : x == -Double.infinity ? Double.nan : r
    }
}
