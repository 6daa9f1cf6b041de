// SPDX-License-Identifier: Apache-2.0

/// An unevaluated sum of two doubles, about 106 bits: for cumulative tables exact to 2^-64.
///
/// **Source**: Dekker 1971, doi:10.1007/BF01397083; the sum without conditions: Knuth, *The Art of
/// Computer Programming* 2, section 4.2.2.
struct DoubleDouble: Sendable {
    var high: Double
    var low: Double

    init(_ high: Double, _ low: Double = 0) {
        self.high = high
        self.low = low
    }

    /// a + b without loss.
    static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
        let s = a + b
        let t = s - a
        return DoubleDouble(s, (a - (s - t)) + (b - t))
    }

    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let s = sum(a.high, b.high)
        let t = sum(a.low, b.low)
        let first = quick(s.high, s.low + t.high)
        return quick(first.high, first.low + t.low)
    }

    static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let p = a.high * b.high
        let rest = (-p).addingProduct(a.high, b.high) + (a.high * b.low + a.low * b.high)
        return quick(p, rest)
    }

    static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let first = a.high / b.high
        let r = a + -(b * DoubleDouble(first))
        let second = r.high / b.high
        let s = r + -(b * DoubleDouble(second))
        return quick(first, second) + DoubleDouble(s.high / b.high)
    }

    /// Nearest multiple of 2^-64, in those units; nil from 1 − 2^-65 on. For values in [0, 1].
    var scaledTo64Bits: UInt64? {
        // high = whole / 2^64 + f with the low part added to f.
        let scaled = high * 0x1p64
        let whole = scaled.rounded(.down)
        let f = ((scaled - whole) + low * 0x1p64).rounded(.toNearestOrEven)
        let carry = Int64(max(-0x1p62, min(0x1p62, f)))
        if whole >= 0x1p64 {
            // 1 itself, or a hair less.
            return carry < 0 ? UInt64.max - UInt64(-(carry + 1)) : nil
        }
        let base = UInt64(whole)
        if carry < 0 { return base >= UInt64(-carry) ? base - UInt64(-carry) : 0 }
        let (value, overflow) = base.addingReportingOverflow(UInt64(carry))
        return overflow ? nil : value
    }

    private static func quick(_ a: Double, _ b: Double) -> DoubleDouble {
        let s = a + b
        return DoubleDouble(s, b - (s - a))
    }
}
