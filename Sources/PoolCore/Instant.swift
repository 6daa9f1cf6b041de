// SPDX-License-Identifier: Apache-2.0

/// A time on the clock of whoever drives a state machine: nanoseconds since its start.
///
/// It is not wall-clock time; only differences mean something.
public struct Instant: Sendable, Hashable, Comparable {
    /// Nanoseconds since the start.
    public var nanoseconds: Int64

    /// A time.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The start.
    public static let zero = Instant(nanoseconds: 0)
    /// Never.
    public static let distantFuture = Instant(nanoseconds: .max)

    /// Earlier before later.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// So many nanoseconds later; never past ``distantFuture``.
    public static func + (left: Instant, nanoseconds: Int64) -> Instant {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// Nanoseconds between two times, never negative: clocks that jump back count as standing.
    public func since(_ earlier: Instant) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? .max : max(0, difference)
    }
}
