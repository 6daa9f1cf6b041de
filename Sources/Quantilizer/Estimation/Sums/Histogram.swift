// SPDX-License-Identifier: Apache-2.0

/// How many values lie where, in bins of one width that is a power of two, all finite ones inside.
///
/// Bin j has the values x with j ≤ x/2^exponent < j + 1. The width is the least for which no more than
/// ``most`` bins reach from the least value to the largest, and no less than 2^-41 of the largest magnitude.
/// Bins of a width nest in those of twice the width, so nobody need agree on edges beforehand, and functions
/// from outside can be counted too.
///
/// **Determinism**: a function of the values alone, however they were cut and in whatever order they came.
public struct Histogram: Sendable, Hashable, Combinable {
    /// The most bins.
    public let most: Int
    /// The width of a bin, as a power of two; the least there is where nothing was counted.
    public internal(set) var exponent = Self.exponents.lowerBound
    /// The number of the first bin.
    public internal(set) var first = 0
    /// Values by bin; neither the first nor the last is 0.
    public internal(set) var counts: [UInt64] = []
    /// Values of −infinity.
    public internal(set) var negativeInfinite: UInt64 = 0
    /// Values of +infinity.
    public internal(set) var positiveInfinite: UInt64 = 0
    /// Values that are not numbers.
    public internal(set) var nan: UInt64 = 0

    /// Of nothing, with at most so many bins.
    public init(most: Int) { self.most = most }

    /// Bins that a job has where it says no number.
    public static let usualBins = 256
    /// Numbers of bins that a job may ask for.
    public static let bins = 16...4096
    /// Widths, as powers of two: bins of 16 hold all doubles in the last.
    static let exponents = -1000...1021
    /// Bits that a bin's number has at most.
    static let placeBits = 41

    /// The width of a bin.
    public var width: Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// The lower edge of the bin at a position of ``counts``; its upper edge is that of the next.
    public func edge(_ position: Int) -> Double { Double(first + position) * width }

    /// Finite values.
    public var finite: UInt64 { counts.reduce(0, +) }

    /// All values.
    public var total: UInt64 { finite + negativeInfinite + positiveInfinite + nan }

    /// The finest bins, as a power of two, for values of a magnitude.
    static func finest(_ magnitude: Double) -> Int {
        magnitude == 0
            ? exponents.lowerBound
            : max(exponents.lowerBound, Int(magnitude.exponent) + 1 - placeBits)
    }

    /// The bin of a value, whose number has no more than ``placeBits`` bits.
    @inline(__always)
    static func bin(_ value: Double, _ scale: Double) -> Int {
        let place = value * scale
        let whole = Int(place)
        // What is below 0 and too small to be seen at this width is in the bin below 0.
        return Double(whole) > place || (place == 0 && value < 0) ? whole - 1 : whole
    }

    /// The position in ``counts`` of the bin that holds a finite value; nil where it is beyond all of them.
    public func place(of value: Double) -> Int? {
        guard value.isFinite, !counts.isEmpty, Self.finest(value.magnitude) <= exponent else {
            return nil
        }
        let place = Self.bin(value, 1 / width) - first
        return counts.indices.contains(place) ? place : nil
    }

    /// The numbers of the first and the last bin; nil where no finite value was counted.
    private var span: ClosedRange<Int>? {
        counts.isEmpty ? nil : first...first + counts.count - 1
    }

    /// Both together.
    ///
    /// **Complexity**: O(bins).
    func combined(with other: Histogram) -> Histogram {
        var result = Histogram(most: most)
        result.negativeInfinite = negativeInfinite + other.negativeInfinite
        result.positiveInfinite = positiveInfinite + other.positiveInfinite
        result.nan = nan + other.nan
        let parts = [self, other].filter { !$0.counts.isEmpty }
        guard var exponent = parts.map(\.exponent).max() else { return result }
        var span = Self.span(parts, exponent)
        while span.count > most {
            exponent += 1
            span = Self.span(parts, exponent)
        }
        result.exponent = exponent
        result.first = span.lowerBound
        result.counts = [UInt64](repeating: 0, count: span.count)
        for part in parts {
            for (position, count) in part.counts.enumerated() {
                let bin = (part.first + position) >> (exponent - part.exponent)
                result.counts[bin - span.lowerBound] += count
            }
        }
        return result
    }

