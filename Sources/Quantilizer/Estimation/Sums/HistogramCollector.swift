// SPDX-License-Identifier: Apache-2.0

/// Counts a column's values while they come: a ``Histogram`` with room around it, so that widening it
/// is rare.
struct HistogramCollector {
    private let most: Int
    private var exponent = Histogram.exponents.lowerBound
    private var scale = 0.0
    /// The number of the window's first bin.
    private var start = 0
    private var window: [UInt64] = []
    /// The first and the last bin that have a value.
    private var low = 0
    private var high = -1
    private var negativeInfinite: UInt64 = 0
    private var positiveInfinite: UInt64 = 0
    private var nan: UInt64 = 0

    init(most: Int) { self.most = most }

    /// Counts the first lanes of a column.
    ///
    /// **Complexity**: O(lanes), with O(bins) when the values reach further than before.
    mutating func add(_ columns: borrowing Columns, column: Int, lanes: Int) {
        var least = Double.infinity
        var largest = -Double.infinity
        var finite = 0
        for lane in 0..<lanes {
            let value = columns[column, lane]
            guard value.isFinite else {
                if value.isNaN {
                    nan += 1
                } else if value > 0 {
                    positiveInfinite += 1
                } else {
                    negativeInfinite += 1
                }
                continue
            }
            finite += 1
            if value < least { least = value }
            if value > largest { largest = value }
        }
        guard finite > 0 else { return }
        include(least, largest)
        // Copies, so that the loop reads no fields.
        let (scale, start, isAll) = (scale, start, finite == lanes)
        var counts = window.mutableSpan
        for lane in 0..<lanes {
            let value = columns[column, lane]
            if isAll || value.isFinite { counts[Histogram.bin(value, scale) - start] += 1 }
        }
    }

    /// What was counted.
    var histogram: Histogram {
        var result = Histogram(most: most)
        result.negativeInfinite = negativeInfinite
        result.positiveInfinite = positiveInfinite
        result.nan = nan
        guard !window.isEmpty else { return result }
        result.exponent = exponent
        result.first = low
        result.counts = Array(window[low - start...high - start])
        return result
    }

    /// Makes the window hold two values.
    private mutating func include(_ least: Double, _ largest: Double) {
        let finest = Histogram.finest(max(least.magnitude, largest.magnitude))
        if !window.isEmpty, finest <= exponent {
            let (first, last) = (Histogram.bin(least, scale), Histogram.bin(largest, scale))
            if min(low, first) >= start, max(high, last) < start + most {
                low = min(low, first)
                high = max(high, last)
                return
            }
        }
        var wider = max(exponent, finest)
        while true {
            let unit = Double(sign: .plus, exponent: -wider, significand: 1)
            var (first, last) = (Histogram.bin(least, unit), Histogram.bin(largest, unit))
            if !window.isEmpty {
                first = min(first, low >> (wider - exponent))
                last = max(last, high >> (wider - exponent))
            }
            if last - first < most { return move(to: wider, unit, first, last) }
            wider += 1
        }
    }

    private mutating func move(to wider: Int, _ unit: Double, _ first: Int, _ last: Int) {
        let place = first - (most - 1 - (last - first)) / 2
        var room = [UInt64](repeating: 0, count: most)
        for (position, count) in window.enumerated() where count > 0 {
            room[((start + position) >> (wider - exponent)) - place] += count
        }
        (window, start, exponent, scale, low, high) = (room, place, wider, unit, first, last)
    }
}
