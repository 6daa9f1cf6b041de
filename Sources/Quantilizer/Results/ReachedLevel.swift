// SPDX-License-Identifier: Apache-2.0

/// A level of splitting, and what the islands that went down it say of the base's mass there.
public struct ReachedLevel: Sendable, Hashable {
    /// The level's utility; +∞ is the event of an estimate.
    public var utility: Double
    /// The mass of the base at and above it: the mean over the islands, unbiased.
    public var mass: Double
    /// An interval of that mass alone, with the job's confidence; made as the result's own.
    public var interval: Interval
    /// The share of an island's particles that reached it from the level before, of the island with the
    /// fewest and of that with the most.
    public var survived: Interval
    /// The share of moves that were accepted after it; nil where nothing moves any more.
    public var acceptance: Double?
}
