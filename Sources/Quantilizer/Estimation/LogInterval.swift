// SPDX-License-Identifier: Apache-2.0

/// Intervals that are symmetric on the logarithm.
enum LogInterval {
    /// From value · exp(−times · variation) to value · exp(times · variation), at most 1.
    static func of(_ value: Double, variation: Double, times: Double) -> Interval {
        let factor = Elementary.exp(times * variation)
        guard factor.isFinite else { return Interval(0, 1) }
        return Interval(value / factor, min(1, value * factor))
    }
}