    private static func span(_ parts: [Histogram], _ exponent: Int) -> ClosedRange<Int> {
        let ends = parts.compactMap { part in
            part.span.map {
                (
                    $0.lowerBound >> (exponent - part.exponent),
                    $0.upperBound >> (exponent - part.exponent)
                )
            }
        }
        return (ends.map(\.0).min() ?? 0)...(ends.map(\.1).max() ?? 0)
    }
}

// MARK: What was kept

extension Histogram {
    /// The histogram of the best `kept` values, of which the worst is `threshold`: every bin above the
    /// threshold's whole, and of that bin what is left. Nil where the counts do not have so many there.
    ///
    /// It is exact: of a bin that the threshold cuts, what is kept is what lies above.
    public func top(_ kept: UInt64, from threshold: Double) -> Histogram? {
        guard kept >= positiveInfinite, let cut = place(of: threshold) else { return nil }
        var result = self
        result.first += cut
        result.counts = Array(counts[cut...])
        result.negativeInfinite = 0
        result.nan = 0
        let above = result.counts.dropFirst().reduce(positiveInfinite, +)
        guard kept > above, kept - above <= counts[cut] else { return nil }
        result.counts[0] = kept - above
        return result
    }
}

// MARK: Bytes

extension Histogram {
    /// Bytes that it takes.
    var bytes: Int { 40 + 8 * counts.count }

    func write(to writer: inout ByteWriter) {
        writer.write(UInt32(bitPattern: Int32(exponent)))
        writer.write(UInt64(bitPattern: Int64(first)))
        writer.write(UInt32(counts.count))
        for count in counts { writer.write(count) }
        writer.write(negativeInfinite)
        writer.write(positiveInfinite)
        writer.write(nan)
    }

    /// Reads a histogram of a column over as many values as its moments are.
    init(
        from reader: inout ByteReader, most: Int, agreeing moments: Moments
    ) throws(DecodingFailure) {
        self.init(most: most)
        exponent = Int(Int32(bitPattern: try reader.word32()))
        first = Int(Int64(bitPattern: try reader.word()))
        let count = Int(try reader.word32())
        guard count <= most else { throw DecodingFailure("\(count) bins, at most \(most)") }
        for _ in 0..<count { counts.append(try reader.word()) }
        negativeInfinite = try reader.word()
        positiveInfinite = try reader.word()
        nan = try reader.word()
        guard isSound, negativeInfinite == moments.negativeInfinite,
            positiveInfinite == moments.positiveInfinite, nan == moments.nan,
            finite == moments.finite
        else { throw DecodingFailure("a histogram that its column does not have") }
    }

    /// Whether the bins are such as values could have, and no more of them than samples there are.
    var isSound: Bool {
        guard Self.exponents.contains(exponent) else { return false }
        var room = Limits.samples
        for count in counts + [negativeInfinite, positiveInfinite, nan] {
            guard count <= room else { return false }
            room -= count
        }
        if counts.isEmpty { return exponent == Self.exponents.lowerBound && first == 0 }
        return first.magnitude <= 1 << Self.placeBits && counts.first != 0 && counts.last != 0
    }
}

extension [Histogram] {
    /// Reads those of the columns that were measured, of at most so many bins; none where the job asks for none.
    init(
        from reader: inout ByteReader, of columns: [Moments], most: Int?
    ) throws(DecodingFailure) {
        self.init()
        guard let most else { return }
        for moments in columns {
            append(try Histogram(from: &reader, most: most, agreeing: moments))
        }
    }
}
