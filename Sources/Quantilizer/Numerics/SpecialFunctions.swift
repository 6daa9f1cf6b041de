// SPDX-License-Identifier: Apache-2.0

/// Distribution functions and their inverses, one number at a time.
///
/// They are for bounds, tables and thresholds, not for inner loops: 0.1 to 30 µs a call.
///
/// Every law has both tails: `…CDF` is the lower tail, `…UpperTail` the upper, each relatively
/// accurate where it is small; `…Quantile` takes a lower tail, `…UpperQuantile` an upper one.
/// Arguments outside the domain give NaN; none traps.
///
/// **Determinism**: + − × ÷ √, comparisons and the project's kernels only, in a fixed order: the
/// same bits everywhere.
public enum SpecialFunctions {
    /// log Γ(x).
    public static func logGamma(_ x: Double) -> Double { Elementary.logGamma(x) }
}

/// The logarithms of both tails of a law at one point.
struct LogTails {
    var lower: Double
    var upper: Double

    /// Tails of which the lower one is known, ≤ about ½ for full accuracy of the other.
    init(lower: Double) {
        self.lower = min(lower, 0)
        upper = Elementary.log1mExp(self.lower)
    }

    /// Tails of which the upper one is known.
    init(upper: Double) {
        self.upper = min(upper, 0)
        lower = Elementary.log1mExp(self.upper)
    }

    /// The tails seen from the other side.
    var swapped: LogTails {
        var copy = self
        swap(&copy.lower, &copy.upper)
        return copy
    }
}

/// Which tail a probability is.
enum Tail: Int, Sendable, CaseIterable {
    case lower, upper
}
