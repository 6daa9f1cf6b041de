// SPDX-License-Identifier: Apache-2.0

/// How far a job is.
public struct JobProgress: Sendable, Hashable {
    /// The number of the current round.
    public var round: Int
    /// Samples of the round that are done.
    public var roundDone: UInt64
    /// Samples of the round.
    public var roundTotal: UInt64
    /// Base samples that are done.
    public var issued: UInt64
    /// Base samples expected in all.
    public var expected: UInt64
    /// Samples of all rounds, pilots and second passes too, that are done.
    public var evaluations: UInt64
    /// The primary selection's threshold so far, valid though watched.
    public var threshold: RunningThreshold?
}
