// SPDX-License-Identifier: Apache-2.0

/// Count, mean and spread of one column over the kept samples, free of rounding in the sums.
///
/// Exact sums make the result the same whether the kept samples were held in memory or summed as
/// they came by, in any order.
struct TopMoments: Sendable, Equatable {
    var finite: UInt64 = 0
    var nan: UInt64 = 0
    var positiveInfinite: UInt64 = 0
    var negativeInfinite: UInt64 = 0
    var sum = ExactSum()
    /// Squares about the job's centre.
    var squares = ExactSum()
    var minimum: Double = .infinity
    var maximum: Double = -.infinity

    init() {}

    mutating func add(_ value: Double, centre: Double) {
        if value.isFinite {
            finite += 1
            sum.add(value)
            let deviation = value - centre
            let square = deviation * deviation
            squares.add(square.isFinite ? square : .greatestFiniteMagnitude)
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
        squares.add(other.squares)
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// All values, the infinite and missing ones too.
    var count: UInt64 { finite + nan + positiveInfinite + negativeInfinite }

    /// The mean of the finite values; NaN where there are none.
    var mean: Double { finite == 0 ? .nan : sum.value / Double(finite) }

    /// The variance of the finite values with n − 1.
    func variance(centre: Double) -> Double {
        guard finite > 1 else { return finite == 1 ? 0 : .nan }
        let n = Double(finite)
        let shift = mean - centre
        return max(0, (squares.value - n * shift * shift) / (n - 1))
    }

    func write(to writer: inout ByteWriter) {
        writer.write(finite)
        writer.write(nan)
        writer.write(positiveInfinite)
        writer.write(negativeInfinite)
        sum.write(to: &writer)
        squares.write(to: &writer)
        writer.write(minimum)
        writer.write(maximum)
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
        squares = try ExactSum(from: &reader)
        minimum = try reader.double()
        maximum = try reader.double()
    }
}
