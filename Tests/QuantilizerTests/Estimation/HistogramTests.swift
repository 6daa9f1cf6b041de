// SPDX-License-Identifier: Apache-2.0

import TestMarks
import Testing

@testable import Quantilizer

@Suite struct HistogramTests {
    private func collected(_ values: [Double], most: Int, block: Int = 256) -> Histogram {
        var collector = HistogramCollector(most: most)
        var columns = Columns(count: 1, capacity: block)
        for start in stride(from: 0, to: values.count, by: block) {
            let part = values[start..<min(values.count, start + block)]
            for (lane, value) in part.enumerated() { columns[0, lane] = value }
            collector.add(columns, column: 0, lanes: part.count)
        }
        return collector.histogram
    }

    /// Columns of all kinds: narrow, wide, ties, one value, signs, extremes and what is no number.
    private static let columns: [(name: String, values: [Double])] = {
        var random = SplitMix(state: 5)
        func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
        let even = (0..<3000).map { _ in unit() }
        return [
            ("even", even), ("shifted", even.map { 1e6 + $0 }),
            ("far and narrow", even.map { 1e12 + $0 * 1e-6 }),
            ("heavy", even.map { 1 / max($0, 1e-12) - 1 / max(1 - $0, 1e-12) }),
            ("growing", (0..<3000).map { Double($0) * Double($0) }),
            ("shrinking", (0..<3000).map { -1e9 / Double($0 + 1) }),
            ("ties", even.map { ($0 * 9).rounded() - 4 }), ("alike", even.map { _ in 2.5 }),
            ("nothing", even.map { _ in 0 }), ("minus nothing", even.map { _ in -0.0 }),
            (
                "none finite",
                even.map { $0 < 0.3 ? .nan : $0 < 0.6 ? .infinity : -.infinity }
            ),
            (
                "some finite",
                even.map { $0 < 0.1 ? .nan : $0 < 0.2 ? .infinity : $0 < 0.3 ? -.infinity : $0 }
            ),
            (
                "the largest",
                even.map { ($0 < 0.5 ? -1 : 1) * Double.greatestFiniteMagnitude * $0 }
                    + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]
            ),
            (
                "the least",
                even.map { ($0 < 0.5 ? -1 : 1) * Double.leastNonzeroMagnitude * ($0 * 9).rounded() }
            ),
            (
                "the least beside one",
                even.map { $0 < 0.5 ? -.leastNonzeroMagnitude : $0 } + [1e300, -1e-300]
            ),
        ]
    }()

    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: [16, 17, 200, 256, 4096])
    func countsAreThoseOfEachValue(_ most: Int) {
        for (name, values) in Self.columns {
            let expected = countedOneByOne(values, most: most)
            #expect(collected(values, most: most) == expected, "\(name), \(most)")
            #expect(collected(values, most: most, block: 7) == expected, "\(name), \(most)")
            #expect(expected.total == UInt64(values.count), "\(name)")
            #expect(expected.counts.count <= most && expected.isSound, "\(name)")
        }
    }

    /// Parts cut anywhere and joined in any order are the whole, to the bit.
    @Test(.disabled(if: isQuick, "slow without an optimiser"), arguments: 0..<20)
    func anyCutInAnyOrder(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for (name, values) in Self.columns {
            let most = [16, 200, 256][Int(random.next() % 3)]
            var parts: [Histogram] = []
            var start = 0
            while start < values.count {
                let end = min(values.count, start + 1 + Int(random.next() % 700))
                parts.append(collected(Array(values[start..<end]), most: most))
                start = end
            }
            while parts.count > 1 {
                let one = parts.remove(at: Int(random.next() % UInt64(parts.count)))
                let place = Int(random.next() % UInt64(parts.count))
                parts[place] =
                    random.next() % 2 == 0
                    ? one.combined(with: parts[place]) : parts[place].combined(with: one)
            }
            #expect(parts == [countedOneByOne(values, most: most)], "\(name), \(most)")
        }
    }

    /// The top's histogram is that of its samples, where ties are cut by their labels too.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func theTopIsCountedExactly() throws
    {
        for (name, values) in Self.columns where values.contains(where: \.isFinite) {
            let whole = countedOneByOne(values, most: 200)
            let ranked = values.filter { !$0.isNaN }.sorted(by: >)
            for kept in [1, 2, 30, 1500, ranked.count] where kept <= ranked.count {
                let threshold = ranked[kept - 1]
                let top = whole.top(UInt64(kept), from: threshold)
                guard threshold.isFinite else {
                    #expect(top == nil)
                    continue
                }
                let found = try #require(top, "\(name), \(kept)")
                #expect(found.total == UInt64(kept))
                let best = Array(ranked.prefix(kept)).filter(\.isFinite)
                for (position, count) in found.counts.enumerated() {
                    let place = position + found.first - whole.first
                    let inside = best.count { whole.place(of: $0) == place }
                    #expect(count == UInt64(inside), "\(name), \(kept)")
                }
            }
        }
        // What the bins do not hold is none.
        let whole = countedOneByOne(Self.columns[0].values, most: 200)
        #expect(whole.top(3001, from: 0) == nil)
        #expect(whole.top(1, from: 0) == nil)
        #expect(whole.top(5, from: 2) == nil)
        #expect(whole.top(5, from: .nan) == nil)
    }
}

/// Values counted one by one, without a thought of speed: the least width that holds them.
func countedOneByOne(_ values: [Double], most: Int) -> Histogram {
    var result = Histogram(most: most)
    result.nan = UInt64(values.count { $0.isNaN })
    result.positiveInfinite = UInt64(values.count { $0 == .infinity })
    result.negativeInfinite = UInt64(values.count { $0 == -.infinity })
    let finite = values.filter(\.isFinite)
    guard let magnitude = finite.map(\.magnitude).max() else { return result }
    func bins(_ exponent: Int) -> [Int] {
        finite.map { value in
            let place = value * Double(sign: .plus, exponent: -exponent, significand: 1)
            return place == 0 && value < 0 ? -1 : Int(place.rounded(.down))
        }
    }
    var exponent = magnitude == 0 ? -1000 : max(-1000, Int(magnitude.exponent) - 40)
    while bins(exponent).max()! - bins(exponent).min()! >= most { exponent += 1 }
    let found = bins(exponent)
    result.exponent = exponent
    result.first = found.min()!
    result.counts = [UInt64](repeating: 0, count: found.max()! - found.min()! + 1)
    for bin in found { result.counts[bin - result.first] += 1 }
    return result
}
