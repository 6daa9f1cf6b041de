// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A result's histogram as it is drawn: in no more bins than can be told apart, and only where something is.
struct Bins {
    private(set) var first: Int
    private(set) var counts: [UInt64]
    private(set) var width: Double
    /// All values, those that are not drawn too.
    let total: UInt64
    /// Finite values beyond the bins.
    private(set) var beyond: UInt64 = 0

    /// Nil where there are no two bins.
    init?(_ histogram: Histogram) {
        first = histogram.first
        counts = histogram.counts
        width = histogram.width
        total = histogram.total
        while isOfMeshes { double() }
        guard counts.count > 1 else { return nil }
    }

    /// Whether every second bin is empty, as those of whole numbers are: then bins as wide as the meshes
    /// say more.
    private var isOfMeshes: Bool {
        counts.count > 2
            && counts.enumerated().allSatisfy { $1 == 0 || (first + $0).isMultiple(of: 2) }
    }

    private mutating func double() {
        let start = first >> 1
        var wider = [UInt64](repeating: 0, count: ((first + counts.count - 1) >> 1) - start + 1)
        for (position, count) in counts.enumerated() {
            wider[((first + position) >> 1) - start] += count
        }
        (first, counts, width) = (start, wider, width * 2)
    }

    /// Where the bin at a position begins.
    func edge(_ position: Int) -> Double { Double(first + position) * width }

    /// Bins that hold any.
    var occupied: Int { counts.count { $0 > 0 } }

    /// The middle 99.8 % of the values with as much again on each side and a value, where enough bins remain
    /// to make a picture; then in at most so many bins.
    func shown(_ value: Double?, most: Int = 280) -> Bins {
        var copy = self
        let finite = counts.reduce(0, +)
        var (low, high) = (0, counts.count - 1)
        var (below, above): (UInt64, UInt64) = (0, 0)
        while low < high, Double(below + counts[low]) < 0.001 * Double(finite) {
            below += counts[low]
            low += 1
        }
        while high > low, Double(above + counts[high]) < 0.001 * Double(finite) {
            above += counts[high]
            high -= 1
        }
        let reach = high - low + 1
        low -= reach
        high += reach
        if let value, value.isFinite {
            let place = Int(((value - edge(0)) / width).rounded(.down).clamped(to: -1e9...1e9))
            low = min(low, place)
            high = max(high, place)
        }
        low = max(0, low)
        high = min(counts.count - 1, high)
        if high - low >= Self.fewest {
            copy.first += low
            copy.counts = Array(counts[low...high])
            copy.beyond = finite - copy.counts.reduce(0, +)
        }
        while copy.counts.count > most { copy.double() }
        return copy
    }

    private static let fewest = 80

    /// Bars with each bin's share of all values; parts left and right of a value are bars of their own.
    func bars(cutAt value: Double?) -> (below: [Mark.Bar], above: [Mark.Bar]) {
        var (below, above): ([Mark.Bar], [Mark.Bar]) = ([], [])
        for (position, count) in counts.enumerated() where count > 0 {
            let (left, right) = (edge(position), edge(position + 1))
            let height = Double(count) / Double(total)
            let cut = max(left, min(value ?? right, right))
            if cut > left { below.append(Mark.Bar(left: left, right: cut, height: height)) }
            if cut < right { above.append(Mark.Bar(left: cut, right: right, height: height)) }
        }
        return (below, above)
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
