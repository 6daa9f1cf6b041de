// SPDX-License-Identifier: Apache-2.0

extension Twin {
    /// y * 2^k for k (two's complement) in [-2046, 2046]; rounds once where the result is subnormal.
    static func scale(_ y: Double, _ k: UInt64) -> Double {
        let shifted = k &+ 2048, half = shifted >> 1
        return y * real((half &- 1) << 52) * real((shifted &- half &- 1) << 52)
    }

    /// exp(x + lo) = value * 2^k, for |x| < 2000 and |lo| < 2^-30.
    static func expScaled(_ x: Double, _ lo: Double) -> Scaled {
        let t = fma(x, Coefficients.log2e, magic), k = t - magic
        let exact = fma(-k, Coefficients.ln2_hi, x), small = fma(-k, Coefficients.ln2_lo, lo)
        let r = exact + small, tail = (exact - r) + small
        let p = fma(r * r, poly(r, Coefficients.exp), fma(tail, r, tail))
        return Scaled(1.0 + (r + p), bits(t) &- magicBits)
    }

    static func exp(_ x: Double) -> Double {
        var c = x > 710.0 ? 710.0 : x
        c = c < -746.0 ? -746.0 : c
        let t = fma(c, Coefficients.log2e, magic), k = t - magic
        let r = fma(-k, Coefficients.ln2_lo, fma(-k, Coefficients.ln2_hi, c))
        let e = fma(r * r, poly(r, Coefficients.exp), r)
        return scale(1.0 + e, bits(t) &- magicBits)
    }

    static func exp2(_ x: Double) -> Double {
        var c = x > 1025.0 ? 1025.0 : x
        c = c < -1076.0 ? -1076.0 : c
        let t = c + magic, d = c - (t - magic)
        let r = d * Coefficients.ln2_full
        let tail = fma(d, Coefficients.ln2_full, -r) + d * Coefficients.ln2_rest
        let p = fma(r * r, poly(r, Coefficients.exp), fma(tail, r, tail))
        return scale(1.0 + (r + p), bits(t) &- magicBits)
    }

    static func expm1(_ x: Double) -> Double {
        var c = x > 710.0 ? 710.0 : x
        c = c < -40.0 ? -40.0 : c
        let t = fma(c, Coefficients.log2e, magic), k = t - magic
        let exact = fma(-k, Coefficients.ln2_hi, c), r = fma(-k, Coefficients.ln2_lo, exact)
        let tail = fma(-k, Coefficients.ln2_lo, exact - r)
        let p = fma(r * r, poly(r, Coefficients.exp), fma(tail, r, tail))
        let n = bits(t) &- magicBits
        let s = real((n &+ 1022) << 52)  // 2^(k-1)
        // 2^k (r + p) + 2^k - 1, halved so that 2^1024 does not appear, rounded last.
        let a = s - 0.5, b = fma(s, r, a), rest = fma(s, r, a - b)
        let large = (b + fma(s, p, rest)) * 2.0
        let y = k == 0.0 ? r + p : large
        return x == 0.0 ? x : y
    }

    /// log(x) for positive normal x as k, f = m - 1 with x = 2^k m, m in [sqrt(1/2), sqrt(2)).
    static func logSplit(_ x: Double) -> Split {
        let u = bits(x) &+ (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)
        let k = real((u >> 52) | 0x4330000000000000) - (0x1p52 + 1023.0)
        return Split(k, real((u & 0x000fffffffffffff) &+ 0x3fe6a09e667f3bcd) - 1.0)
    }

    /// log of a positive normal number less `less` times log 2.
    static func logLess(_ x: Double, _ less: Double) -> Double {
        let least: UInt64 = 0x3fe6800000000000
        let u = bits(x) &+ (0x3ff0000000000000 - least)
        let k = real((u >> 52) | 0x4330000000000000) - (0x1p52 + 1023.0) - less
        let m = real((u & 0x000fffffffffffff) &+ least)
        let part = Int(u >> 48 & 15)
        let r = fma(m, Coefficients.logInverse[part], -1.0)
        let high = fma(k, Coefficients.ln2_hi, Coefficients.logPart[part]), sum = high + r
        let low = fma(k, Coefficients.ln2_lo, (high - sum) + r)
        return sum + fma(r * r, poly(r, Coefficients.log), low)
    }

