// SPDX-License-Identifier: Apache-2.0

/// The most that one job may ask for: every loop and buffer of the library is bounded by one of these.
public enum Limits {
    /// Samples a job, 2^53: counts are then exact as doubles.
    public static let samples: UInt64 = 1 << 53
    /// Draws a job.
    public static let draws = 10_000_000
    /// Utilities a job.
    public static let utilities = 64
    /// Named formulas under `define`.
    public static let definitions = 256
    /// Costs a job.
    public static let costs = 256
    /// Quantiles a job.
    public static let quantiles = 64
    /// Selections a job: utilities times quantiles.
    public static let selections = 1_024
    /// Values (columns) a sample.
    public static let dimension = 100_000
    /// Candidates a channel may hold, whatever the memory.
    public static let candidates = 1 << 28
    /// The least memory for candidates that may be asked, in bytes.
    public static let leastMemoryBytes = 1 << 20
    /// The most memory for candidates that may be asked, in bytes.
    public static let mostMemoryBytes = 1 << 40
    /// The most memory that a job gets without asking for it, in bytes.
    public static let usualMemoryBytes = 2_048_000_000
    /// Characters of a job's name.
    public static let nameCharacters = 200
    /// Rounds a job may take before it is given up.
    public static let rounds = 200
    /// Diagnostics of one job file that are listed.
    public static let diagnostics = 50
    /// Levels that splitting may take.
    public static let splittingLevels = 2_000
    /// Islands of a pass of splitting.
    public static let splittingIslands = 4_096
    /// Moves after each level of splitting.
    public static let splittingMoves = 64
    /// Bytes that the particles of all islands may bring, to fit a message.
    public static let splittingBytes = 128 << 20
    /// Random numbers that an island of splitting may hold.
    public static let splittingSlots = 1 << 27
    /// Samples of a pass over a proposal.
    public static let weighedSamples = 1 << 22
    /// Candidates that a search tries at once.
    public static let searchCandidates = 1_024
    /// Samples that a screen dropped and that are evaluated all the same.
    public static let audited = 1 << 22
    /// Samples of the pilot of a tilt.
    public static let tiltPilot = 1 << 22
    /// Cells of an impact variable.
    public static let cells = 1 << 16
    /// Bins of the histograms of all functions of a job together.
    public static let histogramBins = 1 << 16
    /// Stages in which texts are written.
    public static let textStages = 16
    /// Members of an ensemble of utilities.
    public static let ensembleMembers = 64
    /// Words of a plugin's command.
    public static let commandWords = 64
    /// Bytes of a word of a plugin's command.
    public static let commandBytes = 4_096
    /// Files that a plugin may pin.
    public static let pinnedFiles = 32
    /// Samples of a batch for a plugin.
    public static let batchSamples = 1 << 16
    /// Seconds that a batch of a plugin may take.
    public static let batchSeconds = 3_600.0
    /// Bytes of values that a worker's thread holds to batch them for a plugin.
    public static let batchBytes = 16 << 20
    /// Times that a job goes on after an answer.
    public static let looks = 64
    /// Samples that the growing pilots of `precision` may take.
    public static let precisionSamples: UInt64 = 1 << 40
}
