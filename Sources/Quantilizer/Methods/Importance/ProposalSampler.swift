// SPDX-License-Identifier: Apache-2.0

/// Samples of a pass's proposal, the base's own share mixed in, a block of 256 lanes at a time.
///
/// The law sampled is h = α γ + (1 − α) · proposal, so the weights γ/h lie in [0, 1/α].
///
/// **Determinism**: a function of (job, pass, index).
struct ProposalSampler: ~Copyable {
    private static let lanes = 256
    private let job: CompiledJob
    private let pass: WeighingPass
    private let share: Double
    private let stream: RandomStream
    private let functions: [any Utility]
    private(set) var values: Columns
    private var scratch: Columns
    /// The utility, then the costs where the pass measures them.
    private(set) var results: Columns
    private(set) var labels: [UInt64]
    private(set) var weights: [Double]
    /// Samples that a base whose samples others make failed to give.
    private(set) var failures: UInt64 = 0
    /// Of such a base, the samples that are kept, by index.
    private(set) var records: [UInt64: SampleRecord] = [:]

    // Over noise: the block's normals, and the way to values.
    private var latent: Columns
    private var mapping: LatentTransform
    private var point: [Double]
    private var work: [Double]
    // Over values: the noise of both laws, and the proposal's values.
    private var baseNoise: NoiseBlock
    private var otherNoise: NoiseBlock
    private var otherValues: Columns

    init(job: CompiledJob, settings: ImportanceSettings, pass: WeighingPass) {
        let lanes = Self.lanes
        self.job = job
        self.pass = pass
        share = settings.defensive
        stream = RandomStream(seed: job.settings.seed, domain: .proposal)
        functions =
            [job.utilities[0].utility] + (pass.measures ? job.costs.map(\.utility) : [])
        let other: (any BaseDistribution)? = pass.proposal == nil ? job.proposal : nil
        let slots = LatentTransform.slots(of: job.base)
        values = Columns(count: job.base.dimension, capacity: lanes)
        scratch = Columns(
            count: functions.reduce(max(job.base.scratchColumns, other?.scratchColumns ?? 0)) {
                max($0, $1.scratchColumns)
            }, capacity: lanes)
        results = Columns(count: functions.count, capacity: lanes)
        labels = [UInt64](repeating: 0, count: lanes)
        weights = [Double](repeating: 0, count: lanes)
        latent = Columns(count: other == nil ? slots : 0, capacity: lanes)
        mapping = LatentTransform(base: job.base)
        point = [Double](repeating: 0, count: slots)
        work = point
        baseNoise = NoiseBlock(other == nil ? NoiseLayout() : job.base.noise, capacity: lanes)
        otherNoise = NoiseBlock(other?.noise ?? NoiseLayout(), capacity: lanes)
        otherValues = Columns(count: other?.dimension ?? 0, capacity: lanes)
    }

    /// Fills values, labels and weights with the block of samples from `start`.
    mutating func draw(start: UInt64) {
        if let proposal = pass.proposal {
            drawNoise(proposal, start: start)
        } else if let proposal = job.proposal {
            drawValues(proposal, start: start)
        }
    }