    /// log of a positive normal number: what log is there, without its cases.
    static func logNormal(_ x: Double) -> Double { logLess(x, 0.0) }

    static func log(_ x: Double) -> Double {
        let small = x < 0x1p-1022
        let y = logLess(small ? x * 0x1p54 : x, small ? 54.0 : 0.0)
        let special = x == 0.0 ? -Double.infinity : x < 0.0 ? Double.nan : x
        return ((x > 0.0) && (x < Double.infinity)) ? y : special
    }

    /// k ln 2 + log(1 + f) + c, for a small correction c.
    static func logJoin(_ k: Double, _ f: Double, _ c: Double) -> Double {
        let low = fma(f * f, poly(f, Coefficients.log1p), fma(k, Coefficients.ln2_lo, c))
        return fma(k, Coefficients.ln2_hi, f + low)
    }

    static func log1p(_ x: Double) -> Double {
        let u = 1.0 + x
        let a = logSplit(u)
        let direct = a.k == 0.0
        let lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0)
        let y = logJoin(a.k, direct ? x : a.f, direct ? 0.0 : lost / u)
        let special = x == -1.0 ? -Double.infinity : x < -1.0 ? Double.nan : x
        return ((x > -1.0) && (x < Double.infinity) && (x != 0.0)) ? y : special
    }

    /// log(1 + f) as a pair, to about 2^-70 of its size.
    static func logPair(_ f: Double) -> Pair {
        let g = 2.0 + f, lost = f - (g - 2.0)
        let s = f / g, sl = fma(-s, lost, fma(-s, g, f)) / g
        let z = s * s, zl = fma(s, s, -z) + 2.0 * s * sl
        let a = z * Coefficients.two_thirds
        let al =
            fma(z, Coefficients.two_thirds, -a)
            + fma(z, Coefficients.two_thirds_lo, zl * Coefficients.two_thirds)
        let b = z * z * poly(z, Coefficients.powlog)
        let t = a + b, tl = ((a - t) + b) + al
        let c = s * t, cl = fma(s, t, -c) + fma(s, tl, fma(sl, t, 2.0 * sl))
        let hi = 2.0 * s + c
        return Pair(hi, ((2.0 * s - hi) + c) + cl)
    }

    /// k * unit (a pair, its high part short enough that the product is exact) + log(1+f) * scale.
    static func logBased(
        _ x: Double, _ unit: Double, _ unitLo: Double, _ scale: Double, _ scaleLo: Double
    ) -> Double {
        let small = x < 0x1p-1022
        let a = logSplit(small ? x * 0x1p54 : x)
        let k = small ? a.k - 54.0 : a.k
        let l = logPair(a.f)
        let p = l.hi * scale
        let pl = fma(l.hi, scale, -p) + fma(l.lo, scale, l.hi * scaleLo)
        let ku = k * unit, h = ku + p
        let y = h + (((ku - h) + p) + fma(k, unitLo, pl))
        let special = x == 0.0 ? -Double.infinity : x < 0.0 ? Double.nan : x
        return ((x > 0.0) && (x < Double.infinity)) ? y : special
    }

    static func log2(_ x: Double) -> Double {
        return logBased(x, 1.0, 0.0, Coefficients.log2e, Coefficients.log2e_lo)
    }

    static func log10(_ x: Double) -> Double {
        return logBased(
            x, Coefficients.log10_2_hi, Coefficients.log10_2_lo, Coefficients.log10e,
            Coefficients.log10e_lo)
    }

    static func sinh(_ x: Double) -> Double {
        let a = abs(x), e = expm1(a > 30.0 ? 30.0 : a)
        let big = expScaled(a > 720.0 ? 720.0 : a, 0.0)
        let y = a > 30.0 ? scale(big.value, big.k &- 1) : 0.5 * (e + e / (e + 1.0))
        return x.isNaN ? x : copysign(y, x)
    }

    static func cosh(_ x: Double) -> Double {
        let a = abs(x)
        let e = expScaled(a > 720.0 ? 720.0 : a, 0.0)
        let half = scale(e.value, e.k &- 1)
        return x.isNaN ? x : half + 0.25 / half
    }

    static func tanh(_ x: Double) -> Double {
        let a = abs(x), e = expm1(a > 22.0 ? 44.0 : 2.0 * a)
        return x.isNaN ? x : copysign(e / (e + 2.0), x)
    }
}
