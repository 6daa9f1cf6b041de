// SPDX-License-Identifier: Apache-2.0

extension Twin {
    /// Reduction in three parts of pi/2 (159 bits), for |x| <= near.
    static func quarterNear(_ x: Double) -> Angle {
        let t = fma(x, Coefficients.two_over_pi, magic), k = t - magic
        let r = fma(-k, Coefficients.pi_half_1, x)  // exact
        let w = k * Coefficients.pi_half_2, wl = fma(k, Coefficients.pi_half_2, -w)
        let hi = r - w, back = hi - r
        let lost = (r - (hi - back)) - (w + back)
        return Angle(hi, lost - fma(k, Coefficients.pi_half_3, wl), bits(t))
    }

    /// Reduction of any finite |x| > near: x = m 2^e times 2/pi, by 192 bits from the place where whole
    /// turns end.
    static func quarterFar(_ x: Double) -> Angle {
        let m = (bits(x) & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000
        let first = Int((bits(x) >> 52) & 0x7ff) - 1075 - 2 + 64
        let table = [0] + Coefficients.twoOverPi
        let f = (0..<3).map { i in
            let at = (first >> 6) + i
            return first & 63 == 0
                ? table[at]
                : table[at] << UInt64(first & 63) | table[at + 1] >> UInt64(64 - (first & 63))
        }
        let low = m.multipliedFullWidth(by: f[2]), middle = m.multipliedFullWidth(by: f[1])
        let (p1, carry) = middle.low.addingReportingOverflow(low.high)
        let p2 = m &* f[0] &+ middle.high &+ (carry ? 1 : 0)
        let quarter = (p2 &+ 0x2000_0000_0000_0000) >> 62
        var v = [p2 << 2 | p1 >> 62, p1 << 2 | low.low >> 62, low.low << 2]
        let negative = v[0] >> 63 == 1
        if negative {
            v = v.map { ~$0 }
            for i in [2, 1, 0] {
                v[i] &+= 1
                if v[i] != 0 { break }
            }
        }
        var zeros = 0
        while zeros < 128 && v[0] >> 63 == 0 {
            v = [v[0] << 1 | v[1] >> 63, v[1] << 1 | v[2] >> 63, v[2] << 1]
            zeros += 1
        }
        let unit = real(UInt64(1023 - 53 - zeros) << 52)
        let a = Double(v[0] >> 11) * unit
        let b = Double((v[0] & 0x7ff) << 42 | v[1] >> 22) * (unit * 0x1p-53)
        let hi = a * Coefficients.pi_half_1
        let lo =
            fma(a, Coefficients.pi_half_1, -hi)
            + fma(a, Coefficients.pi_half_2, b * Coefficients.pi_half_1)
        let minus = x.sign == .minus
        let flip = negative != minus
        return Angle(flip ? -hi : hi, flip ? -lo : lo, minus ? 0 &- quarter : quarter)
    }

    static func sinPart(_ hi: Double, _ lo: Double) -> Double {
        let z = hi * hi
        let p = z * poly(z, Coefficients.sin)
        return hi + fma(hi, p, fma(-0.5 * z, lo, lo))
    }

    static func cosPart(_ hi: Double, _ lo: Double) -> Double {
        let z = hi * hi, half = 0.5 * z, w = 1.0 - half
        let p = fma(z * z, poly(z, Coefficients.cos), -hi * lo)
        return w + (((1.0 - w) - half) + p)
    }

    static func sinOf(_ a: Angle) -> Double {
        let s = sinPart(a.hi, a.lo), c = cosPart(a.hi, a.lo)
        let y = (a.quarter & 1) != 0 ? c : s
        return real(bits(y) ^ ((a.quarter & 2) << 62))
    }

    static func cosOf(_ a: Angle) -> Double {
        let s = sinPart(a.hi, a.lo), c = cosPart(a.hi, a.lo)
        let y = (a.quarter & 1) != 0 ? s : c
        return real(bits(y) ^ (((a.quarter &+ 1) & 2) << 62))
    }

    static func tanOf(_ a: Angle) -> Double {
        let s = sinPart(a.hi, a.lo), c = cosPart(a.hi, a.lo)
        let swap = (a.quarter & 1) != 0
        return (swap ? -c : s) / (swap ? s : c)
    }

    // Branch-free, for |x| <= near (and NaN); other arguments give no meaningful result.
    static func sinNear(_ x: Double) -> Double { return x == 0.0 ? x : sinOf(quarterNear(x)) }
    static func cosNear(_ x: Double) -> Double { return cosOf(quarterNear(x)) }
    static func tanNear(_ x: Double) -> Double { return x == 0.0 ? x : tanOf(quarterNear(x)) }

    // Every argument; these branch, so loops use qk_…_near and mend the rest afterwards.
    static func sin(_ x: Double) -> Double {
        if !(abs(x) > near) { return sinNear(x) }
        return abs(x) == Double.infinity ? Double.nan : sinOf(quarterFar(x))
    }

    static func cos(_ x: Double) -> Double {
        if !(abs(x) > near) { return cosNear(x) }
        return abs(x) == Double.infinity ? Double.nan : cosOf(quarterFar(x))
    }

    static func tan(_ x: Double) -> Double {
        if !(abs(x) > near) { return tanNear(x) }
        return abs(x) == Double.infinity ? Double.nan : tanOf(quarterFar(x))
    }

    /// cos and sin of the angle 2 pi turn / 2^64: hi is the cosine, lo the sine.
    static func turn(_ turn: UInt64) -> Pair {
        let t = Double(Int64(bitPattern: turn << 2)) * 0x1p-64  // quarters from the nearest one
        let nearest = turn &+ 0x2000000000000000
        let z = t * t
        let s = t * poly(z, Coefficients.sinquarter)
        let c = fma(z, poly(z, Coefficients.cosquarter), 1.0)
        let swap = (nearest & 0x4000000000000000) != 0
        let top: UInt64 = 0x8000000000000000
        let x = swap ? s : c, y = swap ? c : s
        return Pair(
            real(bits(x) ^ ((nearest &+ 0x4000000000000000) & top)),
            real(bits(y) ^ (nearest & top)))
    }

    /// atan(a/b) for a, b >= 0, not both zero, neither infinite nor extreme.
    static func atanRatio(_ a: Double, _ b: Double) -> Double {
        let steep = a > Coefficients.tan_3pi_8 * b, middle = a > Coefficients.tan_pi_8 * b
        let sum = a + b, difference = a - b
        let back = sum - a, sumLost = (a - (sum - back)) + (b - back)
        let forth = difference - a, lost = (a - (difference - forth)) - (b + forth)
        let n = steep ? -b : middle ? difference : a, nl = (middle && !steep) ? lost : 0.0
        let d = steep ? a : middle ? sum : b, dl = (middle && !steep) ? sumLost : 0.0
        let u = n / d, rest = (fma(-u, d, n) + fma(-u, dl, nl)) / d
        let z = u * u
        let p = fma(u * z, poly(z, Coefficients.atan), fma(-z, rest, rest))
        let base = steep ? Coefficients.pi_half_1 : middle ? Coefficients.pi_quarter : 0.0
        let low = steep ? Coefficients.pi_half_2 : middle ? Coefficients.pi_quarter_lo : 0.0
        let y = base + u
        return y + (((base - y) + u) + (low + p))
    }

    static func atan(_ x: Double) -> Double {
        let a = abs(x), y = atanRatio(a > 0x1p60 ? 0x1p60 : a, 1.0)
        return (!x.isNaN && (a > 0x1p-30)) ? copysign(y, x) : x
    }

    static func atan2(_ y: Double, _ x: Double) -> Double {
        var a = abs(y), b = abs(x)
        let farA = a == Double.infinity, farB = b == Double.infinity
        let most = a > b ? a : b
        let scale = most > 0x1p900 ? 0x1p-200 : most < 0x1p-700 ? 0x1p250 : 1.0
        a = farA ? 1.0 : farB ? 0.0 : a * scale
        b = farB ? 1.0 : farA ? 0.0 : b * scale
        b = ((a == 0.0) && (b == 0.0)) ? 1.0 : b
        let v = atanRatio(a, b)
        let left = (bits(x) >> 63) != 0
        // pi - v, with the low part of pi.
        let over = Coefficients.pi - v,
            turned = over + (((Coefficients.pi - over) - v) + Coefficients.pi_lo)
        return (x.isNaN || y.isNaN) ? Double.nan : copysign(left ? turned : v, y)
    }

    /// (asin(s) - s) for s in [0, 1/2], z = s*s.
    static func asinRest(_ s: Double, _ z: Double) -> Double {
        return s * (z * poly(z, Coefficients.asin))
    }

    static func asin(_ x: Double) -> Double {
        let a = abs(x)
        let near = a <= 0.5
        let z = near ? x * x : fma(-0.5, a, 0.5)
        let s = near ? a : root(z)
        let lost = (near || (s == 0.0)) ? 0.0 : fma(-s, s, z) / (2.0 * s)
        let p = asinRest(s, z)
        let far = Coefficients.pi_half_1 - 2.0 * s
        let farLost = (Coefficients.pi_half_1 - far) - 2.0 * s
        let y = near ? s + p : far + (farLost + fma(-2.0, lost + p, Coefficients.pi_half_2))
        return a <= 1.0 ? copysign(y, x) : Double.nan
    }

    static func acos(_ x: Double) -> Double {
        let a = abs(x)
        let near = a <= 0.5
        let z = near ? x * x : fma(-0.5, a, 0.5)
        let s = near ? x : root(z)
        let lost = (near || (s == 0.0)) ? 0.0 : fma(-s, s, z) / (2.0 * s)
        let p = asinRest(s, z)
        let middle = Coefficients.pi_half_1 - s
        let middleLost = (Coefficients.pi_half_1 - middle) - s
        let left = Coefficients.pi - 2.0 * s
        let leftLost = (Coefficients.pi - left) - 2.0 * s
        let y =
            near
            ? middle + (middleLost + (Coefficients.pi_half_2 - p))
            : x > 0.0
                ? 2.0 * (s + (lost + p))
                : left + (leftLost + fma(-2.0, lost + p, Coefficients.pi_lo))
        return a <= 1.0 ? y : Double.nan
    }
}
