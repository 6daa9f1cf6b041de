// SPDX-License-Identifier: Apache-2.0

/// What a job will cost and promise, before anything is computed.
public struct JobPlan: Sendable, Hashable {
    /// One utility with one quantile.
    public struct Selection: Sendable, Hashable {
        /// The utility's name.
        public var utility: String
        /// The quantile; nil where a threshold was given.
        public var quantile: Double?
        /// Samples that will be kept; nil where that is not known in advance.
        public var kept: UInt64?
        /// The certificate's factor A; nil where it depends on the samples.
        public var amplification: Double?
        /// log2 A.
        public var bits: Double?
        /// Samples that one draw costs, on average.
        public var samplesPerDraw: Double?
        /// The relative width of the tail mass's interval, above and below.
        public var tailMassInterval: Interval?
    }

    /// The method's name.
    public var method: String
    /// Base samples that will be issued, as far as is known in advance; for splitting, evaluations.
    public var samples: UInt64
    /// Whether `samples` is exact, or a guess that pilots will replace.
    public var isExact: Bool
    /// Pilot samples besides.
    public var pilotSamples: UInt64
    /// Passes or parts of passes that follow each other.
    public var rounds: Int
    /// Memory for candidates in one process, in bytes.
    public var memoryBytes: Int
    /// Philox blocks, a hash of four words each, that a sample takes.
    public var blocksPerSample: Int
    /// The selections.
    public var selections: [Selection]
    /// Of texts, the stages in which they are written.
    public var stages: [TextStage] = []
    /// The numbers of texts that go on after each stage.
    public var goingOn: [UInt64] = []
    /// Why the job cannot run as it is, and the remedy.
    public var problem: JobFailure?

    /// The plan of a job. Nothing is sampled.
    public init(job: CompiledJob) {
        let settings = job.settings
        method = settings.method.name
        memoryBytes = settings.memoryBytes
        blocksPerSample = job.base.noise.blocks
        pilotSamples = 0
        isExact = true
        rounds = 1
        samples = settings.samples
        selections = []
        settings.method.room.plan(&self, job: job)
        if job.isEstimate { selections = [] }
        var first = settings.method.room.machine(for: job)
        if case .failure(let failure) = first.begin(job: job, number: 0) { problem = failure }
    }
}

extension JobPlan {
    /// A selection whose quantile a pilot may have to find.
    static func tempered(_ quantile: Double?, _ job: CompiledJob) -> Selection {
        if let quantile {
            let first = job.selections[0]
            return uniform(
                Quantilizer.Selection(number: 0, utility: first.utility, quantile: quantile),
                kept: KeptCount.of(quantile: quantile, samples: job.settings.samples), job)
        }
        return Selection(
            utility: job.utilities[0].name,
            samplesPerDraw: Double(job.settings.samples) / Double(job.settings.draws))
    }

    /// A selection whose draws are uniform over `kept` of all samples.
    static func uniform(
        _ selection: Quantilizer.Selection, kept: UInt64, _ job: CompiledJob
    ) -> Selection {
        let samples = Double(job.settings.samples)
        let amplification = samples / Double(kept)
        return Selection(
            utility: job.utilities[selection.utility].name, quantile: selection.quantile,
            kept: kept, amplification: amplification, bits: Kernels.log2(amplification),
            samplesPerDraw: samples / Double(job.settings.draws))
    }

    /// A selection of weighted draws behind a gate: A = 1/q + 1.
    func gated(_ selection: Quantilizer.Selection, _ job: CompiledJob) -> Selection {
        let amplification = 1 / selection.quantile + 1
        return Selection(
            utility: job.utilities[selection.utility].name, quantile: selection.quantile,
            kept: nil, amplification: amplification, bits: Kernels.log2(amplification),
            samplesPerDraw: Double(samples) / Double(job.settings.draws))
    }
}
