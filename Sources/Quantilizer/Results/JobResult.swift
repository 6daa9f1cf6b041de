// SPDX-License-Identifier: Apache-2.0

/// The threshold of a selection and the mass above it.
public struct ThresholdEstimate: Sendable, Hashable {
    /// The utility of the k-th best sample, or the threshold given.
    public var value: Double
    /// An interval of the base's upper quantile; nil where the method does not estimate it.
    public var interval: Interval?
    /// The confidence of both intervals.
    public var confidence: Double
    /// The share of the samples that were kept.
    public var tailMass: Double
    /// An interval of the base's mass above it; where samples lie at the threshold, of both P(U > t) and
    /// P(U ≥ t).
    public var tailMassInterval: Interval
}

/// One utility over all samples and over the kept ones.
public struct UtilityStatistics: Sendable, Hashable {
    /// The mean over the samples with a finite utility.
    public var mean: Double
    /// Their standard deviation.
    public var standardDeviation: Double
    /// The mean over the kept samples with a finite utility.
    public var topMean: Double
    /// An interval of the mean above the base's quantile (``KeptMean``); nil where few samples are kept,
    /// or all that are kept are alike. It has no end on the side where the tail may be too heavy.
    public var topMeanInterval: Interval?
    /// The largest utility.
    public var maximum: Double
    /// The kept samples with a finite utility.
    public var kept: KeptMean
    /// How heavy the tail of the kept utilities is (``TailIndex``), with its interval; nil where too few are
    /// kept to say.
    public var tailIndex: TailEstimate?
    /// The samples that mean, deviation and the count of invalid ones are over, where that is a part of all.
    public var measured: UInt64?
}

/// An extreme-value index ξ, with an interval of it.
public struct TailEstimate: Sendable, Hashable {
    /// ξ: a mean exists below 1, a variance below ½.
    public var value: Double
    /// An interval, with the confidence of the others.
    public var interval: Interval
}

/// One cost over all samples and over the kept ones, beside the bound that the certificate gives.
public struct CostStatistics: Sendable, Hashable {
    /// The cost's name.
    public var name: String
    /// The mean over all samples.
    public var base: Double
    /// The standard deviation over all samples.
    public var deviation: Double
    /// An upper confidence limit of the mean over the base; nil where the samples give none.
    public var limit: MeanLimit?
    /// The mean over the kept samples.
    public var top: Double
    /// The kept samples.
    public var kept: KeptMean
    /// Base samples that `base` is over.
    public var measured: UInt64
    /// The certificate's factor times `limit`; nil where there is none, or where the cost takes values
    /// below 0, for which nothing is promised. Where the certificate has a confidence, both have half the
    /// error.
    public var bound: Double?
}

/// One draw: a sample chosen among the kept ones.
public struct Draw: Sendable, Hashable {
    /// The sample's index: with the seed, its receipt.
    public var index: UInt64
    /// Its utility.
    public var utility: Double
    /// Its value.
    public var value: [Double]
    /// Whether it is a base draw returned in place of a gated one.
    public var fallback: Bool
    /// Of a recorded base, the sample as it was drawn.
    public var record: SampleRecord?
}

/// The answer for one utility and one quantile.
public struct SelectionResult: Sendable, Hashable {
    /// The utility's name.
    public var utilityName: String
    /// The quantile asked for; nil where a threshold was given instead.
    public var quantile: Double?
    /// Samples kept.
    public var kept: UInt64
    /// Samples whose utility is not a number.
    public var invalid: UInt64
    /// The share of samples at the threshold's utility, 0 where the threshold stands alone.
    public var tieMass: Double
    /// How many of those were kept, by their labels; nil where the threshold stands alone, or that is
    /// not known.
    public var tieKept: UInt64?
    /// The threshold.
    public var threshold: ThresholdEstimate
    /// The utility's statistics.
    public var utility: UtilityStatistics
    /// The costs, in the job's order.
    public var costs: [CostStatistics]
    /// The promise.
    public var certificate: Certificate
    /// The draws, in the order chosen.
    public var draws: [Draw]
}

/// The answer of a job. Equal jobs give equal results, to the bit.
public struct JobResult: Sendable, Hashable {
    /// Base samples issued.
    public var issued: UInt64
    /// Samples that the answer rests on: base samples, and pilots. Second passes over the same samples
    /// are in ``work``.
    public var evaluations: UInt64
    /// Every utility with every quantile, utility by utility; the first is the primary one.
    public var selections: [SelectionResult]
    /// Of an estimate, the probability; there are no selections then.
    public var estimate: ProbabilityEstimate?
    /// Of an attack and a search, what was found; there are no selections then.
    public var table: AnalysisTable?
    /// Facts about the run that do not depend on how it was cut, in order.
    public var diagnostics: [(name: String, value: Double)]
    /// What a reader should know.
    public var warnings: [JobWarning]
    /// Of a recorded base, what drawing took.
    public var usage: RecordUsage?
    /// What no interval covers: parts that no sample may have met. Empty where intervals are exact.
    public var hidden: [HiddenPart] = []
    /// Where the job asks for them, how utilities and then costs lie over all base samples.
    public var histograms: [Histogram] = []
    /// What it took to get there, which the way decides and not the job: no part of the answer.
    public var work: [(name: String, value: UInt64)] = []
    /// Of splitting, how its islands came down. For pictures: the document does not have it, and no part of
    /// the answer follows from it.
    public var levels: [ReachedLevel] = []

    /// Equality to the bit, however it was got.
    public static func == (a: JobResult, b: JobResult) -> Bool {
        a.issued == b.issued && a.evaluations == b.evaluations && a.selections == b.selections
            && a.warnings == b.warnings && a.hidden == b.hidden && a.estimate == b.estimate
            && a.usage == b.usage && a.histograms == b.histograms
            && a.table?.json.text() == b.table?.json.text()
            && a.diagnostics.elementsEqual(b.diagnostics) {
                $0.name == $1.name && $0.value.bitPattern == $1.value.bitPattern
            }
    }

    /// Hashes the selections.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(issued)
        hasher.combine(selections)
    }
}
