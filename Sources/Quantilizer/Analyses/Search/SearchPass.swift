// SPDX-License-Identifier: Apache-2.0

/// Candidates that are tried together, a block of indices each.
public struct SearchPass: Hashable, Sendable {
    /// The parameters of each, as the formula has them.
    var candidates: [[Double]]
    /// The first sample of the first candidate.
    var first: UInt64
    /// How far the next candidate's first sample lies; 0 where all have the same samples.
    var stride: UInt64
    /// Evaluations that a candidate takes.
    var evaluations: UInt64

    /// The round's indices.
    var range: Range<UInt64> { 0..<UInt64(candidates.count) * SlotWork.indices }
}

/// What an inner quantilizer found for one candidate on one base.
struct TrialSide: Sendable, Equatable {
    /// Means over the top q by the reward: of the reward, and of the criterion.
    var reward = Double.nan
    var criterion = Double.nan
    /// Means over all samples.
    var baseReward = Double.nan
    var baseCriterion = Double.nan
}

/// What a candidate's trial found.
struct TrialRecord: Sendable, Equatable {
    var home = TrialSide()
    var shifted = TrialSide()
}

extension TrialRecord {
    /// The trial of a candidate: N samples of each base, the top k by the reward, and the means.
    static func run(
        _ pass: SearchPass, candidate number: Int, job: CompiledJob, isCancelled: () -> Bool
    ) -> TrialRecord? {
        guard let settings = job.settings.method.search, let shape = job.search,
            let reward = try? shape.reward(
                settings.parameters.map(\.name), at: pass.candidates[number], base: job.base)
        else { return TrialRecord() }
        let first = pass.first + UInt64(number) * pass.stride
        var record = TrialRecord()
        guard
            let home = side(
                job.base, reward, first: first, settings, job, isCancelled: isCancelled)
        else { return nil }
        record.home = home
        if let base = shape.shifted {
            guard
                let shifted = side(
                    base, reward, first: first, settings, job, isCancelled: isCancelled)
            else { return nil }
            record.shifted = shifted
        }
        return record
    }

    private static func side(
        _ base: any BaseDistribution, _ reward: Formula, first: UInt64,
        _ settings: SearchSettings, _ job: CompiledJob, isCancelled: () -> Bool
    ) -> TrialSide? {
        var sampler = BlockSampler(
            seed: job.settings.seed, base: base, columns: [reward, job.costs[0].utility])
        let streams = Streams(seed: job.settings.seed)
        let samples = UInt64(settings.samples)
        var keys: [(key: Key, criterion: Double)] = []
        keys.reserveCapacity(settings.samples)
        var sums = (reward: Mean(), criterion: Mean())
        for start in stride(from: first, to: first + samples, by: BlockSampler.lanes) {
            if isCancelled() { return nil }
            let lanes = Int(min(UInt64(BlockSampler.lanes), first + samples - start))
            sampler.evaluate(domain: .base, start: start, lanes: lanes)
            for lane in 0..<lanes {
                let index = start + UInt64(lane)
                let value = sampler.results[0, lane]
                let criterion = sampler.results[1, lane]
                sums.reward.add(value)
                sums.criterion.add(criterion)
                keys.append(
                    (
                        Key(
                            bits: Key.orderedBits(value),
                            label: streams.label(domain: .base, utility: 0, index: index),
                            index: index), criterion
                    ))
            }
        }
        keys.sort { $0.key > $1.key }
        let kept = KeptCount.of(quantile: job.settings.quantiles[0], samples: samples)
        var top = (reward: Mean(), criterion: Mean())
        for (key, criterion) in keys.prefix(Int(kept)) {
            top.reward.add(key.utility)
            top.criterion.add(criterion)
        }
        return TrialSide(
            reward: top.reward.value, criterion: top.criterion.value,
            baseReward: sums.reward.value, baseCriterion: sums.criterion.value)
    }

    /// A mean over finite values, in the order given.
    private struct Mean {
        private var sum = 0.0
        private var count = 0.0
        mutating func add(_ x: Double) {
            guard x.isFinite else { return }
            sum += x
            count += 1
        }
        var value: Double { count > 0 ? sum / count : .nan }
    }
}

extension SearchPass: SlotTask {
    static let kind: UInt8 = 9
    static let domain = Domain.pilot

    func write(to writer: inout ByteWriter) {
        writer.write(count: candidates.count)
        for candidate in candidates { for x in candidate { writer.write(x) } }
        writer.write(first)
        writer.write(stride)
        writer.write(evaluations)
    }

    init(
        from reader: inout ByteReader, job: CompiledJob, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        guard let settings = job.settings.method.search else {
            throw DecodingFailure("a job of another kind has no candidates")
        }
        let width = settings.parameters.count
        let count = try reader.count(
            limit: Limits.searchCandidates, bytesEach: 8 * width, of: "candidates")
        candidates = []
        for _ in 0..<count {
            var candidate: [Double] = []
            for _ in 0..<width {
                let x = try reader.double()
                guard x.isFinite else { throw DecodingFailure("a candidate that is not finite") }
                candidate.append(x)
            }
            candidates.append(candidate)
        }
        first = try reader.word()
        stride = try reader.word()
        evaluations = try reader.word()
        guard evaluations == UInt64(settings.samples * (job.search?.bases ?? 1)), indices == range,
            count > 0, first < Limits.samples / 4, first % 256 == 0,
            stride == 0 || stride == UInt64(settings.stride)
        else { throw DecodingFailure("candidates that do not fit their round") }
    }

    func readRecord(
        from reader: inout ByteReader, job: CompiledJob, slot: UInt64
    ) throws(DecodingFailure) -> any SlotRecord {
        try TrialRecord(from: &reader)
    }

    func run(
        _ slots: Range<UInt64>, job: CompiledJob, isCancelled: () -> Bool
    ) -> SlotFindings? {
        var found = SlotFindings()
        for candidate in slots {
            guard
                let record = TrialRecord.run(
                    self, candidate: Int(candidate), job: job, isCancelled: isCancelled)
            else { return nil }
            found.records.append(record)
        }
        return found
    }

    func evaluations(of record: any SlotRecord) -> UInt64 { evaluations }

    func evaluationsPerIndex(job: CompiledJob) -> Double {
        guard let settings = job.settings.method.search else { return 1 }
        return Double(settings.samples * (job.search?.bases ?? 1)) / Double(SlotWork.indices)
    }
}

extension SearchSettings {
    /// Samples of a candidate, rounded up to blocks: where the next one's begin.
    var stride: Int { (samples + 255) & ~255 }
}

extension TrialRecord: SlotRecord {
    func write(to writer: inout ByteWriter) {
        for side in [home, shifted] {
            for x in [side.reward, side.criterion, side.baseReward, side.baseCriterion] {
                writer.write(x)
            }
        }
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        func side() throws(DecodingFailure) -> TrialSide {
            TrialSide(
                reward: try reader.double(), criterion: try reader.double(),
                baseReward: try reader.double(), baseCriterion: try reader.double())
        }
        home = try side()
        shifted = try side()
    }

    /// Bytes that one takes.
    static let bytes = 64
}
