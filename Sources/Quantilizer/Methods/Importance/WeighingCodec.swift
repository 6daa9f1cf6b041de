// SPDX-License-Identifier: Apache-2.0

extension LatentMixture {
    func write(to writer: inout ByteWriter) {
        writer.write(count: components.count)
        for (share, component) in zip(shares, components) {
            writer.write(share)
            for x in component.mean { writer.write(x) }
            switch component.shape {
            case .independent(let sds):
                writer.write(UInt8(0))
                for x in sds { writer.write(x) }
            case .full(let rows):
                writer.write(UInt8(1))
                for row in rows { for x in row { writer.write(x) } }
            case .direction(let unit, let sd):
                writer.write(UInt8(2))
                for x in unit { writer.write(x) }
                writer.write(sd)
            }
        }
    }

    init(from reader: inout ByteReader, slots: Int) throws(DecodingFailure) {
        func finite() throws(DecodingFailure) -> Double {
            let x = try reader.double()
            guard x.isFinite else { throw DecodingFailure("a proposal that is not finite") }
            return x
        }
        func positive() throws(DecodingFailure) -> Double {
            let x = try finite()
            guard x > 0 else { throw DecodingFailure("a proposal without spread") }
            return x
        }
        let count = try reader.count(
            limit: Self.mostComponents, bytesEach: 9 + 16 * slots,
            of: "components")
        for _ in 0..<count {
            shares.append(try positive())
            var mean: [Double] = []
            for _ in 0..<slots { mean.append(try finite()) }
            let shape: LatentGaussian.Shape
            switch try reader.byte() {
            case 0:
                var sds: [Double] = []
                for _ in 0..<slots { sds.append(try positive()) }
                shape = .independent(sds)
            case 1:
                guard slots <= ImportanceSettings.mostFullSlots else {
                    throw DecodingFailure("a covariance of \(slots) slots")
                }
                var rows: [[Double]] = []
                for slot in 0..<slots {
                    var row: [Double] = []
                    for _ in 0..<slot { row.append(try finite()) }
                    row.append(try positive())
                    rows.append(row)
                }
                shape = .full(rows)
            case 2:
                var unit: [Double] = []
                for _ in 0..<slots { unit.append(try finite()) }
                shape = .direction(unit, sd: try positive())
            default: throw DecodingFailure("no such shape of a proposal")
            }
            components.append(LatentGaussian(mean: mean, shape: shape))
        }
    }
}

extension WeighingPass: SlotTask {
    static let kind: UInt8 = 5
    static let domain = Domain.proposal

    func write(to writer: inout ByteWriter) {
        writer.write(number)
        writer.write(proposal != nil)
        proposal?.write(to: &writer)
        floor.write(to: &writer)
        writer.write(measures)
    }

    init(
        from reader: inout ByteReader, job: CompiledJob, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        guard job.settings.method.weighing != nil else {
            throw DecodingFailure("a job of another method weighs nothing")
        }
        number = try reader.word32()
        guard number < UInt32(Limits.rounds), indices.upperBound <= UInt64(Limits.weighedSamples),
            indices.upperBound % SlotWork.indices == 0
        else { throw DecodingFailure("\(indices) is not a range of blocks to weigh") }
        let hasProposal = try reader.bool()
        guard hasProposal || job.proposal != nil else {
            throw DecodingFailure("the job gives no proposal")
        }
        proposal =
            hasProposal
            ? try LatentMixture(from: &reader, slots: LatentTransform.slots(of: job.base)) : nil
        floor = try Level(from: &reader)
        measures = try reader.bool()
    }

    func readRecord(
        from reader: inout ByteReader, job: CompiledJob, slot: UInt64
    ) throws(DecodingFailure) -> any SlotRecord {
        try WeighedBlock(from: &reader, pass: self, job: job, start: slot * SlotWork.indices)
    }

    func run(
        _ slots: Range<UInt64>, job: CompiledJob, isCancelled: () -> Bool
    ) -> SlotFindings? {
        guard let settings = job.settings.method.weighing else { return nil }
        var sampler = ProposalSampler(job: job, settings: settings, pass: self)
        var found = SlotFindings()
        for slot in slots {
            if isCancelled() { return nil }
            found.records.append(
                WeighedBlock.run(
                    self, start: slot * SlotWork.indices, job: job, sampler: &sampler))
        }
        found.failures = sampler.failures
        found.samples = sampler.records
        return found
    }

    func evaluations(of record: any SlotRecord) -> UInt64 { SlotWork.indices }
}

extension WeighedBlock: SlotRecord {
    var keptIndices: [UInt64] { samples.map(\.index) }

    func write(to writer: inout ByteWriter) {
        writer.write(count: samples.count)
        for sample in samples {
            writer.write(UInt8(truncatingIfNeeded: sample.index))
            sample.level.write(to: &writer)
            writer.write(sample.weight)
            for cost in sample.costs { writer.write(cost) }
        }
    }

    /// Reads the block from `start` of a pass; what does not fit it is refused.
    init(
        from reader: inout ByteReader, pass: WeighingPass, job: CompiledJob, start: UInt64
    ) throws(DecodingFailure) {
        guard let settings = job.settings.method.weighing else {
            throw DecodingFailure("a job of another method weighs nothing")
        }
        let costs = pass.measures ? job.costs.count : 0
        let count = try reader.count(
            limit: Int(SlotWork.indices), bytesEach: Self.bytesEach(costs: costs), of: "samples")
        var last = -1
        for _ in 0..<count {
            let lane = Int(try reader.byte())
            let level = try Level(from: &reader)
            let weight = try reader.double()
            guard lane > last, level >= pass.floor, weight >= 0,
                weight <= settings.largestWeight * (1 + 1e-9)
            else { throw DecodingFailure("a sample that the pass did not ask for") }
            last = lane
            var extras: [Double] = []
            for _ in 0..<costs { extras.append(try reader.double()) }
            samples.append(
                WeighedSample(
                    index: start + UInt64(lane), level: level, weight: weight, costs: extras))
        }
    }
}

extension RoundMerger {
    /// The weighed samples that were brought back, by index.
    var weighedSamples: [WeighedSample] { records(WeighedBlock.self).flatMap(\.samples) }
}