    /// Fills everything.
    mutating func evaluate(start: UInt64) {
        draw(start: start)
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: Self.lanes, values: values, scratch: &scratch, results: &results,
                column: column)
            guard job.recorded != nil else { continue }
            FailedSample.spread(
                values, place: 0, to: &results, column: column, lanes: Self.lanes)
        }
        if job.recorded != nil {
            failures += FailedSample.count(results, column: 0, lanes: Self.lanes)
        }
    }

    /// Keeps the value of a sample that whoever merges cannot make.
    fileprivate mutating func keep(_ lane: Int, index: UInt64) {
        guard job.recorded != nil, pass.measures else { return }
        records[index] = SampleRecord(
            value: (0..<job.base.dimension).map { values[$0, lane] })
    }

    /// The noise of a lane, where the proposal is one over noise.
    func noise(lane: Int) -> [Double] { (0..<latent.count).map { latent[$0, lane] } }

    private mutating func drawNoise(_ proposal: LatentMixture, start: UInt64) {
        let slots = latent.count
        let first = pass.first + start
        stream.fillNormals(&latent, count: slots, from: first, lanes: Self.lanes)
        guard !proposal.components.isEmpty else {
            for lane in 0..<Self.lanes { weights[lane] = 1 }
            mapping.apply(latent, values: &values, scratch: &scratch, labels: &labels)
            return
        }
        let choice = UInt32((slots + 1) / 2)
        for lane in 0..<Self.lanes {
            for slot in 0..<slots { point[slot] = latent[slot, lane] }
            let word = stream.word(index: first + UInt64(lane), block: choice)
            let place = Double(word >> 11) * 0x1p-53
            if place >= share {
                let number = proposal.component(at: (place - share) / (1 - share))
                proposal.components[number].sample(&point)
                for slot in 0..<slots { latent[slot, lane] = point[slot] }
            }
            weights[lane] = weight(proposal.ratio(point, work: &work))
        }
        mapping.apply(latent, values: &values, scratch: &scratch, labels: &labels)
    }

    private mutating func drawValues(_ proposal: any BaseDistribution, start: UInt64) {
        let lanes = Self.lanes
        let first = pass.first + start
        let base = job.base
        stream.fill(&baseNoise, layout: base.noise, from: first, lanes: lanes)
        base.transform(
            lanes: lanes, noise: baseNoise, values: &values, scratch: &scratch, at: Placement())
        let own = UInt32(base.noise.blocks)
        stream.fill(&otherNoise, layout: proposal.noise, from: first, lanes: lanes, block: own)
        proposal.transform(
            lanes: lanes, noise: otherNoise, values: &otherValues, scratch: &scratch,
            at: Placement())
        let choice = own + UInt32(proposal.noise.blocks)
        for lane in 0..<lanes {
            let words = stream.words(index: first + UInt64(lane), block: choice)
            labels[lane] = words.high
            if Double(words.low >> 11) * 0x1p-53 >= share {
                for column in 0..<base.dimension {
                    values[column, lane] = otherValues[column, lane]
                }
            }
            let ratio =
                proposal.logDensity(lane: lane, values: values, at: 0)
                - base.logDensity(lane: lane, values: values, at: 0)
            weights[lane] = weight(Elementary.exp(ratio))
        }
    }

    /// γ/h of proposal/γ. Where that is not a number the weight is 0: too small a weight costs
    /// optimisation and not the promise.
    private func weight(_ ratio: Double) -> Double {
        ratio.isNaN ? 0 : 1 / (share + (1 - share) * ratio)
    }
}

extension WeighedBlock {
    /// The block of indices from `start`.
    static func run(
        _ pass: WeighingPass, start: UInt64, job: CompiledJob, sampler: inout ProposalSampler
    ) -> WeighedBlock {
        sampler.evaluate(start: start)
        var block = WeighedBlock()
        for lane in 0..<Int(SlotWork.indices) {
            let level = Level(
                bits: Key.orderedBits(sampler.results[0, lane]), label: sampler.labels[lane])
            guard level >= pass.floor else { continue }
            block.samples.append(
                WeighedSample(
                    index: start + UInt64(lane), level: level, weight: sampler.weights[lane],
                    costs: pass.measures
                        ? job.costs.indices.map { sampler.results[1 + $0, lane] } : []))
            sampler.keep(lane, index: start + UInt64(lane))
        }
        return block
    }
}

extension ProposalSampler {
    /// The noise of samples of a pass over noise, made again.
    static func noise(
        of samples: [WeighedSample], pass: WeighingPass, job: CompiledJob,
        settings: ImportanceSettings
    ) -> [[Double]] {
        var result = [[Double]](repeating: [], count: samples.count)
        var sampler = ProposalSampler(job: job, settings: settings, pass: pass)
        var block: UInt64?
        for position in samples.indices.sorted(by: { samples[$0].index < samples[$1].index }) {
            let index = samples[position].index
            let start = index & ~(SlotWork.indices - 1)
            if start != block {
                sampler.draw(start: start)
                block = start
            }
            result[position] = sampler.noise(lane: Int(index - start))
        }
        return result
    }
}
