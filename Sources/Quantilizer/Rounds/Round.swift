// SPDX-License-Identifier: Apache-2.0

/// What is asked of the samples of a round.
public enum RoundTask: Sendable, Hashable {
    /// The best of a window, a sieve for each selection.
    case select([Sieve])
    /// The first that pass, for each utility.
    case accept([Acceptance])
    /// The best of each group of `size` successive indices, for each utility.
    case groups(size: UInt64)
    /// Counts by key, a window for each selection.
    case digits([DigitWindow])
    /// A record for each slot of 256 indices, in place of samples: islands, weighed samples, trials.
    case slots(SlotWork)
    /// The cells of the job's impact variable, in bins of a width or value by value.
    case cells(width: Double?)
    /// Samples that a rule admits, an admission for each selection.
    case admit([Admission])
}

/// One pass over a range of indices: what the workers are given.
///
/// A range of indices may be handed out if the round ``admits(_:)`` it; any cover of the round by
/// such ranges, in any order, any of them more than once, gives the same answer.
public struct Round: Sendable, Hashable {
    /// The round's number in its job, from 0.
    public var number: Int
    /// Whose samples: `base` or `pilot`; `move` for islands, `proposal` for weighed samples.
    public var domain: Domain
    /// The indices. The lower bound is a multiple of 256.
    public var range: Range<UInt64>
    /// What is asked.
    public var task: RoundTask
    /// Whether mean and spread of every utility and cost are wanted.
    public var measures: Bool
    /// By what samples are ranked.
    public var stage: RoundStage

    /// A round.
    public init(
        number: Int, domain: Domain, range: Range<UInt64>, task: RoundTask, measures: Bool,
        stage: RoundStage = .utility
    ) {
        precondition(range.lowerBound % 256 == 0, "a round begins at a block")
        self.number = number
        self.domain = domain
        self.range = range
        self.task = task
        self.measures = measures
        self.stage = stage
    }

    /// The number of samples.
    public var count: UInt64 { range.upperBound - range.lowerBound }

    /// True for aligned ranges inside the round; only the last block may reach past its end.
    public func admits(_ candidate: DyadicRange) -> Bool {
        candidate.start >= range.lowerBound && candidate.start < range.upperBound
            && (candidate.end <= range.upperBound || candidate.level == DyadicRange.blockLevel)
    }

    /// The fewest admissible ranges that cover the round, in order.
    public var cover: [DyadicRange] { DyadicRange.cover(range) }

    /// What its slots of indices stand for; nil where its indices are samples of the base.
    var slots: (any SlotTask)? {
        if case .slots(let work) = task { work.task } else { nil }
    }

    /// Evaluations of the utility that an index takes, about: to size leases by.
    public func evaluationsPerIndex(job: CompiledJob) -> Double {
        slots?.evaluationsPerIndex(job: job) ?? 1
    }

    /// The number of channels: sieves, acceptances, utilities or windows.
    func channelCount(utilities: Int) -> Int {
        switch task {
        case .select(let sieves): sieves.count
        case .accept(let acceptances): acceptances.count
        case .groups: utilities
        case .digits(let windows): windows.count
        case .admit(let admissions): admissions.count
        case .slots, .cells: 0
        }
    }
}

/// What is known of the answer already: keys below `floors[channel]` cannot matter any more.
///
/// Hints save traffic. Stale or missing hints never change the answer.
public struct Hints: Sendable, Hashable {
    /// A lower bound for each channel of the round; empty where nothing is known.
    public var floors: [Key]
    /// The round that the hints are for; others ignore them.
    public var round: Int

    /// Hints, by default none.
    public init(round: Int = 0, floors: [Key] = []) {
        self.round = round
        self.floors = floors
    }

    /// Nothing known.
    public static let none = Hints()
}
