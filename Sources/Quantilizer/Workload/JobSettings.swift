// SPDX-License-Identifier: Apache-2.0

/// Where the `threshold` method takes its threshold from.
public enum ThresholdSource: Sendable, Hashable {
    /// A utility given in the job.
    case value(Double)
    /// The k-th best of so many pilot samples.
    case pilot(UInt64)
}

/// How a job turns samples into draws.
public enum MethodChoice: Sendable, Hashable {
    /// The top k of N, and a uniform choice among them.
    case exact
    /// The best of n, one for each group of n.
    case bestOfN
    /// Fresh samples until enough reach a threshold; at most `maximumSamples` of them.
    case threshold(ThresholdSource, maximumSamples: UInt64)
    /// Levels, islands and a gate: about log(1/q) work in place of 1/q.
    case splitting(SplittingSettings)
    /// Samples of a proposal that the job gives, weighed, behind a gate.
    case importance(ImportanceSettings)
    /// The same with a proposal that is adapted first.
    case crossEntropy(ImportanceSettings)
    /// The best by a cheap first utility, then the best of those.
    case screened(ScreenedSettings)
    /// Uniform between two quantiles, the share `cut` at the top left out.
    case band(cut: Double)
    /// By weight exp(U/β), capped.
    case tilt(TiltSettings)
    /// The best against any true utility within ε.
    case minimax(MinimaxSettings)
    /// The best under a cap on the law of a variable, in bins of a width or value by value.
    case impact(width: Double?)
    /// Of an estimate, base samples counted.
    case plain
    /// Of an event, the shift of the base that makes it most likely.
    case attack(AttackSettings)
    /// Parameters of a reward whose quantilizer does well by a criterion.
    case search(SearchSettings)

    /// The method's name in job files and results.
    public var name: String {
        switch self {
        case .exact: "exact"
        case .bestOfN: "best-of-n"
        case .threshold: "threshold"
        case .splitting: "splitting"
        case .importance: "importance"
        case .crossEntropy: "cross-entropy"
        case .screened: "screened"
        case .band: "band"
        case .tilt: "tilt"
        case .minimax: "minimax"
        case .impact: "impact"
        case .plain: "plain"
        case .attack: "attack"
        case .search: "search"
        }
    }
}

extension MethodChoice {
    /// Whether it counts by the cells of a variable.
    var hasCells: Bool {
        if case .impact = self { true } else { false }
    }

    /// Whether later passes depend on what the first one over all samples found.
    var looksTwice: Bool {
        switch self {
        case .screened, .band, .impact: true
        default: false
        }
    }

    /// The settings of a method that weighs samples.
    var importance: ImportanceSettings? {
        switch self {
        case .importance(let settings), .crossEntropy(let settings): settings
        case .attack(let settings): settings.weighing
        default: nil
        }
    }
}

/// How precise the answer shall be, where the job does not fix the number of samples.
public enum Precision: Sendable, Hashable {
    /// Half the width of the tail mass's interval over the tail mass: fixes N in advance.
    case tailMass(relative: Double)
    /// The width of the threshold's interval, in units of utility: found by independent pilots.
    case threshold(width: Double)
}

/// The numbers of a job, all resolved.
public struct JobSettings: Sendable, Hashable {
    /// The key of every random stream.
    public var seed: UInt64
    /// Samples N to issue; for best-of-n the size of a group; for `threshold` and `splitting` unused.
    public var samples: UInt64
    /// Shares of the base distribution's mass, each in (0, 1].
    public var quantiles: [Double]
    /// Draws a selection.
    public var draws: Int
    /// The method.
    public var method: MethodChoice
    /// The confidence of every interval.
    public var confidence: Double
    /// Memory for candidates in one process, in bytes.
    public var memoryBytes: Int
    /// Set where N is to be found from a wanted precision of the threshold.
    public var precision: Precision?
    /// Share of the ranges that a pool has computed by two parties and compares; 0 for none. It
    /// decides how the answer is checked, never what it is.
    public var verify = 0.0
    /// The most bins of the histograms of utilities and costs over all base samples; nil where none are
    /// wanted.
    public var histogram: Int?
    /// Smaller numbers of samples at which the answer was looked at: see ``JobExtent``.
    public var looks: [UInt64] = []
    /// Whether samples are drawn once and kept: see ``RecordedBase``. A compiled job sets it.
    var isRecorded = false

    /// Settings with the defaults of a job file.
    public init(
        seed: UInt64 = 0, samples: UInt64, quantiles: [Double], draws: Int = 1,
        method: MethodChoice = .exact, confidence: Double = 0.95, memoryBytes: Int = 64 << 20,
        precision: Precision? = nil
    ) {
        self.seed = seed
        self.samples = samples
        self.quantiles = quantiles
        self.draws = draws
        self.method = method
        self.confidence = confidence
        self.memoryBytes = memoryBytes
        self.precision = precision
    }
}

/// A utility or a cost with its name and its source.
public struct NamedUtility: Sendable {
    /// The name in the job.
    public var name: String
    /// The formula, or whatever tells what it is.
    public var source: String
    /// The function.
    public var utility: any Utility
    /// Where it is computed, nil for a formula.
    public var external: ExternalSource?
    /// Of an ensemble, how its members are joined.
    public var ensemble: EnsembleRule?
    /// Of an ensemble, its members.
    public var members: [NamedUtility] = []

    /// A named function.
    public init(name: String, source: String, utility: any Utility) {
        self.name = name
        self.source = source
        self.utility = utility
    }

    /// A named function from outside.
    public init(name: String, external: ExternalSource, utility: any ExternalFunction) {
        self.init(name: name, source: external.description, utility: utility)
        self.external = external
    }

    /// Where it and its members are computed, formulas apart.
    var externals: [ExternalSource] {
        (external.map { [$0] } ?? []) + members.flatMap(\.externals)
    }

    /// As it stands in the normalised job.
    var normalised: JSON {
        guard let ensemble else { return external?.normalised ?? .string(source) }
        return .object(
            [("ensemble", .array(members.map(\.normalised)))] + ensemble.normalised)
    }

    /// Whether it is computed outside the formula language.
    var isExternal: Bool { utility is any ExternalFunction }
}
