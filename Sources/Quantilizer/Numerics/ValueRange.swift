// SPDX-License-Identifier: Apache-2.0

/// What a function can be at most and at least, known from how it is written and not from samples.
///
/// Finite values lie in it whatever the sample is; NaN is outside of what it says.
public struct ValueRange: Sendable, Hashable {
    /// No value is below it.
    public var lower: Double
    /// No value is above it.
    public var upper: Double
    /// Whether only 0 and 1 occur.
    public var isBinary = false

    /// 0 or 1.
    public static let binary = ValueRange(lower: 0, upper: 1, isBinary: true)

    static let everything = ValueRange(lower: -.infinity, upper: .infinity)

    /// Nil for ends that say nothing.
    static func of(_ ends: [Double]) -> ValueRange {
        guard !ends.contains(where: \.isNaN), let lower = ends.min(), let upper = ends.max() else {
            return .everything
        }
        return ValueRange(lower: lower, upper: upper)
    }

    /// The image under a function that never falls.
    func mapped(_ function: (Double) -> Double) -> ValueRange {
        ValueRange.of([function(lower), function(upper)])
    }

    var hasZero: Bool { lower <= 0 && upper >= 0 }
}

extension FormulaGraph {
    /// The range of a node's values, by the ranges of what it is computed from.
    ///
    /// Rounding is monotone, so the ends hold for computed values, not only for exact ones. What is not
    /// known here has every value. **Complexity**: O(nodes).
    func range(of root: Int) -> ValueRange {
        var ranges: [ValueRange] = []
        ranges.reserveCapacity(root + 1)
        for id in 0...root {
            // A constant 1 may be a truth value too, but what it is is known better.
            let isTruth = isBoolean[id] && self[id].operation != .constant
            ranges.append(isTruth ? .binary : range(self[id], ranges))
        }
        return ranges[root]
    }

    private func range(_ node: Node, _ known: [ValueRange]) -> ValueRange {
        let a = node.a >= 0 && node.a < known.count ? known[node.a] : .everything
        let b = node.b >= 0 && node.b < known.count ? known[node.b] : .everything
        let c = node.c >= 0 && node.c < known.count ? known[node.c] : .everything
        let everything = ValueRange.everything
        switch node.operation {
        case .constant:
            let value = Double(bitPattern: node.bits)
            return ValueRange.of([value])
        case .column, .slice: return everything
        case .less, .lessOrEqual, .equal, .notEqual, .isnan, .and, .or, .not, .anyOf, .allOf:
            return .binary
        case .add: return ValueRange.of([a.lower + b.lower, a.upper + b.upper])
        case .subtract: return ValueRange.of([a.lower - b.upper, a.upper - b.lower])
        case .multiply:
            if node.a == node.b { return square(a) }
            return product(a, b)
        case .divide:
            if b.hasZero { return everything }
            return ValueRange.of([
                a.lower / b.lower, a.lower / b.upper, a.upper / b.lower, a.upper / b.upper,
            ])
        case .minimum:
            return ValueRange(lower: min(a.lower, b.lower), upper: min(a.upper, b.upper))
        case .maximum:
            return ValueRange(lower: max(a.lower, b.lower), upper: max(a.upper, b.upper))
        case .choose:
            return ValueRange(lower: min(b.lower, c.lower), upper: max(b.upper, c.upper))
        case .abs:
            let most = max(a.lower.magnitude, a.upper.magnitude)
            let least = a.hasZero ? 0 : min(a.lower.magnitude, a.upper.magnitude)
            return ValueRange(lower: least, upper: most)
        case .sqrt:
            return ValueRange(
                lower: max(0, a.lower).squareRoot(), upper: max(0, a.upper).squareRoot())
        case .floor: return a.mapped { $0.rounded(.down) }
        case .ceil: return a.mapped { $0.rounded(.up) }
        case .trunc: return a.mapped { $0.rounded(.towardZero) }
        case .sign, .sin, .cos, .tanh, .erf: return ValueRange(lower: -1, upper: 1)
        case .erfc: return ValueRange(lower: 0, upper: 2)
        case .exp:
            return ValueRange(
                lower: 0,
                upper: a.upper <= 0 ? 1 : a.upper < 700 ? 2 * Elementary.exp(a.upper) : .infinity)
        case .minimumOf, .maximumOf: return a
        default: return everything
        }
    }

    /// Products of the ends; 0·∞ does not say anything.
    private func product(_ a: ValueRange, _ b: ValueRange) -> ValueRange {
        if a.hasZero && (b.lower.isInfinite || b.upper.isInfinite)
            || b.hasZero && (a.lower.isInfinite || a.upper.isInfinite)
        {
            return a.lower >= 0 && b.lower >= 0
                ? ValueRange(lower: 0, upper: .infinity) : .everything
        }
        return ValueRange.of([
            a.lower * b.lower, a.lower * b.upper, a.upper * b.lower, a.upper * b.upper,
        ])
    }

    private func square(_ a: ValueRange) -> ValueRange {
        let most = max(a.lower.magnitude, a.upper.magnitude)
        let least = a.hasZero ? 0 : min(a.lower.magnitude, a.upper.magnitude)
        return ValueRange(lower: least * least, upper: most * most)
    }
}
