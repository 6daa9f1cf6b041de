// SPDX-License-Identifier: Apache-2.0

/// Count, sum and spread of one column over a range of indices, by the fixed tree of sums.
///
/// The sums are about a centre that the job fixes, over finite values only; the others are counted.
/// They are in units of 2^exponent, so that squares neither vanish nor overflow: 1 for values of
/// ordinary size, about the largest deviation where its square would leave the range of a double.
///
/// **Determinism**: `combined` is one node of the tree: (left, right) with left before right.
public struct Moments: Sendable, Hashable {
    /// Finite values.
    public var finite: UInt64 = 0
    /// Values that are not numbers.
    public var nan: UInt64 = 0
    /// Values of +infinity.
    public var positiveInfinite: UInt64 = 0
    /// Values of −infinity.
    public var negativeInfinite: UInt64 = 0
    /// The sum of (x − centre)/2^exponent.
    public var sum: Double = 0
    /// The sum of ((x − centre)/2^exponent)².
    public var squares: Double = 0
    /// The unit of both sums, as a power of two.
    public var exponent = 0
    /// Values below zero, counted for costs alone: nothing is promised for a cost that has some.
    public var negative: UInt64 = 0
    /// Values that are missing because a function from outside failed; among `nan` too, but for
    /// those of moves in splitting.
    public var failed: UInt64 = 0

    /// Of nothing.
    public init() {}

    /// The node above `self`, on the left, and `right`.
    public func combined(with right: Moments) -> Moments {
        var result = self
        var right = right
        result.align(&right)
        result.finite += right.finite
        result.nan += right.nan
        result.positiveInfinite += right.positiveInfinite
        result.negativeInfinite += right.negativeInfinite
        result.sum += right.sum
        result.squares += right.squares
        result.negative += right.negative
        result.failed &+= right.failed
        return result
    }

    /// The mean of the finite values; NaN where there are none.
    public func mean(centre: Double) -> Double {
        finite == 0 ? .nan : centre + (sum / Double(finite)).timesPowerOfTwo(exponent)
    }

    /// Gives both the larger unit; sums that are 0 have none of their own.
    private mutating func align(_ right: inout Moments) {
        if exponent == right.exponent { return }
        let common =
            isZero ? right.exponent : right.isZero ? exponent : max(exponent, right.exponent)
        use(common)
        right.use(common)
    }

    private var isZero: Bool { sum == 0 && squares == 0 }

    private mutating func use(_ unit: Int) {
        sum = sum.timesPowerOfTwo(exponent - unit)
        squares = squares.timesPowerOfTwo(2 * (exponent - unit))
        exponent = unit
    }

    /// The standard deviation of the finite values with n − 1; 0 for one value, NaN for none.
    public var standardDeviation: Double {
        guard finite > 1 else { return finite == 1 ? 0 : .nan }
        let n = Double(finite)
        return max(0, (squares - sum * (sum / n)) / (n - 1)).squareRoot()
            .timesPowerOfTwo(exponent)
    }

    /// All values, the infinite and missing ones too.
    public var count: UInt64 { finite + nan + positiveInfinite + negativeInfinite }

    /// Bytes that one takes.
    static let bytes = 68

    func write(to writer: inout ByteWriter) {
        writer.write(finite)
        writer.write(nan)
        writer.write(positiveInfinite)
        writer.write(negativeInfinite)
        writer.write(sum)
        writer.write(squares)
        writer.write(UInt32(bitPattern: Int32(exponent)))
        writer.write(negative)
        writer.write(failed)
    }

    init(from reader: inout ByteReader, samples: UInt64? = nil) throws(DecodingFailure) {
        finite = try reader.word()
        nan = try reader.word()
        positiveInfinite = try reader.word()
        negativeInfinite = try reader.word()
        sum = try reader.double()
        squares = try reader.double()
        exponent = Int(Int32(bitPattern: try reader.word32()))
        negative = try reader.word()
        failed = try reader.word()
        var total: UInt64 = 0
        for part in [finite, nan, positiveInfinite, negativeInfinite] {
            let (next, over) = total.addingReportingOverflow(part)
            total = over ? .max : next
        }
        if let samples, total != samples {
            throw DecodingFailure("moments of \(total) values where \(samples) were issued")
        }
        guard exponent.magnitude <= 1100 else {
            throw DecodingFailure("moments in a unit out of range")
        }
        guard total <= Limits.samples, negative <= total, failed <= Limits.samples else {
            throw DecodingFailure("moments of too many values")
        }
    }
}
