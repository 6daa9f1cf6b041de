// SPDX-License-Identifier: Apache-2.0

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
    /// The base samples that means are over, where the job says so; see ``MeasuredShare``.
    public var measured: MeasuredShare?
    /// Smaller numbers of samples at which the answer was looked at: see ``JobExtent``.
    public var looks: [UInt64] = []
    /// Whether samples are drawn once and kept: see ``RecordedBase``. A compiled job sets it.
    var isRecorded = false

    /// Settings with the defaults of a job file.
    public init(
        seed: UInt64 = 0, samples: UInt64, quantiles: [Double], draws: Int = 1,
        method: MethodChoice, confidence: Double = 0.95, memoryBytes: Int = 64 << 20,
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
