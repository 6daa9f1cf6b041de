// SPDX-License-Identifier: Apache-2.0

/// Count, mean, spread, skewness and far ends of one column over the kept samples, free of rounding in
/// the sums.
///
/// Exact sums make the result the same whether the kept samples were held in memory or summed as
/// they came by, in any order.
struct TopMoments: Sendable, Equatable {
    /// Powers of the deviations that are told in one unit.
    struct Powers: Sendable, Equatable {
        /// The unit, as a power of two.
        var exponent: Int
        /// Squares about the job's centre, in units of 2^(2·exponent).
        var squares = ExactSum()
        /// Cubes about it, in units of 2^(3·exponent).
        var cubes = ExactSum()
    }

    var finite: UInt64 = 0
    var nan: UInt64 = 0
    var positiveInfinite: UInt64 = 0
    var negativeInfinite: UInt64 = 0
    private(set) var sum = ExactSum()
    /// By exponent, ascending; of values of ordinary size there is one, of exponent 0.
    private(set) var powers: [Powers] = []
    var minimum: Double = .infinity
    var maximum: Double = -.infinity
    /// The largest finite values, the largest first.
    private(set) var head: [Double] = []
    /// The smallest finite values, the smallest first.
    private(set) var foot: [Double] = []

    /// Values held of either end.
    static let ends = 128

    init() {}

    mutating func add(_ value: Double, centre: Double) {
        if value.isFinite {
            finite += 1
            sum.add(value)
            let unit = Deviation.unit(value, centre)
            let deviation = Deviation.of(value, centre, in: unit)
            let number = place(unit)
            powers[number].squares.add(deviation * deviation)
            powers[number].cubes.add(deviation * deviation * deviation)
            keepEnds(value + 0)
        } else if value.isNaN {
            nan += 1
            return
        } else if value > 0 {
            positiveInfinite += 1
        } else {
            negativeInfinite += 1
        }
        minimum = min(minimum, value)
        maximum = max(maximum, value)
    }

    mutating func add(_ other: TopMoments) {
        finite += other.finite
        nan += other.nan
        positiveInfinite += other.positiveInfinite
        negativeInfinite += other.negativeInfinite
        sum.add(other.sum)
        for more in other.powers {
            let number = place(more.exponent)
            powers[number].squares.add(more.squares)
            powers[number].cubes.add(more.cubes)
        }
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        if head.isEmpty {
            head = other.head
            foot = other.foot
        } else {
            for value in other.head { keepHead(value) }
            for value in other.foot { keepFoot(value) }
        }
    }

    /// The position of the sums in a unit, made where there are none.
    private mutating func place(_ unit: Int) -> Int {
        if let only = powers.first, powers.count == 1, only.exponent == unit { return 0 }
        let number = powers.firstIndex { $0.exponent >= unit } ?? powers.count
        if number == powers.count || powers[number].exponent != unit {
            powers.insert(Powers(exponent: unit), at: number)
        }
        return number
    }

    private mutating func keepEnds(_ value: Double) {
        keepHead(value)
        keepFoot(value)
    }

    private mutating func keepHead(_ value: Double) {
        if head.count == Self.ends {
            guard value > head[Self.ends - 1] else { return }
            head.removeLast()
        }
        head.insert(value, at: Self.place(in: head) { $0 >= value })
    }

    private mutating func keepFoot(_ value: Double) {
        if foot.count == Self.ends {
            guard value < foot[Self.ends - 1] else { return }
            foot.removeLast()
        }
        foot.insert(value, at: Self.place(in: foot) { $0 <= value })
    }

    /// The number of leading values for which the condition holds.
    private static func place(in values: [Double], _ holds: (Double) -> Bool) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if holds(values[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// All values, the infinite and missing ones too.
    var count: UInt64 { finite + nan + positiveInfinite + negativeInfinite }

    /// The mean of the finite values; NaN where there are none.
    var mean: Double { finite == 0 ? .nan : sum.mean(of: finite) }

    /// With every exact sum in its shortest form.
    var trimmed: TopMoments {
        var copy = self
        copy.sum = sum.trimmed
        for number in powers.indices {
            copy.powers[number].squares = powers[number].squares.trimmed
            copy.powers[number].cubes = powers[number].cubes.trimmed
        }
        return copy
    }

    /// Bytes that it takes, at least: those of its sums' limbs come beside.
    var weight: Int { 52 + 8 * (powers.count + head.count + foot.count) }

    func write(to writer: inout ByteWriter) {
        writer.write(finite)
        writer.write(nan)
        writer.write(positiveInfinite)
        writer.write(negativeInfinite)
        sum.write(to: &writer)
        writer.write(UInt8(powers.count))
        for one in powers {
            writer.write(UInt32(bitPattern: Int32(one.exponent)))
            one.squares.write(to: &writer)
            one.cubes.write(to: &writer)
        }
        writer.write(minimum)
        writer.write(maximum)
        writer.write(UInt8(head.count))
        for value in head + foot { writer.write(value) }
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        finite = try reader.word()
        nan = try reader.word()
        positiveInfinite = try reader.word()
        negativeInfinite = try reader.word()
        guard [finite, nan, positiveInfinite, negativeInfinite].allSatisfy({ $0 < 1 << 60 }) else {
            throw DecodingFailure("a count of samples is out of range")
        }
        sum = try ExactSum(from: &reader)
        for _ in 0..<(try reader.byte()) {
            let exponent = Int(Int32(bitPattern: try reader.word32()))
            guard exponent.magnitude <= 1200, exponent % 400 == 0,
                exponent > powers.last?.exponent ?? -1600
            else { throw DecodingFailure("sums in a unit out of range") }
            powers.append(
                Powers(
                    exponent: exponent, squares: try ExactSum(from: &reader),
                    cubes: try ExactSum(from: &reader)))
        }
        minimum = try reader.double()
        maximum = try reader.double()
        let ends = Int(try reader.byte())
        guard ends == Int(min(finite, UInt64(Self.ends))), powers.isEmpty == (finite == 0) else {
            throw DecodingFailure("the ends of a sum are not those of its values")
        }
        for _ in 0..<ends { head.append(try reader.double()) }
        for _ in 0..<ends { foot.append(try reader.double()) }
        guard (head + foot).allSatisfy(\.isFinite),
            zip(head, head.dropFirst()).allSatisfy({ $0 >= $1 }),
            zip(foot, foot.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw DecodingFailure("the ends of a sum are out of order") }
    }
}
