// SPDX-License-Identifier: Apache-2.0

/// An interval that holds a number with the job's confidence; infinite where nothing bounds it.
public struct Interval: Sendable, Hashable {
    /// The lower end.
    public var lower: Double
    /// The upper end.
    public var upper: Double

    /// An interval.
    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }
}
