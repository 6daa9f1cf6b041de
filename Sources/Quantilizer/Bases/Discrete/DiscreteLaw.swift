// SPDX-License-Identifier: Apache-2.0

/// A law on finitely many values, from one word: a cumulative table, then the values.
struct DiscreteLaw: Sendable {
    let table: CumulativeTable
    let values: [Double]
    /// Outcomes by their values, ascending; empty where the values are successive whole numbers.
    private let order: [Int]

    /// A law with these weights.
    init(values: [Double], weights: [DoubleDouble]) {
        table = CumulativeTable(weights: weights)
        self.values = values
        let isSuccessive = values.indices.allSatisfy { values[$0] == values[0] + Double($0) }
        order = isSuccessive ? [] : values.indices.sorted { values[$0] < values[$1] }
    }

    /// log of the probability of a value, over all outcomes that have it.
    func logMass(_ x: Double) -> Double {
        guard !order.isEmpty else {
            let place = x - values[0]
            guard place >= 0, place < Double(values.count), place == place.rounded() else {
                return -.infinity
            }
            return Elementary.log(table.mass(Int(place)))
        }
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if values[order[middle]] < x { low = middle + 1 } else { high = middle }
        }
        var mass = 0.0
        while low < order.count, values[order[low]] == x {
            mass += table.mass(order[low])
            low += 1
        }
        return Elementary.log(mass)
    }

    /// A law on whole numbers by the ratios of neighbouring masses.
    ///
    /// Masses spread from `mode` by `up(k)` = mass(k + 1) / mass(k) and `down(k)` = mass(k − 1) /
    /// mass(k) until they add less than 2^-90; nil where that takes more than
    /// ``BaseLimits/outcomes`` of them on a side, as a standard deviation `sd` foretells. No normalising constant is needed.
    init?(
        mode: Int, in range: ClosedRange<Int>, sd: Double, up: (Int) -> DoubleDouble,
        down: (Int) -> DoubleDouble
    ) {
        guard sd * 11 < Double(BaseLimits.outcomes) else { return nil }
        func run(_ end: Int, _ step: Int, _ ratio: (Int) -> DoubleDouble) -> [DoubleDouble]? {
            var masses: [DoubleDouble] = []
            var mass = DoubleDouble(1)
            var k = mode
            while k != end {
                let r = ratio(k)
                mass = mass * r
                // What follows is below a geometric series.
                if mass.high < 0x1p-90 * (1 - min(r.high, 1)) { break }
                masses.append(mass)
                if masses.count > BaseLimits.outcomes { return nil }
                k += step
            }
            return masses
        }
        guard let below = run(range.lowerBound, -1, down), let above = run(range.upperBound, 1, up)
        else { return nil }
        let first = mode - below.count
        let weights = below.reversed() + [DoubleDouble(1)] + above
        self.init(values: weights.indices.map { Double(first + $0) }, weights: weights)
    }

    /// Values of words; `free` is a scratch column.
    func fill(
        _ words: borrowing WordColumns, _ slot: Int, to result: inout Columns, _ column: Int,
        scratch: inout Columns, _ free: Int, lanes: Int
    ) {
        table.fill(words, slot, to: &scratch, free, lanes: lanes)
        Kernels.gather(values, scratch, free, to: &result, column, lanes: lanes)
    }
}
