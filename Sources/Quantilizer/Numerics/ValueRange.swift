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
