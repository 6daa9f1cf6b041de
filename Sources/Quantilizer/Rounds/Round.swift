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

/// A window of keys, `low ≤ key < high`, to be counted in equal buckets.
public struct DigitWindow: Sendable, Hashable {
    /// Buckets a window is cut into.
    public static let buckets = 1024
    /// The utility's number in the job.
    public var utility: Int
    /// The smallest key inside.
    public var low: Key
    /// The smallest key above.
    public var high: Key
}

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
    /// Islands of splitting, a block of indices each.
    case islands(SplittingPass)
    /// Samples of a proposal, weighed.
    case weigh(WeighingPass)
    /// Candidates of a search, a block of indices each.
    case trials(SearchPass)
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

    /// Whether its indices stand for islands, which weigh more than samples.
    var isOfIslands: Bool {
        if case .islands = task { true } else { false }
    }

    /// Whether its samples are of a proposal, and weighed.
    var isWeighed: Bool {
        if case .weigh = task { true } else { false }
    }

    /// Whether its indices stand for candidates of a search.
    var isOfTrials: Bool {
        if case .trials = task { true } else { false }
    }

    /// Evaluations of the utility that an index takes, about: to size leases by.
    public func evaluationsPerIndex(job: CompiledJob) -> Double {
        if case .trials = task, case .search(let settings) = job.settings.method {
            return Double(settings.samples * (job.search?.bases ?? 1))
                / Double(SearchPass.indicesPerCandidate)
        }
        guard case .islands(let pass) = task,
            case .splitting(let settings) = job.settings.method
        else { return 1 }
        let levels =
            pass.phase == .pilot
            ? settings.firstAim(quantile: job.settings.quantiles[0]).levels
            : pass.plan.levels.count
        return Double(settings.evaluations(levels: levels))
            / Double(SplittingPass.indicesPerIsland)
    }

    /// The number of channels: sieves, acceptances, utilities or windows.
    func channelCount(utilities: Int) -> Int {
        switch task {
        case .select(let sieves): sieves.count
        case .accept(let acceptances): acceptances.count
        case .groups: utilities
        case .digits(let windows): windows.count
        case .admit(let admissions): admissions.count
        case .islands, .weigh, .cells, .trials: 0
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
