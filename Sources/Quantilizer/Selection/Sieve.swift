// SPDX-License-Identifier: Apache-2.0

/// Which samples of a round one selection wants: those with `floor ≤ key ≤ ceiling`, the best
/// `capacity` of them. Samples above the ceiling are counted, summed, and offered as picks.
public struct Sieve: Sendable, Hashable {
    /// The utility's number in the job.
    public var utility: Int
    /// The selection's number, which names the stream of its picks.
    public var selection: Int
    /// Keys below it are dropped.
    public var floor: Key
    /// Keys above it are counted, not kept; ``Key/highest`` where everything is kept.
    public var ceiling: Key
    /// How many candidates are kept at most, the best ones.
    public var capacity: Int
    /// How many picks are kept of the samples above the ceiling.
    public var picks: Int

    /// A sieve; by default it keeps the best `capacity` of everything.
    public init(
        utility: Int, selection: Int = 0, floor: Key = .lowest, ceiling: Key = .highest,
        capacity: Int, picks: Int = 0
    ) {
        self.utility = utility
        self.selection = selection
        self.floor = floor
        self.ceiling = ceiling
        self.capacity = capacity
        self.picks = picks
    }
}

/// Which samples of a round are accepted: the first `count` in index order with `key ≥ floor`.
public struct Acceptance: Sendable, Hashable {
    /// The utility's number in the job.
    public var utility: Int
    /// The smallest key that is accepted.
    public var floor: Key
    /// How many are wanted.
    public var count: Int
}
