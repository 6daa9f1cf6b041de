// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// How numbers become places on an axis.
enum Scale {
    /// Equal steps.
    case linear(Double, Double)
    /// Equal factors, of positive numbers.
    case log(Double, Double)
    /// Rows with names, the first on top; row j is at j + ½.
    case rows([String])

    /// A linear scale that holds the finite ones of these numbers, with a margin.
    static func linear(holding values: [Double], margin: Double = 0.05) -> Scale {
        guard let (low, high) = range(values) else { return .linear(0, 1) }
        let room = high > low ? (high - low) * margin : max(low.magnitude * 0.1, 0.5)
        return .linear(low - room, high + room)
    }

    /// A logarithmic scale that holds the positive ones of these numbers.
    static func log(holding values: [Double], margin: Double = 0.05) -> Scale {
        guard let (low, high) = range(values.filter { $0 > 0 }) else { return .log(0.1, 10) }
        let decades = log10(high) - log10(low)
        let factor = decades > 1e-4 ? pow(10, max(decades * margin, 0.02)) : 2
        return .log(
            max(low / factor, .leastNonzeroMagnitude), min(high * factor, .greatestFiniteMagnitude))
    }

    /// Logarithmic where the numbers are at least 0, not all 0, and lie two orders of magnitude apart;
    /// else linear.
    static func fitting(_ values: [Double]) -> Scale {
        let finite = values.filter(\.isFinite)
        let positive = finite.filter { $0 > 0 }
        guard let low = positive.min(), let high = positive.max(), high / low >= 100,
            finite.allSatisfy({ $0 >= 0 })
        else { return linear(holding: finite) }
        // What is 0 has a place of its own at the left edge.
        return log(holding: positive + (finite.contains(0) ? [low / 3] : []))
    }

    private static func range(_ values: [Double]) -> (Double, Double)? {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return nil }
        return (low, high)
    }

    /// Whether the axis is logarithmic.
    var isLogarithmic: Bool { if case .log = self { true } else { false } }

    /// The place of a number, 0 at the lower end and 1 at the upper; what has none there, as 0 on a
    /// logarithmic axis, is at the end that it is beyond. Nil of what is no number.
    func place(_ value: Double) -> Double? {
        guard !value.isNaN else { return nil }
        switch self {
        case .linear(let low, let high): return min(1.5, max(-0.5, (value - low) / (high - low)))
        case .log(let low, let high):
            guard value > 0 else { return 0 }
            return min(1.5, max(-0.5, (log10(value) - log10(low)) / (log10(high) - log10(low))))
        case .rows(let names): return 1 - value / Double(max(1, names.count))
        }
    }

    /// Places with their labels, at most about so many.
    func ticks(_ most: Int) -> [(value: Double, label: String)] {
        switch self {
        case .linear(let low, let high):
            // One alone tells no distance.
            [most, most * 2, most * 4].map { Self.even(low, high, max(2, $0)) }.first {
                $0.count > 1
            } ?? []
        case .log(let low, let high): Self.decades(low, high, max(2, most))
        case .rows: []
        }
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    private static func even(
        _ low: Double, _ high: Double, _ most: Int
    ) -> [(value: Double, label: String)] {
        let raw = (high - low) / Double(most)
        guard raw.isFinite, raw > 0 else { return [] }
        let unit = pow(10, log10(raw).rounded(.down))
        let step = unit * ([1, 2, 5, 10].first { $0 * unit >= raw * 0.999 } ?? 10)
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard last - first < 100, last >= first else { return [] }
        return stride(from: first, through: last, by: 1).map { number in
            let value = number * step
            return (value, Figures.tick(value, step: step))
        }
    }

    /// Powers of ten, every second, every third … of them where they are many; below two decades 2 and 5
    /// times them too.
    private static func decades(
        _ low: Double, _ high: Double, _ most: Int
    ) -> [(value: Double, label: String)] {
        let (first, last) = (log10(low).rounded(.down), log10(high).rounded(.up))
        let isShort = log10(high) - log10(low) < 2
        let factors: [Double] = isShort ? [1, 2, 5] : [1]
        let every = max(1, ((last - first) / Double(most)).rounded(.up))
        var found: [(value: Double, label: String)] = []
        for exponent in stride(from: first, through: last, by: 1)
        where exponent.truncatingRemainder(dividingBy: every) == 0 {
            for factor in factors {
                let value = factor * pow(10, exponent)
                if value >= low * 0.9999, value <= high * 1.0001 {
                    found.append((value, Figures.power(factor, Int(exponent))))
                }
            }
        }
        return found.count >= 2 || !isShort ? found : even(low, high, most)
    }
}
