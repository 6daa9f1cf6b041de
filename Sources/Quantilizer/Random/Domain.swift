// SPDX-License-Identifier: Apache-2.0

/// What a random block is for: the last word of its counter, so that purposes never share numbers.
///
/// The raw values are part of every answer and never change.
public enum Domain: UInt32, Sendable, CaseIterable {
    /// The noise of base samples.
    case base = 0
    /// Labels that order samples of equal utility.
    case tieLabel = 1
    /// Priorities by which draws are picked among the kept.
    case pick = 2
    /// Pilot runs, apart from the run they prepare.
    case pilot = 3
    /// Moves on a sample's noise.
    case move = 4
    /// Resampling.
    case resample = 5
    /// Samples of a proposal, to be weighed against the base.
    case proposal = 6
}
