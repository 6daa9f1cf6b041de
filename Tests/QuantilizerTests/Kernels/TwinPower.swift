// SPDX-License-Identifier: Apache-2.0

extension Twin {
    /// log|x| as a pair for positive finite x, subnormal too.
    static func logWhole(_ x: Double) -> Pair {
        let small = x < 0x1p-1022
        let a = logSplit(small ? x * 0x1p54 : x)
        let k = small ? a.k - 54.0 : a.k
        let l = logPair(a.f)
        let ku = k * Coefficients.ln2_hi, h = ku + l.hi  // the product is exact
        return Pair(h, ((ku - h) + l.hi) + fma(k, Coefficients.ln2_lo, l.lo))
    }

    /// x to the power y, with the special cases of C's Annex F.
    static func pow(_ x: Double, _ y: Double) -> Double {
        let a = abs(x), b = abs(y), half = 0.5 * b
        let whole = (b >= 0x1p52) || ((b + 0x1p52) - 0x1p52 == b)
        let even = (half >= 0x1p52) || ((half + 0x1p52) - 0x1p52 == half)
        let l = logWhole(a)
        let e = y > 0x1p65 ? 0x1p65 : y < -0x1p65 ? -0x1p65 : y
        let p = e * l.hi, pl = fma(e, l.hi, -p) + e * l.lo
        let over = p > 800.0, under = p < -800.0
        let v = expScaled(over ? 800.0 : under ? -800.0 : p, (over || under) ? 0.0 : pl)
        var r = scale(v.value, v.k)
        r =
            ((a == 0.0) || (a == Double.infinity))
            ? ((a == 0.0) == (y < 0.0) ? Double.infinity : 0.0) : r
        let sign = (whole && !even) ? bits(x) & 0x8000000000000000 : 0
        r = real(bits(r) | sign)
        r = ((x < 0.0) && (a != Double.infinity) && !whole) ? Double.nan : r
        r = (x.isNaN || y.isNaN) ? Double.nan : r
        return ((y == 0.0) || (x == 1.0)) ? 1.0 : r
    }

    static func cbrt(_ x: Double) -> Double {
        let a = abs(x)
        let small = a < 0x1p-1022
        let u = bits(small ? a * 0x1p54 : a)
        let e = real((u >> 52) | 0x4330000000000000) - (0x1p52 + 1022.0)
        let m = real((u & 0x000fffffffffffff) | 0x3fe0000000000000)  // [1/2, 1)
        let t = fma(e, 1.0 / 3.0, magic), q = t - magic, rest = fma(-3.0, q, e)
        let v = rest > 0.5 ? 2.0 * m : rest < -0.5 ? 0.5 * m : m
        let f = rest > 0.5 ? Coefficients.cbrt2 : rest < -0.5 ? 0.5 * Coefficients.cbrt4 : 1.0
        let y0 = poly(m, Coefficients.cbrt) * f, c0 = y0 * y0 * y0
        let y = y0 * (fma(2.0, v, c0) / fma(2.0, c0, v))
        let s = y * y, sl = fma(y, y, -s), c = s * y
        let miss = (c - v) + fma(sl, y, fma(s, y, -c))
        let root = y - miss / (3.0 * s)
        let n = bits(t) &- magicBits &+ 1023 &- (small ? 18 : 0)
        return ((a > 0.0) && (a < Double.infinity)) ? copysign(root * real(n << 52), x) : x
    }

    static func hypot(_ x: Double, _ y: Double) -> Double {
        let a = abs(x), b = abs(y)
        let most = a > b ? a : b, least = a > b ? b : a
        let up = most > 0x1p500 ? 0x1p-600 : most < 0x1p-400 ? 0x1p600 : 1.0
        let down = most > 0x1p500 ? 0x1p600 : most < 0x1p-400 ? 0x1p-600 : 1.0
        let p = most * up, q = least * up
        let pp = p * p, pl = fma(p, p, -pp), qq = q * q, ql = fma(q, q, -qq)
        let h = root(pp + qq), hh = h * h, hl = fma(h, h, -hh)
        let miss = ((pp - hh) + qq) + ((pl + ql) - hl)
        let r = (h + (h == 0.0 ? 0.0 : miss / (2.0 * h))) * down
        let known = (a.isNaN || b.isNaN) ? Double.nan : r
        return ((a == Double.infinity) || (b == Double.infinity)) ? Double.infinity : known
    }
}
