// SPDX-License-Identifier: Apache-2.0

/// A sum of doubles without any rounding, rounded once when it is read.
///
/// It takes finite values only. Because it is exact, the order and the grouping of the additions
/// cannot matter, so the sum over the kept samples is the same whether they were kept and summed
/// at the end or summed as they came by.
///
/// **Complexity**: `add` O(1), two or three limbs; memory up to 544 bytes, less when ``trimmed``.
/// Kulisch, *Computer Arithmetic and Validity*, 2013, chapter 8.
struct ExactSum: Sendable, Equatable {
    /// Limb j counts 2^(32 j − 1088) in two's complement; the sum of all is the value.
    private var limbs: [Int64]
    /// The first limb that is stored.
    private var first: Int
    /// Additions since the limbs were last carried.
    private var pending = 0

    private static let limbCount = 68
    private static let bias = 1088

    /// Zero.
    init() {
        limbs = []
        first = 0
    }

    /// Adds a finite value.
    mutating func add(_ value: Double) {
        precondition(value.isFinite, "only finite values are summed")
        let bits = value.bitPattern
        let field = Int((bits >> 52) & 0x7FF)
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let mantissa = field == 0 ? fraction : fraction | 1 << 52
        if mantissa == 0 { return }
        if limbs.count != Self.limbCount { widen() }
        // value = mantissa · 2^(max(field, 1) − 1075)
        let shift = max(field, 1) - 1075 + Self.bias
        let limb = shift >> 5
        let offset = UInt64(shift & 31)
        let low = mantissa << offset
        let high = offset == 0 ? 0 : mantissa >> (64 - offset)
        let negative = value.sign == .minus
        let parts = (
            Int64(low & 0xFFFF_FFFF), Int64(low >> 32), Int64(high)
        )
        if negative {
            limbs[limb] -= parts.0
            limbs[limb + 1] -= parts.1
            limbs[limb + 2] -= parts.2
        } else {
            limbs[limb] += parts.0
            limbs[limb + 1] += parts.1
            limbs[limb + 2] += parts.2
        }
        pending += 1
        if pending >= 1 << 29 { carry() }
    }

    /// Adds another sum.
    mutating func add(_ other: ExactSum) {
        if other.limbs.isEmpty { return }
        if limbs.count != Self.limbCount { widen() }
        carry()
        var other = other
        other.carry()
        for (j, limb) in other.limbs.enumerated() { limbs[other.first + j] += limb }
        carry()
        trim()
    }

    /// The sum, rounded to nearest once, ties to even; ±infinity where it is out of range.
    var value: Double { value(timesPowerOfTwo: 0) }

    /// The sum over a count, which is in range wherever the terms are.
    func mean(of count: UInt64) -> Double {
        let whole = value
        if whole.isFinite { return whole / Double(count) }
        return (value(timesPowerOfTwo: -64) / Double(count)).timesPowerOfTwo(64)
    }

    /// The sum times 2^exponent, for an exponent of at most 0.
    private func value(timesPowerOfTwo exponent: Int) -> Double {
        var copy = self
        copy.widen()
        copy.carry()
        var magnitude = copy.limbs
        let negative = magnitude[Self.limbCount - 1] < 0
        if negative {
            for j in magnitude.indices { magnitude[j] = -magnitude[j] }
            Self.carry(&magnitude)
        }
        guard let top = magnitude.lastIndex(where: { $0 != 0 }) else { return 0 }
        // The highest bit is bit `lead` of the whole number.
        let lead = top * 32 + 63 - magnitude[top].leadingZeroBitCount
        // The last bit that a double of this size keeps.
        let last = max(lead - 52, Self.bias - 1074)
        func bit(_ position: Int) -> UInt64 {
            position < 0 || position >= Self.limbCount * 32
                ? 0 : UInt64(magnitude[position >> 5] >> Int64(position & 31)) & 1
        }
        var mantissa: UInt64 = 0
        for position in stride(from: lead, through: last, by: -1) {
            mantissa = mantissa << 1 | bit(position)
        }
        if last > 0, bit(last - 1) == 1 {
            var sticky = mantissa & 1 == 1
            var position = last - 2
            while !sticky && position >= 0 {
                sticky = bit(position) == 1
                position -= 1
            }
            if sticky { mantissa += 1 }
        }
        let magnitudeValue = Double(
            sign: .plus, exponent: last - Self.bias + exponent, significand: Double(mantissa))
        return negative ? -magnitudeValue : magnitudeValue
    }

    /// The canonical form: carried, without the zero limbs on either side.
    var trimmed: ExactSum {
        var copy = self
        copy.carry()
        copy.trim()
        return copy
    }

    static func == (a: ExactSum, b: ExactSum) -> Bool {
        let a = a.trimmed
        let b = b.trimmed
        return a.first == b.first && a.limbs == b.limbs
    }

    private mutating func widen() {
        if limbs.count == Self.limbCount { return }
        var wide = [Int64](repeating: 0, count: Self.limbCount)
        for (j, limb) in limbs.enumerated() { wide[first + j] = limb }
        limbs = wide
        first = 0
    }

    private mutating func carry() {
        if pending == 0 && limbs.count != Self.limbCount { return }
        Self.carry(&limbs)
        pending = 0
    }

    /// Brings all limbs but the highest into 0 ..< 2^32.
    private static func carry(_ limbs: inout [Int64]) {
        guard limbs.count > 1 else { return }
        for j in 0..<limbs.count - 1 {
            let over = limbs[j] >> 32
            limbs[j] &= 0xFFFF_FFFF
            limbs[j + 1] += over
        }
    }

    /// Sign and magnitude: all limbs of one sign, none of 2^32 or more, no zeros on either side.
    private mutating func trim() {
        if limbs.count == Self.limbCount, limbs[Self.limbCount - 1] < 0 {
            for j in limbs.indices { limbs[j] = -limbs[j] }
            Self.carry(&limbs)
            for j in limbs.indices { limbs[j] = -limbs[j] }
        }
        guard let low = limbs.firstIndex(where: { $0 != 0 }),
            let high = limbs.lastIndex(where: { $0 != 0 })
        else {
            limbs = []
            first = 0
            return
        }
        if low == 0 && high == limbs.count - 1 { return }
        first += low
        limbs = Array(limbs[low...high])
    }

    func write(to writer: inout ByteWriter) {
        let canonical = trimmed
        writer.write(UInt8(canonical.first))
        writer.write(UInt8(canonical.limbs.count))
        for limb in canonical.limbs { writer.write(UInt64(bitPattern: limb)) }
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        first = Int(try reader.byte())
        let count = Int(try reader.byte())
        guard first + count <= Self.limbCount else {
            throw DecodingFailure("a sum has at most \(Self.limbCount) limbs")
        }
        limbs = []
        for _ in 0..<count {
            let limb = Int64(bitPattern: try reader.word())
            guard limb.magnitude < 1 << 32, limb.signum() * (limbs.last ?? limb).signum() >= 0
            else { throw DecodingFailure("a limb of a sum is out of range") }
            limbs.append(limb)
        }
        trim()
    }
}
