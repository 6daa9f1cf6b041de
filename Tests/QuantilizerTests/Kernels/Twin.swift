// SPDX-License-Identifier: Apache-2.0

/// The definitions of the elementary kernels once more, in plain scalar Swift: the oracle that every
/// build of the C code must match bit for bit.
enum Twin {
    struct Pair {
        var hi: Double
        var lo: Double
        init(_ hi: Double, _ lo: Double) { (self.hi, self.lo) = (hi, lo) }
    }

    /// value · 2^k, k in two's complement.
    struct Scaled {
        var value: Double
        var k: UInt64
        init(_ value: Double, _ k: UInt64) { (self.value, self.k) = (value, k) }
    }

    /// 2^k (1 + f).
    struct Split {
        var k: Double
        var f: Double
        init(_ k: Double, _ f: Double) { (self.k, self.f) = (k, f) }
    }

    /// quarter · π/2 + hi + lo.
    struct Angle {
        var hi: Double
        var lo: Double
        var quarter: UInt64
        init(_ hi: Double, _ lo: Double, _ quarter: UInt64) {
            (self.hi, self.lo, self.quarter) = (hi, lo, quarter)
        }
    }

    static let magic = 0x1.8p52
    static let magicBits: UInt64 = 0x4338_0000_0000_0000
    static let near = 0x1p30

    static func bits(_ x: Double) -> UInt64 { x.bitPattern }
    static func real(_ u: UInt64) -> Double { Double(bitPattern: u) }
    static func abs(_ x: Double) -> Double { x.magnitude }
    static func root(_ x: Double) -> Double { x.squareRoot() }
    static func fma(_ a: Double, _ b: Double, _ c: Double) -> Double { c.addingProduct(a, b) }
    static func copysign(_ magnitude: Double, _ sign: Double) -> Double {
        Double(signOf: sign, magnitudeOf: magnitude)
    }

    /// Even and odd powers by Horner's rule in z·z.
    static func poly(_ z: Double, _ c: [Double]) -> Double {
        func horner(_ start: Int) -> Double {
            var index = start
            while index + 2 < c.count { index += 2 }
            var sum = c[index]
            while index > start {
                index -= 2
                sum = fma(sum, z * z, c[index])
            }
            return sum
        }
        return fma(horner(1), z, horner(0))
    }
}

extension Twin {
    /// The two normals of a block's words.
    static func normals(low: UInt64, high: UInt64) -> Pair {
        let p = fma(Double(low), 0x1p-64, 0x1p-65)
        let r = root(2.0 * (0.0 - logNormal(p)))
        let angle = turn(high)
        return Pair(r * angle.hi, r * angle.lo)
    }
}
